// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/window_join.h"

#include "tests/engine/operators/join_script.h"
#include "tests/support/test_main.h"

#include <set>

namespace sluice::operators {

using test::JoinRow;
using test::JoinScript;
using test::OperatorHarness;

class WindowJoinTest : public QObject
{
    Q_OBJECT

    // Every pair in a loop over all rows; windows of 10 s.
    static std::vector<std::string> expected(const JoinScript& script, const QString& join)
    {
        std::vector<std::string> out;
        std::set<std::int64_t> matched;
        const auto put = [&](std::int64_t t, const JoinRow* left, const JoinRow* right) {
            const std::int64_t start = t / 10 * 10'000'000;
            const auto number = [](const JoinRow* row, std::int64_t JoinRow::*field) {
                return row && row->*field >= 0 ? std::to_string(row->*field) : "null";
            };
            const JoinRow* any = left ? left : right;
            out.push_back("{\"window_start\":\"" + timestampText(start) + "\",\"window_end\":\""
                          + timestampText(start + 10'000'000) + "\",\"k\":"
                          + number(any, &JoinRow::k) + ",\"a\":" + number(left, &JoinRow::id)
                          + ",\"b\":" + number(right, &JoinRow::id) + "}");
        };
        for (const JoinRow& l : script.rows(0))
            for (const JoinRow& r : script.rows(1))
                if (l.k == r.k && l.k >= 0 && l.t / 10 == r.t / 10) {
                    matched.insert(l.id);
                    matched.insert(r.id);
                    put(l.t, &l, &r);
                }
        if (join != "inner")
            for (const JoinRow& l : script.rows(0))
                if (!matched.contains(l.id))
                    put(l.t, &l, nullptr);
        if (join == "full")
            for (const JoinRow& r : script.rows(1))
                if (!matched.contains(r.id))
                    put(r.t, nullptr, &r);
        std::sort(out.begin(), out.end());
        return out;
    }

private slots:
    void itGivesWhatALoopOverAllPairsGives_data()
    {
        QTest::addColumn<QString>("join");
        QTest::addColumn<int>("batchSize");
        for (const char* join : {"inner", "left", "full"})
            for (const int size : {1, 7, 4096})
                QTest::addRow("%s, %d rows a batch", join, size) << join << size;
    }
    void itGivesWhatALoopOverAllPairsGives()
    {
        QFETCH(QString, join);
        QFETCH(int, batchSize);
        const JoinScript script = JoinScript::random(150, 5, 8, 9);
        OperatorHarness h(WindowJoin::kind(),
                          "{on: {k: k}, window: 10s, left_columns: [k, a], right_columns: [k, b], "
                          "join: "
                              + join.toStdString() + "}",
                          "{k: long, a: long, t: timestamp(s)}", 2);
        h.setInput(1, "{k: long, b: long, t: timestamp(s)}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QCOMPARE(script.play(h, {"a", "b"}, std::size_t(batchSize)), expected(script, join));
        QVERIFY(test::isConserved(h, script.rows(0).size() + script.rows(1).size()));
        QCOMPARE(h.context.counters().stateBytes.load(), std::int64_t(0));
    }
    void rowsThatCarryTheirWindowAreJoinedOnIt()
    {
        OperatorHarness h(WindowJoin::kind(), "{on: {id: seller}, left_columns: [id, window_end]}",
                          "{window_start: timestamp(s), window_end: timestamp(s), id: long, t: "
                          "timestamp(s)}",
                          2);
        h.setInput(1,
                   "{window_start: timestamp(s), window_end: timestamp(s), seller: long, n: long, "
                   "t: timestamp(s)}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        const auto window = [](int start) {
            return "\"window_start\":" + std::to_string(start) + ",\"window_end\":"
                + std::to_string(start + 10) + ",\"t\":" + std::to_string(start + 9);
        };
        QVERIFY(h.feed({"{\"id\":1," + window(0) + "}", "{\"id\":1," + window(10) + "}"}, 0));
        QVERIFY(h.feed({"{\"seller\":1,\"n\":5," + window(10) + "}",
                        "{\"seller\":2,\"n\":6," + window(0) + "}", "{\"seller\":1}"},
                       1));
        QCOMPARE(h.context.counted(Verdict::DeadLetter), std::uint64_t(1));
        QVERIFY(h.watermark(99));
        QCOMPARE(h.takeRows(),
                 std::string("{\"id\":1,\"window_end\":\"1970-01-01T00:00:20.000Z\","
                             "\"window_start\":\"1970-01-01T00:00:10.000Z\",\"seller\":1,\"n\":5,"
                             "\"t\":\"1970-01-01T00:00:19.000Z\"}\n"));
        QCOMPARE(h.context.batches.back().eventTime(0).us, std::int64_t(19'999'000));
        QVERIFY(test::isConserved(h, 5));
    }
    void rowsOfAClosedWindowAreLateAlsoAfterARestart()
    {
        OperatorHarness h(WindowJoin::kind(), "{on: {k: k}, window: 10s, right_prefix: r_}",
                          "{k: long, t: timestamp(s)}", 2);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.watermark(9.999));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.feed({"{\"k\":1,\"t\":9}", "{\"k\":1,\"t\":10}"}, 1));
        QCOMPARE(h.context.rejects.size(), std::size_t(1));
        QCOMPARE(h.context.rejects[0].data, std::string("{\"k\":1,\"t\":9}"));
    }
    void aJoinWithoutWindowsIsFound()
    {
        OperatorHarness h(WindowJoin::kind(), "{on: {k: k}, right_prefix: r_}",
                          "{k: long, t: timestamp(s)}", 2);
        QVERIFY(!h.start());
        QVERIFY(h.diagnostics.text().find("the join has no window") != std::string::npos);
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::WindowJoinTest)
#include "window_join_test.moc"
