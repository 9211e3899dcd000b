// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/json_decoder.h"

#include "tests/engine/formats/raw_records_of.h"
#include "tests/support/test_main.h"

#include <arrow/pretty_print.h>
#include <arrow/scalar.h>

namespace sluice::formats {
namespace {

RecordLayout layoutOf(const char* schema)
{
    Diagnostics diagnostics("x");
    const DocumentNode map = parseDocument(std::string("schema: ") + schema, diagnostics);
    RecordLayout layout = readRecordLayout(Options(map, recordOptions()), "n", diagnostics);
    if (diagnostics.hasErrors())
        qFatal("%s", diagnostics.text().c_str());
    return layout;
}

std::set<std::string> allOf(const RecordLayout& layout)
{
    std::set<std::string> names;
    for (const SchemaColumn& column : layout.schema.columns)
        names.insert(column.name);
    return names;
}

// Returns a row as "a|b|null".
QString rowText(const arrow::RecordBatch& batch, std::int64_t row)
{
    QStringList parts;
    for (const auto& column : batch.columns())
        parts << QString::fromStdString(column->GetScalar(row).ValueOrDie()->ToString());
    return parts.join(QLatin1Char('|'));
}

} // namespace

class JsonDecoderTest : public QObject
{
    Q_OBJECT

private slots:
    void oneRecord_data()
    {
        QTest::addColumn<QString>("schema");
        QTest::addColumn<QString>("record");
        QTest::addColumn<QString>("row"); // "" = rejected
        QTest::addColumn<QString>("reason");
        const auto good
            = [](const char* name, const char* schema, const char* record, const char* row) {
                  QTest::newRow(name) << schema << record << row << "";
              };
        const auto bad
            = [](const char* name, const char* schema, const char* record, const char* reason) {
                  QTest::newRow(name) << schema << record << "" << reason;
              };
        good("plain", "{a: long, b: string}", "{\"a\":1,\"b\":\"x\"}", "1|x");
        good("other order, spaces, unknown field", "{a: long, b: string}",
             " { \"z\" : [1,{\"q\":2}] , \"b\" : \"x\" , \"a\" : -7 } ", "-7|x");
        good("missing and null", "{a: long, b: string}", "{\"b\":null}", "null|null");
        good("escapes", "{b: string}", "{\"b\":\"q\\\"\\u00e9\\n\\ud83d\\ude00\"}",
             "q\"\u00e9\n\U0001F600");
        good("escaped key", "{b: string}", "{\"\\u0062\":\"x\"}", "x");
        good("all kinds", "{a: boolean, b: double, c: 'decimal(12,2)', d: date, e: short}",
             "{\"a\":true,\"b\":1.5e2,\"c\":12.50,\"d\":\"2026-11-24\",\"e\":-3}",
             "true|150|12.50|2026-11-24|-3");
        good("decimal as text", "{c: 'decimal(12,2)'}", "{\"c\":\"0.10\"}", "0.10");
        good("timestamps", "{a: timestamp(ms), b: timestamp(s), c: timestamp}",
             "{\"a\":1709208000123,\"b\":1709208000,\"c\":\"2024-02-29T12:00:00Z\"}",
             "2024-02-29 12:00:00.123000Z|2024-02-29 12:00:00.000000Z|2024-02-29 12:00:00.000000Z");
        good("path", "{c: {type: string, path: '$.a.b[1].c'}}",
             "{\"a\":{\"b\":[{\"c\":\"no\"},{\"c\":\"yes\"}]}}", "yes");
        good("path that is not there", "{c: {type: string, path: '$.a.b'}}", "{\"a\":5}", "null");
        good("key read flat and by path", "{a: json, c: {type: long, path: '$.a.b'}}",
             "{\"a\":{\"b\":5}}", "{\"b\":5}|5");
        good("json subtree", "{a: json}", "{\"a\":{\"b\":[1, 2]}}", "{\"b\":[1, 2]}");
        good("json scalar", "{a: json}", "{\"a\": \"x\" }", "\"x\"");
        good("struct", "{a: 'struct<x: long, y: string>'}", "{\"a\":{\"y\":\"q\",\"z\":1}}",
             "{x:int64 = null, y:string = q}");
        good("list", "{a: 'list<long>'}", "{\"a\":[1,null,3]}", "list<element: int64>[1, null, 3]");
        good("map", "{a: 'map<string, long>'}", "{\"a\":{\"k\":1}}",
             "map<string, int64>[{key:string = k, value:int64 = 1}]");
        good("null on error", "{a: {type: long, on_error: null}, b: long}", "{\"a\":\"x\",\"b\":2}",
             "null|2");
        bad("wrong type", "{a: long}", "{\"a\":\"5\"}", "a: expected long, found string \"5\"");
        bad("fraction for a whole number", "{a: long}", "{\"a\":5.5}",
            "a: expected long, found 5.5");
        bad("too large for its type", "{a: byte}", "{\"a\":300}", "a: expected byte, found 300");
        bad("too large for any", "{a: long}", "{\"a\":92233720368547758070}",
            "a: expected long, found 92233720368547758070");
        bad("1e400", "{a: double}", "{\"a\":1e400}", "a: expected double, found 1e400");
        bad("leading zeros", "{a: long}", "{\"a\":004}", "a: expected long, found 004");
        bad("scale", "{a: 'decimal(12,2)'}", "{\"a\":1.005}",
            "a: expected decimal(12,2), found 1.005");
        bad("required but missing", "{a: long not null}", "{\"b\":1}", "a: a value is required");
        bad("required but null", "{a: long not null}", "{\"a\":null}", "a: a value is required");
        bad("twice", "{a: long}", "{\"a\":1,\"a\":2}", "field \"a\" stands twice");
        bad("cut off", "{a: long}", "{\"a\":1",
            "the record does not end with }: it is cut off, or something follows it");
        bad("cut off in a string", "{a: string}", "{\"a\":\"xy",
            "a string has no end: the record is cut off");
        bad("something behind", "{a: long}", "{\"a\":1} x",
            "the record does not end with }: it is cut off, or something follows it");
        bad("two objects", "{a: long}", "{\"a\":1}{\"a\":2}", "something follows the JSON object");
        bad("no object", "{a: long}", "[1]", "the record is not a JSON object");
        bad("empty", "{a: long}", "", "the record is empty");
        bad("spaces", "{a: long}", "   ", "the record is empty");
        bad("struct of wrong type", "{a: 'struct<x: long>'}", "{\"a\":{\"x\":\"s\"}}",
            "a: expected long, found a string");
        QTest::newRow("no UTF-8") << "{a: string}"
                                  << "<bad utf8>"
                                  << ""
                                  << "the bytes are not UTF-8";
    }
    void oneRecord()
    {
        QFETCH(QString, schema);
        QFETCH(QString, record);
        QFETCH(QString, row);
        QFETCH(QString, reason);
        const RecordLayout layout = layoutOf(schema.toUtf8().constData());
        JsonDecoder decoder(layout, allOf(layout));
        const std::string bytes = record == QStringLiteral("<bad utf8>")
            ? std::string("{\"a\":\"\xff\xfe\"}")
            : record.toStdString();
        const auto decoded = decoder.decode(test::rawRecordsOf({bytes}));
        QVERIFY(decoded);
        QVERIFY(decoded->columns->ValidateFull().ok());
        if (!reason.isEmpty()) {
            QCOMPARE(decoded->bad.size(), std::size_t(1));
            QCOMPARE(QString::fromStdString(decoded->bad[0].reason), reason);
            QCOMPARE(decoded->columns->num_rows(), std::int64_t(0));
            return;
        }
        QVERIFY2(decoded->bad.empty(), decoded->bad.empty() ? "" : decoded->bad[0].reason.c_str());
        QCOMPARE(rowText(*decoded->columns, 0), row);
    }

    void theRecordAfterABadOneIsReadAsIfNothingHadHappened() // Arroyo 891
    {
        const RecordLayout layout = layoutOf("{a: long, s: string, l: 'list<long>'}");
        JsonDecoder decoder(layout, allOf(layout));
        const auto decoded = decoder.decode(test::rawRecordsOf(
            {"{\"a\":1,\"s\":\"one\",\"l\":[1]}", "{\"s\":\"lost\",\"l\":[2],\"a\":\"x\"}",
             "{\"s\":\"los", "{\"l\":[3,4],\"a\":3,\"s\":\"three\"}", "{\"s\":\"four\"}"}));
        QVERIFY(decoded);
        QCOMPARE(decoded->bad.size(), std::size_t(2));
        QCOMPARE(decoded->bad[0].index, 1U);
        QCOMPARE(decoded->rows, (std::vector<std::uint32_t>{0, 3, 4}));
        QVERIFY(decoded->columns->ValidateFull().ok());
        QCOMPARE(rowText(*decoded->columns, 1),
                 QStringLiteral("3|three|list<element: int64>[3, 4]"));
        QCOMPARE(rowText(*decoded->columns, 2), QStringLiteral("null|four|null"));
    }

    void onlyNeededColumnsAreMade()
    {
        const RecordLayout layout = layoutOf("{a: long, b: long, c: long}");
        JsonDecoder decoder(layout, {"c"});
        const auto decoded
            = decoder.decode(test::rawRecordsOf({"{\"a\":\"not a number\",\"c\":3}"}));
        QVERIFY(decoded && decoded->bad.empty());
        QCOMPARE(decoded->columns->num_columns(), 1);
        QCOMPARE(rowText(*decoded->columns, 0), QStringLiteral("3"));
    }

    void aDamagedFieldThatNobodyReadsDoesNotShiftTheOthers_data()
    {
        QTest::addColumn<QByteArray>("record");
        QTest::newRow("a string for a key") << QByteArray(R"({"z": "k":[1]},"a":5})");
        QTest::newRow("a comma for a value") << QByteArray(R"({"z":,[1],"a":5})");
        QTest::newRow("a colon for a value") << QByteArray(R"({"z"::{"a":5}})");
        QTest::newRow("a bracket for a value") << QByteArray(R"({"z":],"a":5})");
        QTest::newRow("a key for a string") << QByteArray(R"({"s":"k":[1]},"a":5})");
        QTest::newRow("brackets of two kinds") << QByteArray(R"({"h":{"k":,true]},"a":5})");
        QTest::newRow("half a scalar for json") << QByteArray(R"({"h":tru,"a":5})");
        QTest::newRow("a key for json") << QByteArray(R"({"h":"k":[1]},"a":5})");
        QTest::newRow("nearly null for json") << QByteArray(R"({"h":nul,"a":5})");
    }
    void aDamagedFieldThatNobodyReadsDoesNotShiftTheOthers()
    {
        QFETCH(QByteArray, record);
        const RecordLayout layout = layoutOf("{a: long, h: json, s: string}");
        JsonDecoder decoder(layout, allOf(layout));
        const auto decoded
            = decoder.decode(test::rawRecordsOf({record.toStdString(), "{\"a\":7}"}));
        QVERIFY(decoded);
        QCOMPARE(decoded->bad.size(), std::size_t(1));
        QCOMPARE(rowText(*decoded->columns, 0), QStringLiteral("7|null|null"));
    }

    void theSmallestNumberOfMillisecondsIsNoTime()
    {
        const RecordLayout layout = layoutOf("{e: timestamp(ms)}");
        JsonDecoder decoder(layout, allOf(layout));
        const auto decoded = decoder.decode(
            test::rawRecordsOf({"{\"e\":-9223372036854775808}", "{\"e\":-9223372036854775}"}));
        QVERIFY(decoded);
        QCOMPARE(decoded->bad.size(), std::size_t(1));
        QCOMPARE(decoded->columns->num_rows(), std::int64_t(1));
    }

    void deepNestingIsRefusedNotACrash()
    {
        const RecordLayout layout = layoutOf("{a: json}");
        JsonDecoder decoder(layout, allOf(layout));
        const auto decoded = decoder.decode(test::rawRecordsOf(
            {"{\"a\":" + std::string(5000, '[') + std::string(5000, ']') + "}", "{\"a\":1}"}));
        QVERIFY(decoded);
        QCOMPARE(decoded->bad.size(), std::size_t(1));
        QCOMPARE(decoded->columns->num_rows(), std::int64_t(1));
    }
};

} // namespace sluice::formats

SLUICE_TEST(sluice::formats::JsonDecoderTest)
#include "json_decoder_test.moc"
