// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/record_schema.h"

#include "tests/support/test_main.h"

namespace sluice::formats {

class RecordSchemaTest : public QObject
{
    Q_OBJECT

    static RecordLayout read(const QString& text, Diagnostics& diagnostics)
    {
        const DocumentNode map = parseDocument(text.toStdString(), diagnostics);
        checkOptions(map, recordOptions(), {}, "n", diagnostics);
        return readRecordLayout(Options(map, recordOptions()), "n", diagnostics);
    }

private slots:
    void aSchemaIsRead()
    {
        Diagnostics diagnostics("x");
        static const char* const kText = R"yaml(
schema:
  id: string not null
  amount: {type: "decimal(12,2)", path: "$.order.amount", on_error: null}
  tag: {type: string, path: "$.tags[1]"}
  at: timestamp(s)
event_time: {column: at, out_of_order: 5s, idle_after: 30s}
)yaml";
        const RecordLayout layout = read(QString::fromUtf8(kText), diagnostics);
        QVERIFY2(!diagnostics.hasErrors(), diagnostics.text().c_str());
        QCOMPARE(layout.schema.columns.size(), std::size_t(4));
        QVERIFY(!layout.schema.columns[0].isNullable);
        QVERIFY(layout.schema.columns[1].isNullOnError);
        QCOMPARE(std::get<std::string>(layout.schema.columns[1].path[1]), std::string("amount"));
        QCOMPARE(std::get<std::size_t>(layout.schema.columns[2].path[1]), std::size_t(1));
        QCOMPARE(layout.schema.columns[3].numberUnitNs, std::int64_t(1'000'000'000));
        QCOMPARE(*layout.eventTimeColumn, std::string("at"));
        QVERIFY(layout.eventTime.outOfOrder == std::chrono::seconds(5));
        QVERIFY(layout.eventTime.maxFuture == std::chrono::minutes(10));
    }
    void mistakesHaveTheirPlace_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("finding");
        QTest::newRow("type")
            << "schema: {a: strng}"
            << "x:1:13: n.schema.a: unknown type \"strng\" (did you mean \"string\"?)\n";
        QTest::newRow("path")
            << "schema: {a: {type: long, path: b.c}}"
            << "x:1:32: n.schema.a.path: \"b.c\" is no path ($.customer.address[0].city)\n";
        QTest::newRow("event time column")
            << "schema: {ts: timestamp}\nevent_time: {column: tz}"
            << "x:2:22: n.event_time.column: column \"tz\" does not exist (did you mean \"ts\"?)\n";
        QTest::newRow("event time type")
            << "schema: {ts: long}\nevent_time: {column: ts}"
            << "x:2:22: n.event_time.column: \"ts\" is a long, not a timestamp (declare it as "
               "timestamp(ms) or as the unit that its numbers have)\n";
        QTest::newRow("case") << "schema: {a: long, A: long}"
                              << "x:1:19: n.schema.A: another column has this name but for upper "
                                 "and lower case (table "
                                 "formats cannot keep both; rename one and give its path)\n";
    }
    void mistakesHaveTheirPlace()
    {
        QFETCH(QString, text);
        QFETCH(QString, finding);
        Diagnostics diagnostics("x");
        read(text, diagnostics);
        QCOMPARE(QString::fromStdString(diagnostics.text()), finding);
    }
};

} // namespace sluice::formats

SLUICE_TEST(sluice::formats::RecordSchemaTest)
#include "record_schema_test.moc"
