// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/session_store.h"

#include "engine/operators/window_aggregate.h"
#include "tests/engine/operators/duckdb_rows.h"
#include "tests/engine/operators/window_rows.h"
#include "tests/support/test_main.h"

#include <algorithm>

namespace sluice::operators {

using test::OperatorHarness;

/// Sessions against DuckDB, which finds them by the distance of each row from the one before.
class SessionStoreTest : public QObject
{
    Q_OBJECT

    static constexpr const char* kNode = "{window: {session: 2s}, group_by: [k], aggregates: {n: "
                                         "count(*), total: sum(v), l: last(v)}}";

    static std::vector<std::string> oracle(const std::vector<test::SampleRow>& rows)
    {
        std::vector<std::string> out;
        for (const test::TextRow& row : test::duckdbRows(
                 {test::sampleSql(rows),
                  "SELECT min(ms) AS s, max(ms) + 2000 AS e, coalesce(k::VARCHAR, 'null') AS k, "
                  "count(*) AS n, sum(v)::BIGINT AS total, arg_max(v, ms * 1000 + i) AS l FROM "
                  "(SELECT *, sum(begins) OVER (PARTITION BY k ORDER BY ms, i) AS session FROM "
                  "(SELECT *, CASE WHEN ms - lag(ms) OVER (PARTITION BY k ORDER BY ms, i) < 2000 "
                  "THEN 0 ELSE 1 END AS begins FROM rows)) GROUP BY k, session"})) {
            if (row.contains("error"))
                return {row.at("error")};
            out.push_back("{\"window_start\":\"" + timestampText(std::stoll(row.at("s")) * 1000)
                          + "\",\"window_end\":\"" + timestampText(std::stoll(row.at("e")) * 1000)
                          + "\",\"k\":" + row.at("k") + ",\"n\":" + row.at("n")
                          + ",\"total\":" + row.at("total") + ",\"l\":" + row.at("l") + "}");
        }
        std::ranges::sort(out);
        return out;
    }

private slots:
    void sessionsAreThoseOfDuckDb()
    {
        const auto rows = test::sampleRows(400, 3);
        const auto expected = oracle(rows);
        QVERIFY2(expected.size() > 40, expected.front().c_str());
        for (const test::Feeding feeding : {test::Feeding{1, 0}, test::Feeding{7, 4},
                                            test::Feeding{4096, 0}, test::Feeding{3, 8}}) {
            OperatorHarness h(WindowAggregate::kind(), kNode, test::kSampleSchema);
            QVERIFY2(h.start(), h.diagnostics.text().c_str());
            auto came = test::fed(h, rows, feeding);
            std::ranges::sort(came);
            QCOMPARE(came.size(), expected.size());
            for (std::size_t i = 0; i < came.size(); ++i)
                QCOMPARE(came[i], expected[i]);
        }
    }
    void aLateRecordOpensNoSession() // Jet 747
    {
        OperatorHarness h(WindowAggregate::kind(), kNode, test::kSampleSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.watermark(10));
        QVERIFY(h.feed({test::sampleJson({8000, 1, 1})})); // [8 s, 10 s) is closed
        QCOMPARE(h.context.counted(Verdict::Late), std::uint64_t(1));
        QVERIFY(h.feed({test::sampleJson({8002, 1, 1})})); // [8.002 s, 10.002 s) is not
        QVERIFY(h.watermark(20));
        QCOMPARE(h.context.rows.size(), std::size_t(1));
        QCOMPARE(h.context.counters().stateKeys.load(), std::int64_t(0));
    }
    void sessionsSurviveARestart() // Trill 143
    {
        OperatorHarness h(WindowAggregate::kind(), kNode, test::kSampleSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({test::sampleJson({1000, 1, 1}), test::sampleJson({1000, 2, 8})}));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Whole));
        QVERIFY(h.feed({test::sampleJson({2500, 1, 2})}));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.watermark(2.999)); // the session of 2 is complete, that of 1 has grown
        QCOMPARE(h.takeRows(),
                 std::string(
                     "{\"window_start\":\"1970-01-01T00:00:01.000Z\",\"window_end\":"
                     "\"1970-01-01T00:00:03.000Z\",\"k\":2,\"n\":1,\"total\":8,\"l\":8}\n"));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes)); // that it is gone is saved, too
        QVERIFY(h.feed({test::sampleJson({4000, 1, 4})}));
        QVERIFY(h.watermark(100));
        QCOMPARE(h.takeRows(),
                 std::string(
                     "{\"window_start\":\"1970-01-01T00:00:01.000Z\",\"window_end\":"
                     "\"1970-01-01T00:00:06.000Z\",\"k\":1,\"n\":3,\"total\":7,\"l\":4}\n"));
    }
    void theLastWatermarkClosesEverything() // Bytewax 221
    {
        OperatorHarness h(WindowAggregate::kind(), kNode, test::kSampleSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({test::sampleJson({1000, 1, 1}), test::sampleJson({9000, 1, 1})}));
        h.context.advanceWatermark(EventTime::max());
        QVERIFY(h.op->onWatermark(EventTime::max(), h.context));
        QCOMPARE(h.context.rows.size(), std::size_t(2));
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::SessionStoreTest)
#include "session_store_test.moc"
