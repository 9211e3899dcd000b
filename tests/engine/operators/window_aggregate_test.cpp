// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/window_aggregate.h"

#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

using test::OperatorHarness;

class WindowAggregateTest : public QObject
{
    Q_OBJECT

    static std::string row(const char* key, double seconds, const char* amount)
    {
        return "{\"k\":\"" + std::string(key) + "\",\"t\":"
            + std::to_string(std::int64_t(seconds * 1000)) + ",\"amount\":" + amount + "}";
    }
    static constexpr const char* kSchema = "{k: string, t: timestamp(ms), amount: 'decimal(12,2)'}";
    static std::string window(const char* start, const char* end, const std::string& rest)
    {
        return "{\"window_start\":\"1970-01-01T00:" + std::string(start)
            + ".000Z\",\"window_end\":\"1970-01-01T00:" + end + ".000Z\"," + rest + "}\n";
    }

private slots:
    void aWindowIsEmittedWhenTheWatermarkReachesItsEnd()
    {
        OperatorHarness h(
            WindowAggregate::kind(),
            "{window: {tumbling: 1m}, group_by: [k], aggregates: {n: count(*), total: sum(amount), "
            "least: min(amount), most: max(amount), mean: avg(amount), keys: approx_distinct(k)}}",
            kSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({row("a", 0, "1.50"), row("b", 59.999, "2.00"), row("a", 60, "9.99"),
                        row("a", 30, "0.50"), row("b", 1, "null")}));
        QVERIFY(h.watermark(59.998));
        QCOMPARE(h.takeRows(), std::string());
        QVERIFY(h.watermark(59.999));
        QCOMPARE(h.takeRows(),
                 window("00:00", "01:00",
                        "\"k\":\"a\",\"n\":2,\"total\":2.00,\"least\":0.50,\"most\":1.50,\"mean\":"
                        "1,\"keys\":1")
                     + window("00:00", "01:00",
                              "\"k\":\"b\",\"n\":2,\"total\":2.00,\"least\":2.00,\"most\":2.00,"
                              "\"mean\":2,\"keys\":1"));
        QVERIFY(h.watermark(1e9));
        QCOMPARE(h.takeRows(),
                 window("01:00", "02:00",
                        "\"k\":\"a\",\"n\":1,\"total\":9.99,\"least\":9.99,\"most\":9.99,\"mean\":"
                        "9.99,\"keys\":1"));
    }
    void rowsOfAClosedWindowAreLate()
    {
        OperatorHarness h(WindowAggregate::kind(),
                          "{window: {tumbling: 1m}, aggregates: {n: count(*)}}", kSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({row("a", 70, "1")}));
        QVERIFY(h.watermark(65));
        QVERIFY(h.feed({row("a", 59, "1"), row("a", 61, "1")}));
        QCOMPARE(h.context.rejects.size(), std::size_t(1));
        QCOMPARE(h.context.rejects[0].verdict, Verdict::Late);
        QCOMPARE(h.context.rejects[0].data, row("a", 59, "1"));
        QVERIFY(h.watermark(120));
        QCOMPARE(h.takeRows(), window("01:00", "02:00", "\"n\":2"));
    }
    void allowedLatenessEmitsAgainWithTheNextRevision()
    {
        OperatorHarness h(WindowAggregate::kind(),
                          "{window: {tumbling: 1m}, group_by: [k], allowed_lateness: 30s, "
                          "aggregates: {n: count(*)}}",
                          kSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({row("a", 10, "1"), row("b", 10, "1")}));
        QVERIFY(h.watermark(60));
        QCOMPARE(h.takeRows(),
                 window("00:00", "01:00", "\"k\":\"a\",\"n\":1,\"revision\":0")
                     + window("00:00", "01:00", "\"k\":\"b\",\"n\":1,\"revision\":0"));
        QVERIFY(
            h.saveAndRestart(flow::SaveKind::Changes)); // nothing is emitted twice after a restart
        QVERIFY(h.watermark(70));
        QCOMPARE(h.takeRows(), std::string());
        QVERIFY(h.feed({row("a", 20, "1")}));
        QVERIFY(h.watermark(75));
        QCOMPARE(h.takeRows(), window("00:00", "01:00", "\"k\":\"a\",\"n\":2,\"revision\":1"));
        QVERIFY(h.watermark(90));
        QVERIFY(h.feed({row("a", 20, "1")}));
        QCOMPARE(h.context.counted(Verdict::Late), std::uint64_t(1));
    }
    void openWindowsSurviveARestartAnywhere()
    {
        const std::vector<std::string> records{row("a", 1, "1"),   row("b", 2, "2"),
                                               row("a", 61, "4"),  row("c", 3, "8"),
                                               row("a", 62, "16"), row("b", 63, "32")};
        std::string expected;
        for (const bool restarts : {false, true}) {
            OperatorHarness h(WindowAggregate::kind(),
                              "{window: {tumbling: 1m}, group_by: [k], aggregates: {total: "
                              "sum(amount), p: 'approx_quantile(amount, 0.5)', most: max(amount), "
                              "least: min(k), d: approx_distinct(amount), mean: avg(amount)}}",
                              kSchema);
            QVERIFY2(h.start(), h.diagnostics.text().c_str());
            for (std::size_t i = 0; i < records.size(); ++i) {
                QVERIFY(h.feed({records[i]}));
                if (restarts)
                    QVERIFY(h.saveAndRestart(i % 3 == 0 ? flow::SaveKind::Whole
                                                        : flow::SaveKind::Changes));
                QVERIFY(h.watermark(double(i) * 11));
            }
            if (restarts)
                QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
            QVERIFY(h.watermark(1000));
            if (!restarts)
                expected = h.takeRows();
            else
                QCOMPARE(h.takeRows(), expected);
        }
        QVERIFY(!expected.empty());
    }
    // What closes them is the clock, whose next call has to come back with the state.
    void windowsOfTheClockCloseAfterARestartThoughNothingComes() // Bytewax 138
    {
        using namespace std::chrono_literals;
        OperatorHarness h(WindowAggregate::kind(),
                          "{window: {tumbling: 1m}, time: processing, group_by: [k], aggregates: "
                          "{n: count(*)}}",
                          kSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({row("a", 1, "1"), row("a", 2, "1")}));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Whole));
        const auto due = h.op->wakesAt();
        QVERIFY(due);
        QCOMPARE(due->us, h.clock.wallNow().us + 60'000'000); // the harness begins on a full minute
        h.clock.advance(59s);
        QVERIFY(h.op->onClock(h.context));
        QCOMPARE(h.takeRows(), std::string());
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        h.clock.advance(1s);
        QVERIFY(h.op->onClock(h.context));
        QCOMPARE(h.takeRows(),
                 std::string("{\"window_start\":\"2026-01-01T00:00:00.000Z\",\"window_end\":\"2026-"
                             "01-01T00:01:00.000Z\",\"k\":\"a\",\"n\":2}\n"));
        QVERIFY(!h.op->wakesAt());
    }
    void filtersAndNegativeTimes()
    {
        OperatorHarness h(
            WindowAggregate::kind(),
            "{window: {tumbling: 1m}, aggregates: {n: \"count(*) FILTER (WHERE amount > 1)\"}}",
            kSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({row("a", -1, "5"), row("a", -2, "1")}));
        QVERIFY(h.watermark(0));
        QCOMPARE(h.takeRows(),
                 std::string("{\"window_start\":\"1969-12-31T23:59:00.000Z\",\"window_end\":\"1970-"
                             "01-01T00:00:00.000Z\",\"n\":1}\n"));
    }
    void aStateBeyondItsBoundStopsWithTheCure()
    {
        OperatorHarness h(WindowAggregate::kind(),
                          "{window: {tumbling: 1m}, group_by: [amount], max_state: 100KB, "
                          "aggregates: {n: count(*)}}",
                          kSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        Status status = ok();
        for (int i = 0; i < 100'000 && status; i += 100) {
            std::vector<std::string> records;
            for (int k = i; k < i + 100; ++k)
                records.push_back(row("a", 1, std::to_string(k).c_str()));
            status = h.feed(records);
        }
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::CapacityExceeded);
        QCOMPARE(status.error().object, std::string("op"));
        QVERIFY(status.error().hint.find("max_state") != std::string::npos);
    }
    void wrongDocumentsAreFound_data()
    {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<QString>("finding");
        QTest::newRow("column") << "{window: {tumbling: 1m}, aggregates: {x: sum(amuont)}}"
                                << "did you mean \"amount\"";
        QTest::newRow("aggregate") << "{window: {tumbling: 1m}, aggregates: {x: summ(amount)}}"
                                   << "did you mean \"sum\"";
        QTest::newRow("type") << "{window: {tumbling: 1m}, aggregates: {x: sum(k)}}"
                              << "sum needs a number, found string";
        QTest::newRow("share")
            << "{window: {tumbling: 1m}, aggregates: {x: 'approx_quantile(amount, 2)'}}"
            << "between 0 and 1";
        QTest::newRow("arity") << "{window: {tumbling: 1m}, aggregates: {x: 'sum(amount, amount)'}}"
                               << "takes 1 argument";
        QTest::newRow("group")
            << "{window: {tumbling: 1m}, group_by: [kk], aggregates: {x: count(*)}}"
            << "\"kk\" does not exist";
        QTest::newRow("window") << "{window: {tumbling: soon}, aggregates: {x: count(*)}}"
                                << "a duration such as";
        QTest::newRow("no kind") << "{window: {offset: 1m}, aggregates: {x: count(*)}}"
                                 << "does not say which windows";
        QTest::newRow("two kinds")
            << "{window: {tumbling: 1m, session: 1m}, aggregates: {x: count(*)}}"
            << "more than one kind";
        QTest::newRow("no slide") << "{window: {hopping: 1m}, aggregates: {x: count(*)}}"
                                  << "hopping windows need a slide";
        QTest::newRow("foreign step")
            << "{window: {tumbling: 1m, step: 1s}, aggregates: {x: count(*)}}"
            << "tumbling windows have no step";
        QTest::newRow("gaps") << "{window: {hopping: 1m, slide: 2m}, aggregates: {x: count(*)}}"
                              << "at most 1m";
        QTest::newRow("uneven steps")
            << "{window: {cumulating: 1m, step: 7s}, aggregates: {x: count(*)}}"
            << "not a multiple";
        QTest::newRow("slices")
            << "{window: {hopping: 7d, slide: 1001ms}, aggregates: {x: count(*)}}"
            << "slices of 7ms";
        QTest::newRow("lateness of the clock")
            << "{window: {tumbling: 1m}, time: processing, allowed_lateness: 1s, aggregates: {x: "
               "count(*)}}"
            << "nothing is late";
        QTest::newRow("distinct sum")
            << "{window: {tumbling: 1m}, aggregates: {x: sum(DISTINCT amount)}}"
            << "DISTINCT is for count";
        QTest::newRow("k") << "{window: {tumbling: 1m}, aggregates: {x: 'top_k(k, 0)'}}"
                           << "between 1 and 1000";
        QTest::newRow("bounds")
            << "{window: {tumbling: 1m}, aggregates: {x: 'histogram(amount, 2, 1)'}}"
            << "ascending";
        QTest::newRow("name")
            << "{window: {tumbling: 1m}, group_by: [k], aggregates: {k: count(*)}}"
            << "there is a column \"k\" already";
    }
    void wrongDocumentsAreFound()
    {
        QFETCH(QString, yaml);
        QFETCH(QString, finding);
        OperatorHarness h(WindowAggregate::kind(), yaml.toStdString(), kSchema);
        QVERIFY(!h.start());
        QVERIFY2(h.diagnostics.text().find(finding.toStdString()) != std::string::npos,
                 h.diagnostics.text().c_str());
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::WindowAggregateTest)
#include "window_aggregate_test.moc"
