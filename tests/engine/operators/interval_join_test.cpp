// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/interval_join.h"

#include "tests/engine/operators/join_script.h"
#include "tests/support/test_main.h"

#include <set>

namespace sluice::operators {

using test::JoinRow;
using test::JoinScript;
using test::OperatorHarness;

class IntervalJoinTest : public QObject
{
    Q_OBJECT

    struct Joined : OperatorHarness
    {
        explicit Joined(const std::string& yaml)
            : OperatorHarness(IntervalJoin::kind(), yaml, "{k: long, a: long, t: timestamp(s)}", 2)
        {
            setInput(1, "{k: integer, b: long, t: timestamp(s)}");
        }
    };
    static std::string text(const JoinRow* left, const JoinRow* right)
    {
        const auto number = [](const JoinRow* row, std::int64_t JoinRow::*field) {
            return row && row->*field >= 0 ? std::to_string(row->*field) : "null";
        };
        return "{\"k\":" + number(left, &JoinRow::k) + ",\"a\":" + number(left, &JoinRow::id)
            + ",\"r_k\":" + number(right, &JoinRow::k) + ",\"r_b\":" + number(right, &JoinRow::id)
            + "}";
    }
    // Every pair in a loop over all rows.
    static std::vector<std::string> expected(const JoinScript& script, std::int64_t lower,
                                             std::int64_t upper, JoinKind kind, bool hasWhere)
    {
        const std::vector<JoinRow> left = script.rows(0), right = script.rows(1);
        std::set<std::int64_t> matched;
        std::vector<std::string> out;
        for (const JoinRow& l : left)
            for (const JoinRow& r : right) {
                if (l.k != r.k || l.k < 0 || r.t < l.t + lower || r.t > l.t + upper
                    || (hasWhere && (l.id + r.id) % 3 != 0))
                    continue;
                matched.insert(l.id);
                matched.insert(r.id);
                out.push_back(text(&l, &r));
            }
        if (kind != JoinKind::Inner)
            for (const JoinRow& l : left)
                if (!matched.contains(l.id))
                    out.push_back(text(&l, nullptr));
        if (kind == JoinKind::Full)
            for (const JoinRow& r : right)
                if (!matched.contains(r.id))
                    out.push_back(text(nullptr, &r));
        std::sort(out.begin(), out.end());
        return out;
    }

private slots:
    void itGivesWhatALoopOverAllPairsGives_data()
    {
        QTest::addColumn<QString>("join");
        QTest::addColumn<int>("lower");
        QTest::addColumn<int>("upper");
        QTest::addColumn<bool>("hasWhere");
        QTest::addColumn<int>("batchSize");
        for (const char* join : {"inner", "left", "full"})
            for (const auto& [lower, upper] : {std::pair(-5, 10), {2, 6}, {-9, -3}, {0, 0}})
                for (const bool hasWhere : {false, true})
                    for (const int size : {1, 7, 4096})
                        QTest::addRow("%s, %d to %d%s, %d rows a batch", join, lower, upper,
                                      hasWhere ? ", where" : "", size)
                            << join << lower << upper << hasWhere << size;
    }
    void itGivesWhatALoopOverAllPairsGives()
    {
        QFETCH(QString, join);
        QFETCH(int, lower);
        QFETCH(int, upper);
        QFETCH(bool, hasWhere);
        QFETCH(int, batchSize);
        const JoinScript script = JoinScript::random(150, 5, 8, 3);
        Joined h("{on: {k: k}, between: [" + std::to_string(lower) + "s, " + std::to_string(upper)
                 + "s], right_prefix: r_, left_columns: [k, a], right_columns: [k, b], join: "
                 + join.toStdString() + (hasWhere ? ", where: (a + r_b) % 3 = 0}" : "}"));
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        const auto rows = script.play(h, {"a", "b"}, std::size_t(batchSize));
        const JoinKind kind = join == "inner" ? JoinKind::Inner
            : join == "left"                  ? JoinKind::Left
                                              : JoinKind::Full;
        QCOMPARE(rows, expected(script, lower, upper, kind, hasWhere));
        QVERIFY(h.context.rejects.empty());
        QVERIFY(test::isConserved(h, script.rows(0).size() + script.rows(1).size()));
        QVERIFY2(h.context.counters().stateBytes < 10'000, "everything is released at the end");
    }
    void aRowBehindTheWatermarkIsLate()
    {
        Joined h("{on: {k: k}, between: [-5s, 5s], right_columns: [b]}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({JoinRow{1, 1, 10}.json("a")}, 0));
        QVERIFY(h.watermark(12));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.feed({JoinRow{1, 2, 12}.json("b"), JoinRow{1, 3, 13}.json("b")}, 1));
        QCOMPARE(h.takeRows(),
                 std::string("{\"k\":1,\"a\":1,\"t\":\"1970-01-01T00:00:10.000Z\",\"b\":3}\n"));
        QCOMPARE(h.context.rejects.size(), std::size_t(1));
        QCOMPARE(h.context.rejects[0].verdict, Verdict::Late);
        QCOMPARE(h.context.rejects[0].data, JoinRow({1, 2, 12}).json("b"));
        QVERIFY(test::isConserved(h, 3));
    }
    void unmatchedRowsComeWhenNoPartnerCanAndReadersWaitForThem()
    {
        Joined h("{on: {k: k}, between: [0s, 10s], right_columns: [b], join: left}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({JoinRow{1, 1, 5}.json("a"), JoinRow{-1, 2, 5}.json("a")}, 0));
        QVERIFY(h.watermark(14.9));
        QCOMPARE(h.takeRows(), std::string());
        QCOMPARE(h.op->outputWatermark(EventTime{14'900'000}), EventTime{4'900'000});
        QCOMPARE(h.op->outputWatermark(EventTime::max()), EventTime::max());
        QVERIFY(h.watermark(15));
        QCOMPARE(h.takeRows(),
                 std::string(
                     "{\"k\":1,\"a\":1,\"t\":\"1970-01-01T00:00:05.000Z\",\"b\":null}\n"
                     "{\"k\":null,\"a\":2,\"t\":\"1970-01-01T00:00:05.000Z\",\"b\":null}\n"));
        QCOMPARE(h.context.batches.back().eventTime(0).us, std::int64_t(5'000'000));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Whole));
        QVERIFY(h.watermark(99));
        QCOMPARE(h.takeRows(), std::string());
    }
    void aKeyOfTheSameNameIsOneColumn()
    {
        OperatorHarness h(IntervalJoin::kind(),
                          "{on: {k: k}, between: [0s, 0s], join: full, left_columns: [k], "
                          "right_columns: [k, b]}",
                          "{k: long, t: timestamp(s)}", 2);
        h.setInput(1, "{k: long, b: long, t: timestamp(s)}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"k\":1,\"t\":1}"}, 0));
        QVERIFY(h.feed({"{\"k\":2,\"b\":7,\"t\":1}"}, 1));
        QVERIFY(h.watermark(2));
        QCOMPARE(h.takeRows(), std::string("{\"k\":1,\"b\":null}\n{\"k\":2,\"b\":7}\n"));
    }
    void aConditionThatFailsIsADeadLetter()
    {
        Joined h("{on: {k: k}, between: [0s, 0s], right_columns: [b], where: "
                 "CAST(CAST(b AS VARCHAR) || 'x' AS INTEGER) > 0 OR b = 1}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({JoinRow{1, 1, 1}.json("a")}, 0));
        QVERIFY(h.feed({JoinRow{1, 2, 1}.json("b")}, 1));
        QCOMPARE(h.takeRows(), std::string());
        QCOMPARE(h.context.counted(Verdict::DeadLetter), std::uint64_t(1));
        QVERIFY(test::isConserved(h, 2));
    }
    void wrongDocumentsAreFound_data()
    {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<QString>("finding");
        QTest::newRow("clash") << "{on: {k: k}, between: [0s, 1s]}"
                               << "both inputs have a column \"t\"";
        QTest::newRow("key") << "{on: {k: c}, between: [0s, 1s], right_prefix: r_}"
                             << "column \"c\" does not exist";
        QTest::newRow("types") << "{on: {k: t}, between: [0s, 1s], right_prefix: r_}"
                               << "is long but \"t\"";
        QTest::newRow("order") << "{on: {k: k}, between: [2s, 1s], right_prefix: r_}"
                               << "the first offset is after the second";
        QTest::newRow("offsets") << "{on: {k: k}, between: [soon, 1s], right_prefix: r_}"
                                 << "expected two offsets";
        QTest::newRow("where") << "{on: {k: k}, between: [0s, 1s], right_prefix: r_, where: z > 1}"
                               << "\"z\"";
        QTest::newRow("no key") << "{on: {}, between: [0s, 1s], right_prefix: r_}"
                                << "there is no key";
        QTest::newRow("list") << "{on: {k: k}, between: [0s, 1s], right_columns: [z]}"
                              << "column \"z\" does not exist";
    }
    void wrongDocumentsAreFound()
    {
        QFETCH(QString, yaml);
        QFETCH(QString, finding);
        Joined h(yaml.toStdString());
        QVERIFY(!h.start());
        QVERIFY2(h.diagnostics.text().find(finding.toStdString()) != std::string::npos,
                 h.diagnostics.text().c_str());
    }
    void onlyColumnsThatAreReadAreAskedFor()
    {
        Joined h("{on: {k: k}, between: [0s, 1s], right_prefix: r_, where: a > 1}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QCOMPARE(h.bound.neededOfInput({"r_b"}, 0), (flow::ColumnSet{"k", "a"}));
        QCOMPARE(h.bound.neededOfInput({"r_b"}, 1), (flow::ColumnSet{"k", "b"}));
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::IntervalJoinTest)
#include "interval_join_test.moc"
