// SPDX-License-Identifier: Apache-2.0
#include "engine/query/table_view.h"

#include "engine/columns/types.h"
#include "tests/support/test_main.h"

namespace sluice::query {

class TableViewTest : public QObject
{
    Q_OBJECT

private slots:
    void eachTypeHasItsName_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("expected");
        QTest::newRow("long") << "long"
                              << "BIGINT";
        QTest::newRow("decimal") << "decimal(12,2)"
                                 << "DECIMAL(12,2)";
        QTest::newRow("timestamp") << "timestamp"
                                   << "TIMESTAMPTZ";
        QTest::newRow("list") << "list<string>"
                              << "VARCHAR[]";
        QTest::newRow("struct") << "struct<x: long, y: date>"
                                << "STRUCT(\"x\" BIGINT, \"y\" DATE)";
        QTest::newRow("map") << "map<string, double>"
                             << "MAP(VARCHAR, DOUBLE)";
    }
    void eachTypeHasItsName()
    {
        QFETCH(QString, type);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(duckType(**parseType(type.toStdString()))), expected);
    }
    void quotesAreDoubled()
    {
        QCOMPARE(quotedName("a\"b"), std::string("\"a\"\"b\""));
        QCOMPARE(quotedText("it's"), std::string("'it''s'"));
    }
};

} // namespace sluice::query

SLUICE_TEST(sluice::query::TableViewTest)
#include "table_view_test.moc"
