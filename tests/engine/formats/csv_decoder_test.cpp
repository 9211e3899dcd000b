// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/csv_decoder.h"

#include "tests/engine/formats/raw_records_of.h"
#include "tests/support/test_main.h"

#include <arrow/scalar.h>

namespace sluice::formats {
namespace {

RecordLayout layoutOf(const char* options)
{
    Diagnostics diagnostics("x");
    const DocumentNode map
        = parseDocument(std::string("{format: csv, ") + options + "}", diagnostics);
    RecordLayout layout = readRecordLayout(Options(map, recordOptions()), "n", diagnostics);
    if (diagnostics.hasErrors())
        qFatal("%s", diagnostics.text().c_str());
    return layout;
}

} // namespace

class CsvDecoderTest : public QObject
{
    Q_OBJECT

private slots:
    void oneLine_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("row");
        QTest::addColumn<QString>("reason");
        QTest::newRow("plain") << "1,x,2.5"
                               << "1|x|2.5"
                               << "";
        QTest::newRow("quoted delimiter and quote") << R"(1,"a,""b"" c",2)"
                                                    << "1|a,\"b\" c|2"
                                                    << "";
        QTest::newRow("quoted line end") << "1,\"a\nb\",2"
                                         << "1|a\nb|2"
                                         << "";
        QTest::newRow("carriage return") << "1,x,2\r"
                                         << "1|x|2"
                                         << "";
        QTest::newRow("nulls") << "NA,,NA"
                               << "null|null|null"
                               << "";
        QTest::newRow("a quoted empty field is text") << R"(1,"",2)"
                                                      << "1||2"
                                                      << "";
        QTest::newRow("too few") << "1,x"
                                 << ""
                                 << "expected 3 fields, found 2";
        QTest::newRow("too many") << "1,x,2,3"
                                  << ""
                                  << "expected 3 fields, found 4";
        QTest::newRow("no number") << "one,x,2"
                                   << ""
                                   << "a: expected long, found \"one\"";
        QTest::newRow("open quote") << "1,\"x,2"
                                    << ""
                                    << "a quoted field is not closed, or text follows it";
        QTest::newRow("empty line") << ""
                                    << ""
                                    << "expected 3 fields, found 1";
    }
    void oneLine()
    {
        QFETCH(QString, line);
        QFETCH(QString, row);
        QFETCH(QString, reason);
        CsvDecoder decoder(layoutOf(
                               "schema: {a: long, b: string, c: double}, null_values: ['', NA]"),
                           {"a", "b", "c"});
        const auto decoded = decoder.decode(test::rawRecordsOf({line.toStdString(), "7,good,8"}));
        QVERIFY(decoded);
        QCOMPARE(decoded->bad.size(), std::size_t(reason.isEmpty() ? 0 : 1));
        if (!reason.isEmpty()) {
            QCOMPARE(QString::fromStdString(decoded->bad[0].reason), reason);
            QCOMPARE(decoded->rows, std::vector<std::uint32_t>{1});
            return;
        }
        QStringList parts;
        for (const auto& column : decoded->columns->columns())
            parts << QString::fromStdString(column->GetScalar(0).ValueOrDie()->ToString());
        QCOMPARE(parts.join(QLatin1Char('|')), row);
    }
    void columnsAreFoundByTheHeader()
    {
        CsvDecoder decoder(layoutOf("schema: {a: long, b: string, z: string}"), {"a", "b", "z"});
        QCOMPARE(decoder.setHeader("b,extra,a"), std::vector<std::string>{"z"});
        const auto decoded = decoder.decode(test::rawRecordsOf({"x,1,2"}));
        QVERIFY(decoded && decoded->bad.empty());
        QCOMPARE(static_cast<const arrow::Int64Array&>(*decoded->columns->column(0)).Value(0),
                 std::int64_t(2));
        QVERIFY(decoded->columns->column(2)->IsNull(0));
    }
};

} // namespace sluice::formats

SLUICE_TEST(sluice::formats::CsvDecoderTest)
#include "csv_decoder_test.moc"
