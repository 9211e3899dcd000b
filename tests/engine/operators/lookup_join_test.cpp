// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/lookup_join.h"

#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

using test::OperatorHarness;

class LookupJoinTest : public QObject
{
    Q_OBJECT

    static OperatorHarness& withCustomers(OperatorHarness& h)
    {
        const auto layout
            = OperatorHarness::layoutOf("{id: integer, segment: string, city: string}");
        OperatorHarness table(LookupJoin::kind(), "{}",
                              "{id: integer, segment: string, city: string}");
        const Batch rows = table.batch(
            {"{\"id\":1,\"segment\":\"gold\",\"city\":\"Ulm\"}", "{\"id\":2,\"segment\":\"new\"}",
             "{\"id\":1,\"segment\":\"second\"}", "{\"segment\":\"without\"}"});
        h.tables.contents["reference.customers"] = {rows.columns->schema(), {rows.columns}, 3};
        return h;
    }

private slots:
    void partnersAreFoundAcrossNumberWidthsAndNullFindsNone()
    {
        OperatorHarness h(
            LookupJoin::kind(),
            "{table: reference.customers, on: {c: id}, add: [segment], add_as: {town: city}}",
            "{c: long}");
        QVERIFY2(withCustomers(h).start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"c\":1}", "{\"c\":2}", "{\"c\":7}", "{}"}));
        QCOMPARE(h.takeRows(),
                 std::string("{\"c\":1,\"segment\":\"gold\",\"town\":\"Ulm\"}\n{\"c\":2,"
                             "\"segment\":\"new\",\"town\":null}\n"
                             "{\"c\":7,\"segment\":null,\"town\":null}\n{\"c\":null,\"segment\":"
                             "null,\"town\":null}\n"));
    }
    void missesCanBeDroppedOrKeptAsDeadLetters_data()
    {
        QTest::addColumn<QString>("onMiss");
        QTest::addColumn<int>("verdict");
        QTest::newRow("drop") << "drop" << int(Verdict::Dropped);
        QTest::newRow("dead letter") << "dead_letter" << int(Verdict::DeadLetter);
    }
    void missesCanBeDroppedOrKeptAsDeadLetters()
    {
        QFETCH(QString, onMiss);
        QFETCH(int, verdict);
        OperatorHarness h(LookupJoin::kind(),
                          "{table: reference.customers, on: {c: id}, add: [segment], on_miss: "
                              + onMiss.toStdString() + "}",
                          "{c: long}");
        QVERIFY2(withCustomers(h).start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"c\":7}", "{\"c\":1}"}));
        QCOMPARE(h.takeRows(), std::string("{\"c\":1,\"segment\":\"gold\"}\n"));
        QCOMPARE(h.context.counted(Verdict(verdict)), std::uint64_t(1));
    }
    void wrongDocumentsAreFound_data()
    {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<QString>("finding");
        QTest::newRow("table") << "{table: reference.custmers, on: {c: id}, add: [segment]}"
                               << "there is no table";
        QTest::newRow("key type") << "{table: reference.customers, on: {s: id}, add: [segment]}"
                                  << "is string but \"id\" of the table is integer";
        QTest::newRow("column") << "{table: reference.customers, on: {c: id}, add: [segmnt]}"
                                << "did you mean \"segment\"";
        QTest::newRow("name taken")
            << "{table: reference.customers, on: {c: id}, add_as: {c: segment}}"
            << "there is a column \"c\" already";
        QTest::newRow("retry") << "{table: reference.customers, on: {c: id}, add: [segment], "
                                  "on_miss: retry}"
                               << "needs the table to be read again";
        QTest::newRow("nothing added") << "{table: reference.customers, on: {c: id}}"
                                       << "no column is added";
    }
    void wrongDocumentsAreFound()
    {
        QFETCH(QString, yaml);
        QFETCH(QString, finding);
        OperatorHarness h(LookupJoin::kind(), yaml.toStdString(), "{c: long, s: string}");
        QVERIFY(!withCustomers(h).start());
        QVERIFY2(h.diagnostics.text().find(finding.toStdString()) != std::string::npos,
                 h.diagnostics.text().c_str());
    }
    void theTableIsReadAgainWhenRefreshIsDue()
    {
        OperatorHarness h(LookupJoin::kind(),
                          "{table: reference.customers, on: {c: id}, add: [segment], refresh: 1us}",
                          "{c: long}");
        QVERIFY2(withCustomers(h).start(), h.diagnostics.text().c_str());
        QCOMPARE(h.tables.reads, 1);
        QVERIFY(h.feed({"{\"c\":1}"}));
        QCOMPARE(h.tables.reads, 1);
        h.clock.advance(std::chrono::microseconds(1));
        QVERIFY(h.feed({"{\"c\":1}"}));
        QCOMPARE(h.tables.reads, 2);
    }
    void rowsThatWaitNeedNoOtherRows()
    {
        using namespace std::chrono_literals;
        OperatorHarness h(LookupJoin::kind(),
                          "{table: reference.customers, on: {c: id}, add: [segment], refresh: 10s, "
                          "on_miss: retry, retry_for: 25s, after_retry: drop}",
                          "{c: long}");
        QVERIFY2(withCustomers(h).start(), h.diagnostics.text().c_str());
        const std::int64_t begin = h.clock.wallNow().us;
        const auto dueAfter = [&] { return (h.op->wakesAt()->us - begin) / 1'000'000; };
        QVERIFY(h.feed({"{\"c\":1}"}));
        QVERIFY(!h.op->wakesAt()); // nobody waits
        h.clock.advance(4s);
        QVERIFY(h.feed({"{\"c\":7}", "{\"c\":8}"}));
        QCOMPARE(dueAfter(), std::int64_t(10));
        h.clock.advance(6s);
        OperatorHarness table(LookupJoin::kind(), "{}",
                              "{id: integer, segment: string, city: string}");
        const Batch rows = table.batch({"{\"id\":7,\"segment\":\"late\"}"});
        h.tables.contents["reference.customers"] = {rows.columns->schema(), {rows.columns}, 4};
        h.takeRows();
        QVERIFY(h.op->onClock(h.context));
        QCOMPARE(h.takeRows(), std::string("{\"c\":7,\"segment\":\"late\"}\n"));
        QCOMPARE(dueAfter(), std::int64_t(20));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(*h.op->wakesAt() <= h.clock.wallNow()); // after a restart it looks at once
        QVERIFY(h.op->onClock(h.context));
        h.clock.advance(10s);
        QVERIFY(h.op->onClock(h.context));
        QCOMPARE(dueAfter(), std::int64_t(29)); // 4 s + 25 s comes before the next look
        h.clock.advance(9s);
        QVERIFY(h.op->onClock(h.context));
        QVERIFY(!h.op->wakesAt());
        QCOMPARE(h.context.counted(Verdict::Dropped), std::uint64_t(1));
        QCOMPARE(h.context.counters().heldRows.load(), std::int64_t(0));
    }
    void aRowWaitsForItsKey_data()
    {
        QTest::addColumn<QString>("afterRetry");
        QTest::addColumn<bool>("appears");
        QTest::addColumn<bool>("isAtTheEnd");
        for (const char* policy : {"null", "drop", "dead_letter"})
            for (const bool appears : {true, false})
                for (const bool isAtTheEnd : {true, false})
                    QTest::addRow("%s, %s, %s", policy, appears ? "appears" : "does not appear",
                                  isAtTheEnd ? "the input ends" : "time runs out")
                        << policy << appears << isAtTheEnd;
    }
    void aRowWaitsForItsKey()
    {
        QFETCH(QString, afterRetry);
        QFETCH(bool, appears);
        QFETCH(bool, isAtTheEnd);
        using namespace std::chrono_literals;
        OperatorHarness h(LookupJoin::kind(),
                          "{table: reference.customers, on: {c: id}, add: [segment], refresh: 10s, "
                          "on_miss: retry, retry_for: 30s, after_retry: "
                              + afterRetry.toStdString() + "}",
                          "{c: long, t: timestamp(s)}");
        QVERIFY2(withCustomers(h).start(), h.diagnostics.text().c_str());
        const auto text = [](const char* segment) {
            return std::string("{\"c\":7,\"t\":\"1970-01-01T00:00:05.000Z\",\"segment\":") + segment
                + "}\n";
        };
        QVERIFY(h.feed({"{\"c\":1,\"t\":4}", "{\"c\":7,\"t\":5}"}));
        QCOMPARE(h.context.rows.size(), std::size_t(1));
        QCOMPARE(h.context.counters().heldRows.load(), std::int64_t(1));
        h.takeRows();
        QVERIFY(h.saveAndRestart(flow::SaveKind::Whole)
                && h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.watermark(1)); // begins to count the time until the next refresh
        if (appears) {
            OperatorHarness table(LookupJoin::kind(), "{}",
                                  "{id: integer, segment: string, city: string}");
            const Batch rows = table.batch({"{\"id\":7,\"segment\":\"late\"}"});
            h.tables.contents["reference.customers"] = {rows.columns->schema(), {rows.columns}, 4};
        }
        h.clock.advance(9s);
        QVERIFY(h.watermark(2));
        QCOMPARE(h.takeRows(), std::string());
        h.clock.advance(1s);
        QVERIFY(h.watermark(3));
        QCOMPARE(h.takeRows(), appears ? text("\"late\"") : std::string());
        if (isAtTheEnd) {
            h.context.advanceWatermark(EventTime::max());
            QVERIFY(h.op->onWatermark(EventTime::max(), h.context));
        } else {
            h.clock.advance(20s);
            QVERIFY(h.watermark(4));
        }
        const bool isOver = !appears;
        QCOMPARE(h.takeRows(), isOver && afterRetry == "null" ? text("null") : std::string());
        QCOMPARE(h.context.counted(Verdict::Dropped),
                 std::uint64_t(isOver && afterRetry == "drop" ? 1 : 0));
        QCOMPARE(h.context.counted(Verdict::DeadLetter),
                 std::uint64_t(isOver && afterRetry == "dead_letter" ? 1 : 0));
        if (!h.context.rejects.empty())
            QCOMPARE(h.context.rejects[0].data, std::string("{\"c\":7,\"t\":5}"));
        QCOMPARE(h.context.counters().heldRows.load(), std::int64_t(0));
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::LookupJoinTest)
#include "lookup_join_test.moc"
