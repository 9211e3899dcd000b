// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/slice_store.h"

#include "engine/operators/window_aggregate.h"
#include "tests/engine/operators/duckdb_rows.h"
#include "tests/engine/operators/window_rows.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <array>

namespace sluice::operators {

using test::OperatorHarness;

/// Windows over slices against DuckDB, which joins each row with each of its windows.
class SliceStoreTest : public QObject
{
    Q_OBJECT

    static constexpr const char* kAggregates
        = "n: count(*), c: count(v), total: sum(v), mean: avg(v), least: min(v), most: max(v), "
          "odd: count(*) FILTER (WHERE v % 2 = 1), d: count(DISTINCT v), vs: var_samp(v), "
          "f: first(v), l: last(v)";

    // The rows that DuckDB has for windows whose ends are a step apart.
    static std::vector<std::string> oracle(const std::vector<test::SampleRow>& rows,
                                           const std::string& windows,
                                           const std::string& aggregates)
    {
        std::vector<std::string> out;
        const std::string sql = "SELECT s::VARCHAR || '/' || e::VARCHAR || '/' || "
                                "coalesce(k::VARCHAR, 'null') AS w, "
            + aggregates + " FROM rows JOIN (" + windows
            + ") ON ms >= s AND ms < e GROUP BY s, e, k";
        for (const test::TextRow& row : test::duckdbRows({test::sampleSql(rows), sql})) {
            if (row.contains("error"))
                return {row.at("error")};
            std::string line;
            for (const auto& [name, value] : row)
                line += name + "=" + value + " ";
            out.push_back(line);
        }
        std::ranges::sort(out);
        return out;
    }

    // The same lines of what the operator emitted.
    static std::vector<std::string> lines(const OperatorHarness& harness)
    {
        std::vector<std::string> out;
        for (const Batch& batch : harness.context.batches) {
            const arrow::RecordBatch& columns = *batch.columns;
            for (std::int64_t row = 0; row < columns.num_rows(); ++row) {
                const auto text = [&](const std::string& name) {
                    const auto column = columns.GetColumnByName(name);
                    return column->IsNull(row) ? std::string("null")
                                               : (*column->GetScalar(row))->ToString();
                };
                const auto ms = [&](int column) {
                    const auto& times
                        = static_cast<const arrow::TimestampArray&>(*columns.column(column));
                    return std::to_string(times.Value(row) / 1000);
                };
                std::map<std::string, std::string> values{
                    {"w", ms(0) + "/" + ms(1) + "/" + text("k")}};
                for (int i = 3; i < columns.num_columns(); ++i)
                    values[columns.column_name(i)] = text(columns.column_name(i));
                std::string line;
                for (const auto& [name, value] : values)
                    line += name + "=" + value + " ";
                out.push_back(line);
            }
        }
        std::ranges::sort(out);
        return out;
    }

    // What windows of these rows give.
    static std::vector<std::string> emitted(const std::vector<test::SampleRow>& rows,
                                            const QString& window, const QString& aggregates,
                                            const test::Feeding& feeding)
    {
        OperatorHarness h(WindowAggregate::kind(),
                          "{window: " + window.toStdString() + ", group_by: [k], aggregates: {"
                              + aggregates.toStdString() + "}}",
                          test::kSampleSchema);
        if (!h.start())
            return {h.diagnostics.text()};
        test::fed(h, rows, feeding);
        if (h.context.counters().stateKeys.load() != 0)
            return {"something is still kept"};
        return lines(h);
    }

private slots:
    void windowsAreThoseOfDuckDb_data()
    {
        QTest::addColumn<QString>("window");
        QTest::addColumn<QString>("windows"); // all there may be, (s, e) in milliseconds
        QTest::newRow("tumbling") << "{tumbling: 10s}"
                                  << "SELECT i AS s, i + 10000 AS e FROM range(-100000, 900000, "
                                     "10000) r(i)";
        QTest::newRow("tumbling with an offset")
            << "{tumbling: 10s, offset: 3s}"
            << "SELECT i AS s, i + 10000 AS e FROM range(-107000, 900000, 10000) r(i)";
        QTest::newRow("hopping") << "{hopping: 10s, slide: 2s}"
                                 << "SELECT i AS s, i + 10000 AS e FROM range(-100000, 900000, "
                                    "2000) r(i)";
        QTest::newRow("hopping, length no multiple of the slide")
            << "{hopping: 10s, slide: 3s, offset: 1s}"
            << "SELECT i AS s, i + 10000 AS e FROM range(-101000, 900000, 3000) r(i)";
        QTest::newRow("cumulating")
            << "{cumulating: 20s, step: 5s}"
            << "SELECT i AS s, i + j AS e FROM range(-100000, 900000, 20000) r(i), range(5000, "
               "20001, 5000) q(j)";
    }
    void windowsAreThoseOfDuckDb()
    {
        QFETCH(QString, window);
        QFETCH(QString, windows);
        const auto rows = test::sampleRows(400, 7);
        const auto expected = oracle(
            rows, windows.toStdString(),
            "count(*) AS n, count(v) AS c, sum(v)::BIGINT AS total, "
            "coalesce(format('{:.17g}', avg(v)), 'null') AS mean, min(v) AS least, max(v) AS most, "
            "count(*) FILTER (WHERE v % 2 = 1) AS odd, count(DISTINCT v) AS d, "
            "coalesce(format('{:.17g}', var_samp(v)), 'null') AS vs, arg_min(v, ms * 1000 + i) AS "
            "f, "
            "arg_max(v, ms * 1000 + i) AS l");
        QVERIFY(expected.size() > 50);
        for (const test::Feeding feeding : {test::Feeding{1, 0}, test::Feeding{7, 4},
                                            test::Feeding{4096, 0}, test::Feeding{3, 8}}) {
            OperatorHarness h(WindowAggregate::kind(),
                              "{window: " + window.toStdString() + ", group_by: [k], aggregates: {"
                                  + kAggregates + "}}",
                              test::kSampleSchema);
            QVERIFY2(h.start(), h.diagnostics.text().c_str());
            test::fed(h, rows, feeding);
            std::vector<std::string> came = lines(h);
            QCOMPARE(came.size(), expected.size());
            for (std::size_t i = 0; i < came.size(); ++i)
                QCOMPARE(rounded(came[i]), rounded(expected[i]));
        }
    }
    void manySlicesGoOnFromWindowToWindow_data()
    {
        QTest::addColumn<QString>("window");
        QTest::addColumn<QString>("windows");
        QTest::addColumn<QString>("aggregates");
        QTest::addColumn<QString>("sql");
        const std::array<std::array<const char*, 3>, 3> kinds{
            {{"deducted", "n: count(*), total: sum(v), odd: count(*) FILTER (WHERE v % 2 = 1)",
              "count(*) AS n, sum(v)::BIGINT AS total, count(*) FILTER (WHERE v % 2 = 1) AS odd"},
             {"two stacks",
              "n: count(v), total: sum(v), least: min(v), most: max(v), f: first(v), l: last(v), "
              "vs: var_samp(v)",
              "count(v) AS n, sum(v)::BIGINT AS total, min(v) AS least, max(v) AS most, "
              "arg_min(v, ms * 1000 + i) AS f, arg_max(v, ms * 1000 + i) AS l, "
              "coalesce(format('{:.17g}', var_samp(v)), 'null') AS vs"},
             {"distinct values", "n: count(*), d: count(DISTINCT v), least: min(v), most: max(v)",
              "count(*) AS n, count(DISTINCT v) AS d, min(v) AS least, max(v) AS most"}}};
        const std::array<std::array<const char*, 2>, 3> windows{
            {{"{hopping: 60s, slide: 1s}",
              "SELECT i AS s, i + 60000 AS e FROM range(-180000, 900000, 1000) r(i)"},
             {"{hopping: 17s, slide: 2s, offset: 1s}",
              "SELECT i AS s, i + 17000 AS e FROM range(-181000, 900000, 2000) r(i)"},
             {"{cumulating: 60s, step: 2s}",
              "SELECT i AS s, i + j AS e FROM range(-180000, 900000, 60000) r(i), range(2000, "
              "60001, 2000) q(j)"}}};
        for (const auto& kind : kinds)
            for (const auto& window : windows)
                QTest::addRow("%s %s", kind[0], window[0])
                    << window[0] << window[1] << kind[1] << kind[2];
    }
    void manySlicesGoOnFromWindowToWindow()
    {
        QFETCH(QString, window);
        QFETCH(QString, windows);
        QFETCH(QString, aggregates);
        QFETCH(QString, sql);
        const auto rows = test::sampleRows(300, 21);
        const auto expected = oracle(rows, windows.toStdString(), sql.toStdString());
        QVERIFY(expected.size() > 50);
        // With a watermark right behind the newest row, rows come into slices of windows that were
        // emitted; what is said then is compared with windows that are combined anew.
        for (const test::Feeding feeding :
             {test::Feeding{1, 0}, test::Feeding{7, 4}, test::Feeding{4096, 0}, test::Feeding{3, 8},
              test::Feeding{5, 0, 400}, test::Feeding{5, 6, 400}}) {
            const auto came = emitted(rows, window, aggregates, feeding);
            const auto wanted = feeding.behindMs > 3000
                ? expected
                : emitted(rows, window, aggregates + ", zd: count(DISTINCT v), zf: first(v)",
                          feeding);
            QCOMPARE(came.size(), wanted.size());
            QStringList ours, theirs; // in order of what is compared
            for (std::size_t i = 0; i < came.size(); ++i) {
                ours.push_back(rounded(came[i]));
                theirs.push_back(rounded(wanted[i].substr(0, wanted[i].find("zd="))));
            }
            std::ranges::sort(ours);
            std::ranges::sort(theirs);
            QCOMPARE(ours, theirs);
        }
    }
    void whatWasEmittedIsNotEmittedAgainAfterARestart() // FLINK-36663
    {
        OperatorHarness h(WindowAggregate::kind(),
                          "{window: {hopping: 10s, slide: 5s}, group_by: [k], aggregates: {n: "
                          "count(*)}}",
                          test::kSampleSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({test::sampleJson({7000, 1, 1})}));
        QVERIFY(h.watermark(10));
        QCOMPARE(h.context.rows.size(), std::size_t(1)); // [0 s, 10 s)
        QVERIFY(h.saveAndRestart(flow::SaveKind::Whole));
        // The watermark begins anew, from far below, as it does where nobody saved it.
        test::CollectingContext anew;
        anew.advanceWatermark({1'000'000});
        QVERIFY(h.op->onWatermark(anew.watermark(), anew));
        QVERIFY(h.op->process(0, h.batch({test::sampleJson({2000, 1, 1})}), anew));
        QCOMPARE(anew.counted(Verdict::Late), std::uint64_t(1)); // its windows were emitted
        anew.advanceWatermark({14'999'000});
        QVERIFY(h.op->onWatermark(anew.watermark(), anew));
        QCOMPARE(anew.rows.size(), std::size_t(1)); // [5 s, 15 s) only
        QVERIFY(anew.rows[0].find("00:00:05.000Z\",\"window_end") != std::string::npos);
    }
    void aFarPastStartLosesNothing() // Bytewax 413
    {
        OperatorHarness h(WindowAggregate::kind(),
                          "{window: {hopping: 1m, slide: 1s}, aggregates: {n: count(*)}}",
                          test::kSampleSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({test::sampleJson({-62'000'000'000'000, 1, 1}),  // in the year 5
                        test::sampleJson({1'800'000'000'000, 1, 1})})); // in 2027
        h.context.advanceWatermark(EventTime::max());
        QVERIFY(h.op->onWatermark(EventTime::max(), h.context));
        QCOMPARE(h.context.rows.size(), std::size_t(120));
        QCOMPARE(h.context.counters().stateKeys.load(), std::int64_t(0));
    }
    void distinctCountsAreRightAfterRecovery() // Proton 419
    {
        for (const bool restarts : {false, true}) {
            OperatorHarness h(WindowAggregate::kind(),
                              "{window: {tumbling: 1m}, aggregates: {d: count(DISTINCT v)}}",
                              test::kSampleSchema);
            QVERIFY2(h.start(), h.diagnostics.text().c_str());
            for (int i = 0; i < 50; ++i) {
                QVERIFY(h.feed({test::sampleJson({i, 1, i % 20}), test::sampleJson({i, 1, i})}));
                if (restarts)
                    QVERIFY(h.saveAndRestart(i % 10 == 0 ? flow::SaveKind::Whole
                                                         : flow::SaveKind::Changes));
            }
            QVERIFY(h.watermark(60));
            QVERIFY(h.takeRows().ends_with("\"d\":50}\n"));
        }
    }
    void keysOfClosedWindowsAreForgotten()
    {
        OperatorHarness h(WindowAggregate::kind(),
                          "{window: {tumbling: 1s}, group_by: [k, v], aggregates: {n: count(*)}}",
                          test::kSampleSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        std::int64_t after10 = 0;
        for (int second = 0; second < 60; ++second) {
            std::vector<std::string> records;
            for (int i = 0; i < 2000; ++i)
                records.push_back(test::sampleJson({second * 1000, i, second}));
            QVERIFY(h.feed(records));
            QVERIFY(h.watermark(second));
            h.context.rows.clear();
            h.context.batches.clear();
            if (second == 10)
                after10 = h.context.counters().stateBytes.load();
        }
        QVERIFY(h.context.counters().stateBytes.load() <= after10 * 2);
    }

private:
    // DuckDB and we write doubles with more digits than both can agree on.
    static QString rounded(const std::string& line)
    {
        QStringList out;
        for (const QString& part : QString::fromStdString(line).split(' ')) {
            const bool isReal = part.startsWith("mean=") || part.startsWith("vs=");
            const QString value = part.section('=', 1);
            out << (isReal && value != "null"
                        ? part.section('=', 0, 0) + "=" + QString::number(value.toDouble(), 'g', 8)
                        : part);
        }
        return out.join(' ');
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::SliceStoreTest)
#include "slice_store_test.moc"
