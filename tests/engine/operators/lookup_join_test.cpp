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
        QTRY_VERIFY(h.feed({"{\"c\":1}"}) && h.tables.reads > 1);
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::LookupJoinTest)
#include "lookup_join_test.moc"
