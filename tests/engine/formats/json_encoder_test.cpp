// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/json_encoder.h"

#include "engine/columns/types.h"
#include "tests/support/test_main.h"

#include <limits>

#include <arrow/builder.h>
#include <arrow/json/from_string.h>

namespace sluice::formats {

class JsonEncoderTest : public QObject
{
    Q_OBJECT

private slots:
    void eachTypeHasItsText_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("values");
        QTest::addColumn<QString>("expected");
        const auto row
            = [](const char* name, const char* type, const char* values, const char* expected) {
                  QTest::newRow(name) << type << values << expected;
              };
        row("boolean", "boolean", "[true, null]", "true null");
        row("long", "long", "[-9223372036854775808]", "-9223372036854775808");
        row("byte", "byte", "[-7]", "-7");
        row("double", "double", "[0.1, 1e300]", "0.1 1e+300");
        row("decimal", "decimal(12,2)", "[\"-0.05\"]", "-0.05");
        row("string", "string", "[\"a\\\"\\n\\u00e9\"]", "\"a\\\"\\n\u00e9\"");
        row("date", "date", "[19782]", "\"2024-02-29\"");
        row("timestamp", "timestamp", "[1709208000123000]", "\"2024-02-29T12:00:00.123Z\"");
        row("list", "list<long>", "[[1,null,3]]", "[1,null,3]");
        row("struct", "struct<x: long, y: string>", "[{\"x\":1,\"y\":null}]",
            "{\"x\":1,\"y\":null}");
        row("map", "map<string, long>", "[[[\"k\",1]]]", "{\"k\":1}");
    }
    void eachTypeHasItsText()
    {
        QFETCH(QString, type);
        QFETCH(QString, values);
        QFETCH(QString, expected);
        const auto array = arrow::json::ArrayFromJSONString(*parseType(type.toStdString()),
                                                            values.toStdString());
        QVERIFY2(array.ok(), array.status().ToString().c_str());
        std::string out;
        for (std::int64_t i = 0; i < (*array)->length(); ++i) {
            out += i > 0 ? " " : "";
            encodeJsonValue(**array, i, false, out);
        }
        QCOMPARE(QString::fromStdString(out), expected);
    }
    void infinityIsNull()
    {
        arrow::DoubleBuilder builder;
        QVERIFY(builder.Append(std::numeric_limits<double>::infinity()).ok());
        std::string out;
        encodeJsonValue(**builder.Finish(), 0, false, out);
        QCOMPARE(out, std::string("null"));
    }
    void jsonStaysJson()
    {
        arrow::StringBuilder builder;
        QVERIFY(builder.Append("{\"a\": 1}").ok());
        const auto batch
            = arrow::RecordBatch::Make(arrow::schema({jsonField("j")}), 1, {*builder.Finish()});
        std::string out;
        encodeJsonLines(*batch, out);
        QCOMPARE(out, std::string("{\"j\":{\"a\": 1}}\n"));
    }
};

} // namespace sluice::formats

SLUICE_TEST(sluice::formats::JsonEncoderTest)
#include "json_encoder_test.moc"
