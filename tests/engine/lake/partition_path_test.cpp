// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/partition_path.h"

#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

namespace sluice::lake {

class PartitionPathTest : public QObject
{
    Q_OBJECT

private slots:
    void nastyValuesRoundTrip_data()
    {
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("logged");
        QTest::newRow("plain") << "DE"
                               << "p=DE/"
                               << "p=DE/";
        QTest::newRow("space") << "y z"
                               << "p=y%20z/"
                               << "p=y%2520z/";
        QTest::newRow("slash") << "a/b"
                               << "p=a%2Fb/"
                               << "p=a%252Fb/";
        QTest::newRow("percent") << "5%25"
                                 << "p=5%2525/"
                                 << "p=5%252525/";
        QTest::newRow("equals") << "a=b"
                                << "p=a%3Db/"
                                << "p=a%253Db/";
        QTest::newRow("colon") << "12:30"
                               << "p=12%3A30/"
                               << "p=12%253A30/";
        QTest::newRow("hash") << "#1"
                              << "p=%231/"
                              << "p=%25231/";
        QTest::newRow("question") << "a?b"
                                  << "p=a%3Fb/"
                                  << "p=a%253Fb/";
        QTest::newRow("quote") << "o'h"
                               << "p=o%27h/"
                               << "p=o%2527h/";
        QTest::newRow("umlaut") << "ü€"
                                << "p=%C3%BC%E2%82%AC/"
                                << "p=%25C3%25BC%25E2%2582%25AC/";
        QTest::newRow("dots") << ".."
                              << "p=../"
                              << "p=../";
    }
    void nastyValuesRoundTrip()
    {
        QFETCH(QString, value);
        QFETCH(QString, folder);
        QFETCH(QString, logged);
        if (value == "..") {
            // ".." alone would leave the folder; the name of the column before it keeps it in.
            QVERIFY(folder.startsWith("p="));
        }
        const std::string disk = partitionFolder({"p"}, {{"p", value.toStdString()}});
        QCOMPARE(QString::fromStdString(disk), folder);
        QCOMPARE(QString::fromStdString(logPath(disk)), logged);
        QCOMPARE(diskPath(logPath(disk)), disk);
    }
    void nullHasItsFolder()
    {
        QCOMPARE(partitionFolder({"a", "b"}, {{"a", std::nullopt}, {"b", "1"}}),
                 std::string("a=__HIVE_DEFAULT_PARTITION__/b=1/"));
    }
    void valuesAreTextsThatReadBack_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("text");
        QTest::newRow("boolean") << "boolean"
                                 << "[true]"
                                 << "true";
        QTest::newRow("byte") << "byte"
                              << "[-7]"
                              << "-7";
        QTest::newRow("long") << "long"
                              << "[9007199254740993]"
                              << "9007199254740993";
        QTest::newRow("date") << "date"
                              << "[20416]"
                              << "2025-11-24";
        QTest::newRow("old date") << "date"
                                  << "[-1]"
                                  << "1969-12-31";
        QTest::newRow("timestamp") << "timestamp"
                                   << "[1795491583993001]"
                                   << "2026-11-24T03:39:43.993001Z";
        QTest::newRow("whole ms") << "timestamp"
                                  << "[1795491583993000]"
                                  << "2026-11-24T03:39:43.993000Z";
        QTest::newRow("decimal") << "decimal(12,2)"
                                 << "[\"-1234.50\"]"
                                 << "-1234.50";
        QTest::newRow("small decimal") << "decimal(20,10)"
                                       << "[\"-0.0000000001\"]"
                                       << "-0.0000000001";
        QTest::newRow("zero decimal") << "decimal(20,10)"
                                      << "[\"0.0000000000\"]"
                                      << "0.0000000000";
        QTest::newRow("string") << "string"
                                << "[\"a b\"]"
                                << "a b";
    }
    void valuesAreTextsThatReadBack()
    {
        QFETCH(QString, type);
        QFETCH(QString, json);
        QFETCH(QString, text);
        const auto arrowType = *parseType(type.toStdString());
        const auto array
            = arrow::json::ArrayFromJSONString(arrowType, json.toStdString()).ValueOrDie();
        const auto written = partitionText(*array, 0);
        QVERIFY(written.has_value());
        QCOMPARE(QString::fromStdString(*written), text);
        const auto back = partitionColumn(arrowType, written, 2, "f");
        QVERIFY(back);
        QVERIFY((*back)->Slice(1)->Equals(*array));
    }
    void emptyTextAndNullAreNull()
    {
        const auto array
            = arrow::json::ArrayFromJSONString(arrow::utf8(), "[\"\", null]").ValueOrDie();
        QVERIFY(!partitionText(*array, 0));
        QVERIFY(!partitionText(*array, 1));
        QCOMPARE((*partitionColumn(arrow::utf8(), std::nullopt, 3, "f"))->null_count(),
                 std::int64_t(3));
    }
    void wrongTextIsAnErrorThatNamesTheFile()
    {
        const auto column = partitionColumn(arrow::int64(), "DE", 1, "x.parquet");
        QVERIFY(!column);
        QCOMPARE(column.error().object, std::string("x.parquet"));
    }
    void foreignPathsMayBeAbsolute()
    {
        QCOMPARE(absolutePath("/lake/t", "a%20b.parquet"), std::string("/lake/t/a b.parquet"));
        QCOMPARE(absolutePath("/lake/t", "file:///x/y.parquet"), std::string("/x/y.parquet"));
        QCOMPARE(absolutePath("/lake/t", "/x/y.parquet"), std::string("/x/y.parquet"));
    }
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::PartitionPathTest)
#include "partition_path_test.moc"
