// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/group_aggregate.h"

#include "tests/engine/operators/duckdb_rows.h"
#include "tests/engine/operators/net_changes.h"
#include "tests/engine/operators/window_rows.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <map>

namespace sluice::operators {

using test::OperatorHarness;

class GroupAggregateTest : public QObject
{
    Q_OBJECT

    static std::string change(int k, int v, const char* word)
    {
        return "{\"k\":" + std::to_string(k) + ",\"v\":" + std::to_string(v) + ",\"change_type\":\""
            + word + "\"}";
    }

private slots:
    void theNetOfAllChangesIsTheBatchResult()
    {
        const auto rows = test::sampleRows(300, 11);
        std::vector<std::string> expected;
        for (const test::TextRow& row :
             test::duckdbRows({test::sampleSql(rows),
                               "SELECT coalesce(k::VARCHAR, 'null') AS k, count(*) AS n, "
                               "sum(v)::BIGINT AS total, "
                               "count(DISTINCT v) AS d, min(v) AS least, count(v) FILTER (WHERE v "
                               "> 50) AS large "
                               "FROM rows GROUP BY k"}))
            expected.push_back("{\"k\":" + row.at("k") + ",\"n\":" + row.at("n") + ",\"total\":"
                               + row.at("total") + ",\"d\":" + row.at("d") + ",\"least\":"
                               + row.at("least") + ",\"large\":" + row.at("large") + "}");
        std::ranges::sort(expected);
        QCOMPARE(expected.size(), std::size_t(5));
        for (const char* emission : {"", "emit_every: 7s, "})
            for (const test::Feeding feeding :
                 {test::Feeding{1, 0}, test::Feeding{7, 4}, test::Feeding{4096, 0}}) {
                OperatorHarness h(
                    GroupAggregate::kind(),
                    std::string("{") + emission
                        + "group_by: [k], aggregates: {n: count(*), total: sum(v), d: "
                          "count(DISTINCT v), least: min(v), large: \"count(v) FILTER "
                          "(WHERE v > 50)\"}}",
                    test::kSampleSchema);
                QVERIFY2(h.start(), h.diagnostics.text().c_str());
                const auto came = test::net(test::fed(h, rows, feeding));
                QCOMPARE(came.size(), expected.size());
                for (std::size_t i = 0; i < came.size(); ++i)
                    QCOMPARE(came[i], expected[i]);
            }
    }
    void changesAreTakenBack()
    {
        OperatorHarness h(GroupAggregate::kind(),
                          "{group_by: [k], aggregates: {n: count(*), mean: avg(v), s: var_pop(v)}}",
                          "{k: integer, v: integer, change_type: string}");
        h.isChangeStream = true;
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({change(1, 4, "insert"), change(1, 6, "insert"), change(2, 9, "insert")}));
        QCOMPARE(h.takeRows(),
                 std::string("{\"k\":1,\"n\":2,\"mean\":5,\"s\":1,\"change_type\":\"insert\"}\n"
                             "{\"k\":2,\"n\":1,\"mean\":9,\"s\":0,\"change_type\":\"insert\"}\n"));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        // The old value comes first; the group is never empty in between.
        QVERIFY(h.feed({change(2, 9, "update_preimage"), change(2, 7, "update_postimage"),
                        change(1, 4, "delete")}));
        QCOMPARE(
            h.takeRows(),
            std::string(
                "{\"k\":2,\"n\":1,\"mean\":9,\"s\":0,\"change_type\":\"update_preimage\"}\n"
                "{\"k\":2,\"n\":1,\"mean\":7,\"s\":0,\"change_type\":\"update_postimage\"}\n"
                "{\"k\":1,\"n\":2,\"mean\":5,\"s\":1,\"change_type\":\"update_preimage\"}\n"
                "{\"k\":1,\"n\":1,\"mean\":6,\"s\":0,\"change_type\":\"update_postimage\"}\n"));
        QVERIFY(h.feed({change(2, 7, "delete")}));
        QCOMPARE(h.takeRows(),
                 std::string("{\"k\":2,\"n\":1,\"mean\":7,\"s\":0,\"change_type\":\"delete\"}\n"));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes)); // that it is gone is saved
        QVERIFY(h.feed({change(2, 3, "insert")}));
        QCOMPARE(h.takeRows(),
                 std::string("{\"k\":2,\"n\":1,\"mean\":3,\"s\":0,\"change_type\":\"insert\"}\n"));
    }
    void whatCannotTakeRowsBackIsRefused_data()
    {
        QTest::addColumn<QString>("call");
        QTest::addColumn<QString>("cure");
        QTest::newRow("first") << "first(v)"
                               << "top_n";
        QTest::newRow("last") << "last(v)"
                              << "top_n";
        QTest::newRow("approx_distinct") << "approx_distinct(v)"
                                         << "count(DISTINCT x) can";
        QTest::newRow("top_k") << "top_k(v, 3)"
                               << "group by the value";
    }
    void whatCannotTakeRowsBackIsRefused()
    {
        QFETCH(QString, call);
        QFETCH(QString, cure);
        OperatorHarness h(GroupAggregate::kind(),
                          "{group_by: [k], aggregates: {x: \"" + call.toStdString() + "\"}}",
                          "{k: integer, v: integer, change_type: string}");
        h.isChangeStream = true;
        QVERIFY(!h.start());
        const std::string text = h.diagnostics.text();
        QVERIFY2(text.find("cannot take rows back") != std::string::npos, text.c_str());
        QVERIFY2(text.find(cure.toStdString()) != std::string::npos, text.c_str());
    }
    void aResultThatIsTheSameIsNotTold()
    {
        OperatorHarness h(GroupAggregate::kind(),
                          "{group_by: [k], aggregates: {most: max(v), top: \"top_k(v, 1)\", even: "
                          "\"count(*) FILTER (WHERE v % 2 = 0)\", root: \"max(sqrt(v))\"}}",
                          test::kSampleSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({test::sampleJson({1000, 1, 9}), test::sampleJson({1000, 1, 9}),
                        test::sampleJson({1000, 2, -1000})}));
        h.takeRows();
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        // Neither the greatest nor the most frequent value, nor an even one; null stays null.
        QVERIFY(h.feed({test::sampleJson({2000, 1, 7}), test::sampleJson({2000, 2, -1000})}));
        QCOMPARE(h.takeRows(), std::string());
        QVERIFY(h.feed({test::sampleJson({3000, 1, 8}), test::sampleJson({3000, 2, -1000})}));
        QCOMPARE(h.takeRows(),
                 std::string("{\"k\":1,\"most\":9,\"top\":[{\"value\":9,\"count\":2}],\"even\":0,"
                             "\"root\":3,\"change_type\":\"update_preimage\"}\n"
                             "{\"k\":1,\"most\":9,\"top\":[{\"value\":9,\"count\":2}],\"even\":1,"
                             "\"root\":3,\"change_type\":\"update_postimage\"}\n"));
        // Each change has an event time: that of the group's newest row.
        const Batch& changes = h.context.batches.back();
        QCOMPARE(changes.eventTimes->length(), std::int64_t(2));
        QCOMPARE(changes.eventTime(1).us, std::int64_t(3'000'000));
        // Only a list differs.
        QVERIFY(h.feed({test::sampleJson({3000, 1, 9})}));
        QCOMPARE(h.takeRows(),
                 std::string("{\"k\":1,\"most\":9,\"top\":[{\"value\":9,\"count\":2}],\"even\":1,"
                             "\"root\":3,\"change_type\":\"update_preimage\"}\n"
                             "{\"k\":1,\"most\":9,\"top\":[{\"value\":9,\"count\":3}],\"even\":1,"
                             "\"root\":3,\"change_type\":\"update_postimage\"}\n"));
    }
    // Between two emissions a save has what came since the last one, however much waits to be told.
    void whatIsNotToldYetIsSavedOnce()
    {
        OperatorHarness h(GroupAggregate::kind(),
                          "{emit_every: 1h, group_by: [k], aggregates: {n: count(*), total: "
                          "sum(v)}}",
                          test::kSampleSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        const auto feedAll = [&h](int second, int more) {
            std::vector<std::string> rows;
            for (int k = 0; k < 500; ++k)
                rows.push_back(test::sampleJson({second * 1000, k, k + more}));
            return h.feed(rows);
        };
        QVERIFY(h.watermark(1));
        QVERIFY(feedAll(2, 0));
        QVERIFY(h.watermark(3600));
        h.takeRows();
        QVERIFY(h.saveAndRestart(flow::SaveKind::Whole));
        QVERIFY(feedAll(3601, 1)); // all wait to be told, with what was shown of them
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        const std::size_t all = h.savedBytes();
        QVERIFY(
            h.feed({test::sampleJson({3602'000, 3, 10}), test::sampleJson({3602'000, 999, 7})}));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY2(h.savedBytes() * 10 < all, std::to_string(h.savedBytes()).c_str());
        QVERIFY(h.feed({test::sampleJson({3603'000, 999, 8})}));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.watermark(7200));
        const QByteArray told = QByteArray::fromStdString(h.takeRows());
        QCOMPARE(told.count('\n'), 1001); // 500 before, 500 after, a new one
        const auto has = [&told](const char* row) { return told.count(row) == 1; };
        QVERIFY(has("{\"k\":3,\"n\":1,\"total\":3,\"change_type\":\"update_preimage\"}"));
        QVERIFY(has("{\"k\":3,\"n\":3,\"total\":17,\"change_type\":\"update_postimage\"}"));
        QVERIFY(has("{\"k\":499,\"n\":1,\"total\":499,\"change_type\":\"update_preimage\"}"));
        QVERIFY(has("{\"k\":499,\"n\":2,\"total\":999,\"change_type\":\"update_postimage\"}"));
        QVERIFY(has("{\"k\":999,\"n\":2,\"total\":15,\"change_type\":\"insert\"}"));
        // Told once: the saves that follow begin anew.
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.feed({test::sampleJson({7201'000, 5, 1})}));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.watermark(3 * 3600));
        QCOMPARE(h.takeRows(),
                 std::string("{\"k\":5,\"n\":2,\"total\":11,\"change_type\":"
                             "\"update_preimage\"}\n{\"k\":5,\"n\":3,\"total\":12,"
                             "\"change_type\":\"update_postimage\"}\n"));
    }
    void aggregatesOfAChangeStreamAreThoseOfWhatIsLeft_data()
    {
        QTest::addColumn<int>("size");
        for (const int size : {1, 7, 4096})
            QTest::addRow("%d rows", size) << size;
    }
    // Rows come, are replaced and go; what is left is a table of DuckDB's.
    void aggregatesOfAChangeStreamAreThoseOfWhatIsLeft()
    {
        QFETCH(const int, size);
        const auto rows = test::sampleRows(600, 23);
        const auto json = [](const test::SampleRow& row, const char* word) {
            std::string out = test::sampleJson(row);
            out.pop_back();
            const std::string text = row.value == -1000 ? "null"
                                                        : "\"" + std::to_string(row.value % 7)
                    + std::string(std::size_t(row.value % 30), 'x') + "\"";
            return out + ",\"s\":" + text + ",\"change_type\":\"" + word + "\"}";
        };
        std::vector<std::string> changes;
        std::vector<test::SampleRow> left;
        std::mt19937 random(5);
        for (const test::SampleRow& row : rows) {
            const std::size_t at = left.empty() ? 0 : random() % left.size();
            const auto what = left.empty() ? 0 : random() % 3;
            if (what > 0)
                changes.push_back(json(left[at], what == 1 ? "update_preimage" : "delete"));
            if (what < 2)
                changes.push_back(json(row, what == 1 ? "update_postimage" : "insert"));
            if (what == 0)
                left.push_back(row);
            else if (what == 1)
                left[at] = row;
            else
                left.erase(left.begin() + std::ptrdiff_t(at));
            if (left.size() > 80) // falls again, so that extremes go
                for (; left.size() > 10; left.pop_back())
                    changes.push_back(json(left.back(), "delete"));
        }
        QVERIFY(left.size() > 5);
        OperatorHarness h(
            GroupAggregate::kind(),
            "{group_by: [k], aggregates: {n: count(*), least: min(v), most: max(s), "
            "d: count(DISTINCT v), half: \"approx_quantile(v, 0.5)\", first: "
            "min(t), large: max(v) FILTER (WHERE v < 50)}}",
            "{t: timestamp(ms), k: integer, v: integer, s: string, change_type: string}");
        h.isChangeStream = true;
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        for (std::size_t from = 0, batch = 1; from < changes.size();
             from += std::size_t(size), ++batch) {
            const auto end = std::min(from + std::size_t(size), changes.size());
            QVERIFY(h.feed(
                {changes.begin() + std::ptrdiff_t(from), changes.begin() + std::ptrdiff_t(end)}));
            if (batch % 5 == 0)
                QVERIFY(h.saveAndRestart(batch % 20 == 0 ? flow::SaveKind::Whole
                                                         : flow::SaveKind::Changes));
        }
        std::vector<std::string> expected;
        for (const test::TextRow& row : test::duckdbRows(
                 {test::sampleSql(left),
                  "SELECT coalesce(k::VARCHAR, 'null') AS k, count(*) AS n, min(v) AS "
                  "least, coalesce('\"' || max((v % 7) || repeat('x', v % 30)) || '\"', 'null') AS "
                  "most, count(DISTINCT v) AS d, quantile_disc(v, 0.5) AS half, "
                  "strftime(make_timestamp(min(ms) * 1000), '%Y-%m-%dT%H:%M:%S.%gZ') AS "
                  "first, max(v) FILTER (v < 50) AS large FROM rows GROUP BY k"}))
            expected.push_back("{\"k\":" + row.at("k") + ",\"n\":" + row.at("n") + ",\"least\":"
                               + row.at("least") + ",\"most\":" + row.at("most") + ",\"d\":"
                               + row.at("d") + ",\"half\":" + row.at("half") + ",\"first\":\""
                               + row.at("first") + "\",\"large\":" + row.at("large") + "}");
        std::ranges::sort(expected);
        const auto came = test::net(h.context.rows);
        for (std::size_t i = 0; i < std::min(came.size(), expected.size()); ++i)
            QCOMPARE(came[i], expected[i]);
        QCOMPARE(came.size(), expected.size());
    }
    void groupsAreForgottenAfterTheirTime()
    {
        OperatorHarness h(GroupAggregate::kind(),
                          "{group_by: [k], time_to_live: 10s, aggregates: {d: count(DISTINCT v)}}",
                          test::kSampleSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({test::sampleJson({1000, 1, 1}), test::sampleJson({1000, 2, 1})}));
        QVERIFY(h.watermark(5));
        QVERIFY(h.feed({test::sampleJson({9000, 2, 2})}));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        h.takeRows();
        QVERIFY(h.watermark(11)); // 1 s + 10 s
        QCOMPARE(h.context.counters().stateKeys.load(), std::int64_t(1));
        QVERIFY(h.feed({test::sampleJson({12'000, 1, 7}), test::sampleJson({12'000, 2, 3})}));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes)); // gone and there again in one epoch
        QCOMPARE(h.takeRows(),
                 std::string("{\"k\":1,\"d\":1,\"change_type\":\"insert\"}\n"
                             "{\"k\":2,\"d\":2,\"change_type\":\"update_preimage\"}\n"
                             "{\"k\":2,\"d\":3,\"change_type\":\"update_postimage\"}\n"));
        QVERIFY(h.feed({test::sampleJson({12'000, 1, 1})}));
        QCOMPARE(h.takeRows(),
                 std::string("{\"k\":1,\"d\":1,\"change_type\":\"update_preimage\"}\n"
                             "{\"k\":1,\"d\":2,\"change_type\":\"update_postimage\"}\n"));
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::GroupAggregateTest)
#include "group_aggregate_test.moc"
