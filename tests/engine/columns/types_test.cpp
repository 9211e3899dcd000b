// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/types.h"

#include "tests/support/test_main.h"

namespace sluice {

class TypesTest : public QObject
{
    Q_OBJECT

private slots:
    void namesAreReadAndWritten_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("name");
        QTest::newRow("plain") << "string"
                               << "string";
        QTest::newRow("other name") << "BIGINT"
                                    << "long";
        QTest::newRow("decimal") << "decimal(12, 2)"
                                 << "decimal(12,2)";
        QTest::newRow("unit") << "timestamp(ms)"
                              << "timestamp";
        QTest::newRow("nested") << "list<struct<a: long, b: list<string>>>"
                                << "list<struct<a: long, b: list<string>>>";
        QTest::newRow("map") << "map<string, double>"
                             << "map<string, double>";
    }
    void namesAreReadAndWritten()
    {
        QFETCH(QString, text);
        QFETCH(QString, name);
        const auto type = parseType(text.toStdString());
        QVERIFY(type);
        QCOMPARE(QString::fromStdString(typeName(**type)), name);
    }
    void nonsenseIsRefused_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text : {"strin", "decimal(40,2)", "decimal(5,6)", "list<",
                                 "struct<a long>", "timestamp(min)", "long long", ""})
            QTest::newRow(text) << text;
    }
    void nonsenseIsRefused()
    {
        QFETCH(QString, text);
        QVERIFY(!parseType(text.toStdString()));
    }
    void unitsOfNumbers()
    {
        QCOMPARE(timestampUnitNs("timestamp(ms)"), std::int64_t(1'000'000));
        QCOMPARE(timestampUnitNs("timestamp"), std::int64_t(0));
    }
};

} // namespace sluice

SLUICE_TEST(sluice::TypesTest)
#include "types_test.moc"
