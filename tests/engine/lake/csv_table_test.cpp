// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/csv_table.h"

#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

#include <filesystem>

namespace sluice::lake {

class CsvTableTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }

    void typesAreInferredFromAllRows_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("types");
        QTest::addColumn<QString>("rows");
        QTest::newRow("numbers") << "a,b\n1,2.5\n-3,1e3\n"
                                 << "long,double"
                                 << "1|2.5;-3|1000";
        QTest::newRow("turns at the end") << "a\n1\n2\nN1\n"
                                          << "string"
                                          << "1;2;N1";
        QTest::newRow("null words") << "a,b\nNA,x\n1,NULL\n,\\N\n"
                                    << "long,string"
                                    << "null|x;1|null;null|null";
        QTest::newRow("all null") << "a,b\nNA,1\n,2\n"
                                  << "string,long"
                                  << "null|1;null|2";
        QTest::newRow("date and time") << "d,t\n2013-01-02,2013-01-02T03:04:05Z\n"
                                       << "date,timestamp"
                                       << "2013-01-02|2013-01-02 03:04:05.000000Z";
        QTest::newRow("time without zone is UTC") << "t\n2013-01-02 03:04:05\n"
                                                  << "timestamp"
                                                  << "2013-01-02 03:04:05.000000Z";
        QTest::newRow("booleans") << "a\ntrue\nfalse\n"
                                  << "boolean"
                                  << "true;false";
        QTest::newRow("quotes") << "a,b\n\"x, \"\"y\"\"\",\"two\nlines\"\n"
                                << "string,string"
                                << "x, \"y\"|two\nlines";
        QTest::newRow("CRLF, no last line end") << "a\r\n1\r\n2"
                                                << "long"
                                                << "1;2";
        QTest::newRow("byte order mark") << "\xEF\xBB\xBF"
                                            "a\n1\n"
                                         << "long"
                                         << "1";
        QTest::newRow("only a header") << "a,b\n"
                                       << "string,string"
                                       << "";
    }
    void typesAreInferredFromAllRows()
    {
        QFETCH(QString, text);
        QFETCH(QString, types);
        QFETCH(QString, rows);
        const auto table = readCsv(file(text.toUtf8().toStdString()));
        QVERIFY2(table, table ? "" : table.error().text().c_str());
        QStringList foundTypes;
        for (const auto& field : (*table)->fields())
            foundTypes << QString::fromStdString(typeName(*field->type()));
        QCOMPARE(foundTypes.join(","), types);
        QStringList found;
        for (std::int64_t row = 0; row < (*table)->num_rows(); ++row) {
            QStringList values;
            for (const auto& column : (*table)->columns())
                values << QString::fromStdString(column->GetScalar(row).ValueOrDie()->ToString());
            found << values.join("|");
        }
        QCOMPARE(found.join(";"), rows);
    }
    void wrongFilesAreErrorsThatNameThem_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("message");
        QTest::newRow("empty") << ""
                               << "Empty CSV file";
        QTest::newRow("too few") << "a,b\n1,2\n3\n"
                                 << "Row #3: Expected 2 columns, got 1";
        QTest::newRow("too many") << "a,b\n1,2,3\n"
                                  << "Row #2: Expected 2 columns, got 3";
    }
    void wrongFilesAreErrorsThatNameThem()
    {
        QFETCH(QString, text);
        QFETCH(QString, message);
        const std::string path = file(text.toStdString());
        const auto table = readCsv(path);
        QVERIFY(!table);
        QVERIFY(table.error().code == ErrorCode::DecodeFailed);
        QCOMPARE(table.error().object, path);
        QVERIFY2(table.error().message.find(message.toStdString()) != std::string::npos,
                 table.error().text().c_str());
        QVERIFY(!table.error().hint.empty());
    }
    void columnsOfOneNameAreRefused()
    {
        const auto table = readCsv(file("a,b,a\n1,2,3\n"));
        QVERIFY(!table);
        QVERIFY(table.error().message.find("\"a\"") != std::string::npos);
    }
    void aFileThatIsNotThere()
    {
        const auto table = readCsv("/nowhere/planes.csv");
        QVERIFY(!table);
        QVERIFY(table.error().code == ErrorCode::NotFound);
        QCOMPARE(table.error().object, std::string("/nowhere/planes.csv"));
        QVERIFY(!readCsv(m_folder.path().toStdString())); // a folder
    }

private:
    std::string file(const std::string& text) const
    {
        const std::string path = m_folder.filePath("table.csv").toStdString();
        writeText(path, text);
        return path;
    }
    QTemporaryDir m_folder;
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::CsvTableTest)
#include "csv_table_test.moc"
