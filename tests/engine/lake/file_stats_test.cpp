// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/file_stats.h"

#include "engine/lake/parquet_file.h"

#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

#include <cmath>
#include <limits>
#include <random>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace sluice::lake {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string randomText(std::mt19937& random)
{
    static const std::vector<std::string> kPoints{
        "a", "z", "~", "\x7F", "ä", "€", "\xF4\x8F\xBF\xBF", "😀", "\x01"};
    std::string out;
    const std::size_t length = random() % 80;
    const std::size_t variety = 1 + random() % kPoints.size();
    for (std::size_t i = 0; i < length; ++i)
        out += kPoints[random() % variety];
    return out;
}

std::string number(double value)
{
    std::ostringstream out;
    out.precision(17);
    out << value;
    return out.str();
}

} // namespace

class FileStatsTest : public QObject
{
    Q_OBJECT

private slots:
    void boundsOfTextsHoldAlways()
    {
        std::mt19937 random(7);
        for (int i = 0; i < 20000; ++i) {
            const std::string text = randomText(random);
            QVERIFY(lowerBoundText(text) <= text);
            const auto upper = upperBoundText(text);
            if (upper)
                QVERIFY(*upper >= text);
        }
    }
    void boundsOfTexts_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("upper"); // empty: there is none
        const QByteArray highest = "\xF4\x8F\xBF\xBF";
        const QByteArray a32(32, 'a');
        QTest::newRow("short") << QByteArray("abc") << QByteArray("abc");
        QTest::newRow("just fits") << a32 << a32;
        QTest::newRow("ascii follows") << a32 + "z" << a32 + "\x7F";
        QTest::newRow("del follows") << a32 + "\x7F" << a32 + highest;
        QTest::newRow("umlaut follows") << a32 + "ä" << a32 + highest;
        QTest::newRow("highest follows") << a32 + highest + "a" + "b" << a32 + highest + "\x7F";
        QTest::newRow("highest to the end") << highest.repeated(40) << highest.repeated(40);
        QTest::newRow("nothing is higher") << highest.repeated(80) << QByteArray();
    }
    void boundsOfTexts()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, upper);
        const auto bound = upperBoundText(text.toStdString());
        QCOMPARE(bound.has_value(), !upper.isEmpty());
        if (bound)
            QCOMPARE(QByteArray::fromStdString(*bound), upper);
    }

    void exactFigures_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("values");
        QTest::addColumn<QString>("min"); // as JSON; "" = absent
        QTest::addColumn<QString>("max");
        QTest::newRow("byte") << "byte"
                              << "[3, -128, null, 127]"
                              << "-128"
                              << "127";
        QTest::newRow("long") << "long"
                              << "[-9223372036854775808, 9223372036854775807]"
                              << "-9223372036854775808"
                              << "9223372036854775807";
        QTest::newRow("date") << "date"
                              << "[-719162, 2932896]"
                              << "\"0001-01-01\""
                              << "\"9999-12-31\"";
        QTest::newRow("date beyond") << "date"
                                     << "[0, 2932897]"
                                     << "\"1970-01-01\""
                                     << "";
        QTest::newRow("timestamp floors") << "timestamp"
                                          << "[-1, 1999]"
                                          << "\"1969-12-31T23:59:59.999Z\""
                                          << "\"1970-01-01T00:00:00.001Z\"";
        QTest::newRow("decimal") << "decimal(12,2)"
                                 << R"(["-0.05", "12.30"])"
                                 << "-0.05"
                                 << "12.30";
        QTest::newRow("decimal 18") << "decimal(18,3)"
                                    << R"(["0.001"])"
                                    << "0.001"
                                    << "0.001";
        QTest::newRow("decimal 38")
            << "decimal(38,10)"
            << R"(["-1234567890123456789012345678.0000000001", "1.5000000000"])"
            << "-1234567890123456789012345678.0000000001"
            << "1.5000000000";
        QTest::newRow("double") << "double"
                                << "[1.25, -2.5]"
                                << "-2.5"
                                << "1.25";
        QTest::newRow("float") << "float"
                               << "[0.1]"
                               << "0.1"
                               << "0.1";
        QTest::newRow("zeros") << "double"
                               << "[0.0, -0.0]"
                               << "-0.0"
                               << "0.0";
        QTest::newRow("all null") << "long"
                                  << "[null, null]"
                                  << ""
                                  << "";
        QTest::newRow("boolean") << "boolean"
                                 << "[true]"
                                 << ""
                                 << "";
        QTest::newRow("binary") << "binary"
                                << "[\"a\"]"
                                << ""
                                << "";
        QTest::newRow("string") << "string"
                                << "[\"b\\\"\", \"a\", null]"
                                << "\"a\""
                                << "\"b\\\"\"";
        QTest::newRow("list") << "list<long>"
                              << "[[1], null]"
                              << ""
                              << "";
    }
    void exactFigures()
    {
        QFETCH(QString, type);
        QFETCH(QString, values);
        QFETCH(QString, min);
        QFETCH(QString, max);
        const auto arrowType = *parseType(type.toStdString());
        const auto array
            = arrow::json::ArrayFromJSONString(arrowType, values.toStdString()).ValueOrDie();
        const auto entry
            = [](const QString& json) { return json.isEmpty() ? json : "\"c\":" + json; };
        QCOMPARE(QString::fromStdString(statsOf({array})),
                 QString(
                     R"({"numRecords":%1,"minValues":{%2},"maxValues":{%3},"nullCount":{"c":%4}})")
                     .arg(array->length())
                     .arg(entry(min), entry(max))
                     .arg(array->null_count()));
    }
    void notANumberAndInfinityLeaveNoBounds()
    {
        for (const double value : {std::nan(""), kInfinity, -kInfinity}) {
            arrow::DoubleBuilder builder;
            QVERIFY(builder.AppendValues({1.0, value, 2.0}).ok());
            const auto array = builder.Finish().ValueOrDie();
            QCOMPARE(statsOf({array}),
                     std::string(
                         R"({"numRecords":3,"minValues":{},"maxValues":{},"nullCount":{"c":0}})"));
        }
    }
    void structsNestAndSeveralBatchesAddUp()
    {
        const auto type = *parseType("struct<x: long, s: string>");
        const auto first = arrow::json::ArrayFromJSONString(type, R"([{"x":1,"s":"b"}, null])");
        const auto second = arrow::json::ArrayFromJSONString(type, R"([{"x":-5,"s":null}])");
        QCOMPARE(statsOf({*first, *second}),
                 std::string(
                     R"({"numRecords":3,"minValues":{"c":{"x":-5,"s":"b"}},)"
                     R"("maxValues":{"c":{"x":1,"s":"b"}},"nullCount":{"c":{"x":1,"s":2}}})"));
    }
    void onlyTheFirst32ColumnsCount()
    {
        arrow::FieldVector fields;
        arrow::ArrayVector columns;
        for (int i = 0; i < 40; ++i) {
            fields.push_back(arrow::field("c" + std::to_string(i), arrow::int64()));
            columns.push_back(arrow::json::ArrayFromJSONString(arrow::int64(), "[1]").ValueOrDie());
        }
        const std::string text
            = statsOfBatches({arrow::RecordBatch::Make(arrow::schema(fields), 1, columns)});
        QVERIFY(text.find("\"c31\"") != std::string::npos);
        QVERIFY(text.find("\"c32\"") == std::string::npos);
    }
    // A reader skips a file when its bounds say that no row can match: no matching row may be lost.
    void skippingByBoundsLosesNoRow()
    {
        std::mt19937 random(11);
        for (int round = 0; round < 150; ++round) {
            arrow::StringBuilder texts;
            std::vector<std::string> values;
            for (std::size_t i = 0; i < 1 + random() % 5; ++i) {
                values.push_back(randomText(random));
                QVERIFY(texts.Append(values.back()).ok());
            }
            const auto stats = QJsonDocument::fromJson(
                QByteArray::fromStdString(statsOf({texts.Finish().ValueOrDie()})));
            QVERIFY(stats.isObject());
            const auto min = stats["minValues"]["c"];
            const auto max = stats["maxValues"]["c"];
            for (const std::string& value : values) {
                QVERIFY(min.isUndefined() || min.toString().toStdString() <= value);
                QVERIFY(max.isUndefined() || max.toString().toStdString() >= value);
            }
        }
    }
    void skippingNumbersLosesNoRow()
    {
        std::mt19937_64 random(13);
        const std::vector<double> special{0.0, -0.0, 1e-310, -1e308, 5e-324, 0.1, 1.0 / 3};
        for (int round = 0; round < 150; ++round) {
            arrow::DoubleBuilder builder;
            std::vector<double> values;
            for (std::size_t i = 0; i < 1 + random() % 4; ++i) {
                values.push_back(random() % 2 ? special[random() % special.size()]
                                              : std::ldexp(double(random() % 1000003) - 500000.0,
                                                           int(random() % 60) - 30));
                QVERIFY(builder.Append(values.back()).ok());
            }
            const auto stats = QJsonDocument::fromJson(
                QByteArray::fromStdString(statsOf({builder.Finish().ValueOrDie()})));
            for (const double value : values) {
                QVERIFY2(stats["minValues"]["c"].toDouble() <= value, number(value).c_str());
                QVERIFY2(stats["maxValues"]["c"].toDouble() >= value, number(value).c_str());
            }
        }
    }

private:
    std::string statsOf(const arrow::ArrayVector& chunks) const
    {
        std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
        for (const auto& chunk : chunks)
            batches.push_back(
                arrow::RecordBatch::Make(arrow::schema({arrow::field("c", chunk->type())}),
                                         chunk->length(), {chunk}));
        return statsOfBatches(batches);
    }
    std::string
    statsOfBatches(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) const
    {
        static int count = 0;
        const std::string path = m_folder.path().toStdString() + "/" + std::to_string(++count);
        auto file = ParquetFile::create(path, batches.front()->schema(), {});
        if (!file)
            return file.error().text();
        for (const auto& batch : batches)
            if (const Status written = (*file)->write(*batch); !written)
                return written.error().text();
        const auto closed = (*file)->close();
        return closed ? closed->stats : closed.error().text();
    }
    QTemporaryDir m_folder;
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::FileStatsTest)
#include "file_stats_test.moc"
