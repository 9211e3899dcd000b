// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/schema_json.h"

#include "engine/columns/types.h"

#include "tests/support/test_main.h"

namespace sluice::lake {

class SchemaJsonTest : public QObject
{
    Q_OBJECT

private slots:
    void everyTypeHasItsDeltaName_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("json");
        const auto plain
            = [](const char* type) { QTest::newRow(type) << type << QString("\"%1\"").arg(type); };
        for (const char* type : {"boolean", "byte", "short", "integer", "long", "float", "double",
                                 "decimal(38,10)", "string", "binary", "date", "timestamp"})
            plain(type);
        QTest::newRow("list") << "list<long>"
                              << R"({"type":"array","elementType":"long","containsNull":true})";
        QTest::newRow("map")
            << "map<string, double>"
            << R"({"type":"map","keyType":"string","valueType":"double","valueContainsNull":true})";
        QTest::newRow("struct")
            << "struct<a: long>"
            << R"({"type":"struct","fields":[{"name":"a","type":"long","nullable":true,"metadata":{}}]})";
    }
    void everyTypeHasItsDeltaName()
    {
        QFETCH(QString, type);
        QFETCH(QString, json);
        const auto arrowType = parseType(type.toStdString());
        QVERIFY(arrowType);
        const auto schema = arrow::schema({arrow::field("c", *arrowType)});
        const auto text = schemaText(*schema);
        QVERIFY(text);
        QCOMPARE(
            QString::fromStdString(*text),
            QString(
                R"({"type":"struct","fields":[{"name":"c","type":%1,"nullable":true,"metadata":{}}]})")
                .arg(json));
        const auto back = parseSchema(*text, "t");
        QVERIFY(back);
        QCOMPARE(QString::fromStdString((*back)->ToString()),
                 QString::fromStdString(schema->ToString()));
    }
    void typesThatDeltaLacksAreRefused()
    {
        for (const auto& type : {arrow::uint64(), arrow::time64(arrow::TimeUnit::MICRO),
                                 arrow::timestamp(arrow::TimeUnit::NANO, "UTC"),
                                 arrow::timestamp(arrow::TimeUnit::MICRO), arrow::null()}) {
            const auto text = schemaText(*arrow::schema({arrow::field("c", type)}));
            QVERIFY(!text);
            QVERIFY(text.error().message.find("column \"c\"") != std::string::npos);
        }
    }
    void addedColumnsLeaveTheOthersAsTheyWere()
    {
        const std::string before
            = R"({"type":"struct","fields":[{"name":"a","type":"long","nullable":false,"metadata":{"comment":"key"}}]})";
        const auto after = withAddedColumns(before, {arrow::field("b", arrow::utf8())}, "t");
        QVERIFY(after);
        QCOMPARE(
            *after,
            std::string(
                R"({"type":"struct","fields":[{"name":"a","type":"long","nullable":false,"metadata":{"comment":"key"}},{"name":"b","type":"string","nullable":true,"metadata":{}}]})"));
    }
    void damagedSchemasAreErrors()
    {
        for (const char* text : {"", "[]", "{\"fields\":[{\"name\":\"a\"}]}",
                                 "{\"fields\":[{\"name\":\"a\",\"type\":\"variant\"}]}"}) {
            const auto schema = parseSchema(text, "silver.t");
            QVERIFY(!schema);
            QCOMPARE(schema.error().object, std::string("silver.t"));
        }
    }
    void namesThatSparkRefusesAreFaults()
    {
        QVERIFY(columnNameFault("a b").size() > 0);
        QVERIFY(columnNameFault("a(b").size() > 0);
        QVERIFY(columnNameFault("").size() > 0);
        QCOMPARE(columnNameFault("größe_1"), std::string());
    }
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::SchemaJsonTest)
#include "schema_json_test.moc"
