// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/temporal_join.h"

#include "tests/engine/operators/join_script.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

using test::JoinRow;
using test::JoinScript;
using test::OperatorHarness;

class TemporalJoinTest : public QObject
{
    Q_OBJECT

    struct Joined : OperatorHarness
    {
        explicit Joined(const std::string& join)
            : OperatorHarness(TemporalJoin::kind(),
                              "{on: {k: k}, left_columns: [a], right_columns: [b], join: " + join
                                  + "}",
                              "{k: long, a: long, t: timestamp(s)}", 2)
        {
            setInput(1, "{k: integer, b: long, t: timestamp(s)}");
        }
    };
    // For each left row a look at all right ones.
    static std::vector<std::string> expected(const JoinScript& script, bool isInner)
    {
        std::vector<std::string> out;
        const std::vector<JoinRow> versions = script.rows(1);
        for (const JoinRow& left : script.rows(0)) {
            const JoinRow* valid = nullptr;
            for (const JoinRow& right : versions)
                if (right.k == left.k && left.k >= 0 && right.t <= left.t
                    && (!valid || right.t >= valid->t))
                    valid = &right;
            if (valid || !isInner)
                out.push_back("{\"a\":" + std::to_string(left.id)
                              + ",\"b\":" + (valid ? std::to_string(valid->id) : "null") + "}");
        }
        std::sort(out.begin(), out.end());
        return out;
    }

private slots:
    void eachRowGetsTheVersionValidAtItsTime_data()
    {
        QTest::addColumn<QString>("join");
        QTest::addColumn<int>("batchSize");
        for (const char* join : {"inner", "left"})
            for (const int size : {1, 7, 4096})
                QTest::addRow("%s, %d rows a batch", join, size) << join << size;
    }
    void eachRowGetsTheVersionValidAtItsTime()
    {
        QFETCH(QString, join);
        QFETCH(int, batchSize);
        const JoinScript script = JoinScript::random(200, 10, 8, 21);
        Joined h(join.toStdString());
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QCOMPARE(script.play(h, {"a", "b"}, std::size_t(batchSize)),
                 expected(script, join == "inner"));
        QVERIFY(h.context.rejects.empty());
        QVERIFY(test::isConserved(h, script.rows(0).size() + script.rows(1).size()));
    }
    void aRowWaitsForTheWatermark()
    {
        Joined h("left");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({JoinRow{1, 1, 10}.json("a")}, 0));
        QVERIFY(h.feed({JoinRow{1, 5, 2}.json("b"), JoinRow{1, 7, 11}.json("b")}, 1));
        QVERIFY(h.watermark(9.999));
        QVERIFY(h.feed({JoinRow{1, 6, 10}.json("b")}, 1));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QCOMPARE(h.takeRows(), std::string());
        QVERIFY(h.watermark(10));
        QCOMPARE(h.takeRows(), std::string("{\"a\":1,\"b\":6}\n"));
        QCOMPARE(h.context.batches.back().eventTime(0).us, std::int64_t(10'000'000));
        QVERIFY(h.feed({JoinRow{1, 2, 10}.json("a")}, 0));
        QCOMPARE(h.context.counted(Verdict::Late), std::uint64_t(1));
    }
    void aLateVersionCountsForRowsThatComeAfterIt()
    {
        Joined h("left");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.watermark(100));
        QVERIFY(h.feed({JoinRow{1, 5, 20}.json("b")}, 1));
        QVERIFY(h.feed({JoinRow{1, 1, 110}.json("a")}, 0));
        QVERIFY(h.watermark(110));
        QCOMPARE(h.takeRows(), std::string("{\"a\":1,\"b\":5}\n"));
    }
    void aDeletionEndsTheVersions_data()
    {
        QTest::addColumn<QString>("join");
        QTest::newRow("left") << "left";
        QTest::newRow("inner") << "inner";
    }
    void aDeletionEndsTheVersions()
    {
        QFETCH(QString, join);
        Joined h(join.toStdString());
        h.setInput(1, "{k: integer, b: long, t: timestamp(s), change_type: string}");
        h.changeInputs = {1};
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        const auto version = [](std::int64_t b, std::int64_t t, const char* word) {
            std::string out = JoinRow{1, b, t}.json("b");
            out.pop_back();
            return out + ",\"change_type\":\"" + word + "\"}";
        };
        QVERIFY(h.feed({version(5, 10, "insert"), version(5, 20, "update_preimage"),
                        version(6, 20, "update_postimage"), version(6, 30, "delete")},
                       1));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.feed({version(7, 40, "insert")}, 1));
        // One row at each second that matters, its number the second.
        std::vector<std::string> rows;
        for (const std::int64_t t : {9, 10, 19, 20, 29, 30, 39, 40})
            rows.push_back(JoinRow{1, t, t}.json("a"));
        QVERIFY(h.feed(rows, 0));
        QVERIFY(h.watermark(35));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Whole));
        QVERIFY(h.watermark(50));
        const bool isLeft = join == "left";
        QCOMPARE(h.takeRows(),
                 std::string(isLeft ? "{\"a\":9,\"b\":null}\n" : "")
                     + "{\"a\":10,\"b\":5}\n{\"a\":19,\"b\":5}\n{\"a\":20,\"b\":6}\n"
                       "{\"a\":29,\"b\":6}\n"
                     + (isLeft ? "{\"a\":30,\"b\":null}\n{\"a\":39,\"b\":null}\n" : "")
                     + "{\"a\":40,\"b\":7}\n");
        QVERIFY(h.context.rejects.empty());
    }
    void keysThatAreDeletedCostNothing()
    {
        Joined h("inner");
        h.setInput(1, "{k: integer, b: long, t: timestamp(s), change_type: string}");
        h.changeInputs = {1};
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        std::int64_t most = 0;
        for (int round = 0; round < 40; ++round) {
            std::vector<std::string> changes;
            for (int i = 0; i < 500; ++i)
                for (const char* word : {"insert", "delete"}) {
                    std::string row = JoinRow{round * 500 + i, i, round * 10}.json("b");
                    row.pop_back();
                    changes.push_back(row + ",\"change_type\":\"" + word + "\"}");
                }
            QVERIFY(h.feed(changes, 1));
            QVERIFY(h.watermark(round * 10 + 9));
            most = std::max(most, h.context.counters().stateKeys.load());
        }
        QVERIFY2(most < 5'000, std::to_string(most).c_str()); // of 20,000
    }
    void aChangeStreamOnTheLeftIsRefused()
    {
        Joined h("inner");
        h.setInput(0, "{k: long, a: long, t: timestamp(s), change_type: string}");
        h.changeInputs = {0};
        QVERIFY(!h.start());
        QVERIFY(h.diagnostics.text().find("cannot take rows back") != std::string::npos);
    }
    void versionsThatNobodyCanAskForAreReleased()
    {
        Joined h("inner");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        std::int64_t most = 0;
        for (int round = 0; round < 40; ++round) {
            std::vector<std::string> versions;
            for (int i = 0; i < 1000; ++i)
                versions.push_back(
                    JoinRow{i % 100, round * 1000 + i, round * 10 + i / 100}.json("b"));
            QVERIFY(h.feed(versions, 1));
            QVERIFY(h.watermark(round * 10 + 9));
            if (round == 20)
                QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
            most = std::max(most, h.context.counters().stateBytes.load());
        }
        QVERIFY2(most < 2'000'000, std::to_string(most).c_str());
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.feed({JoinRow{7, 1, 1000}.json("a")}, 0));
        QVERIFY(h.watermark(1000));
        QCOMPARE(h.takeRows(), std::string("{\"a\":1,\"b\":39907}\n"));
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::TemporalJoinTest)
#include "temporal_join_test.moc"
