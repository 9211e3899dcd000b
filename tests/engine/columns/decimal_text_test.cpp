// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/decimal_text.h"

#include "tests/support/test_main.h"

namespace sluice {

class DecimalTextTest : public QObject
{
    Q_OBJECT

private slots:
    void plainDigitsWithAllOfTheScale_data()
    {
        QTest::addColumn<QString>("digits");
        QTest::addColumn<int>("scale");
        QTest::addColumn<QString>("text");
        QTest::newRow("whole") << "-12" << 0 << "-12";
        QTest::newRow("money") << "1250" << 2 << "12.50";
        QTest::newRow("zero") << "0" << 10 << "0.0000000000";
        QTest::newRow("smallest") << "1" << 10 << "0.0000000001";
        QTest::newRow("below one") << "-5" << 1 << "-0.5";
        QTest::newRow("as long as the scale") << "123" << 3 << "0.123";
        QTest::newRow("38 digits") << "99999999999999999999999999999999999999" << 37
                                   << "9.9999999999999999999999999999999999999";
    }
    void plainDigitsWithAllOfTheScale()
    {
        QFETCH(QString, digits);
        QFETCH(int, scale);
        QFETCH(QString, text);
        const arrow::Decimal128 value(digits.toStdString());
        QCOMPARE(QString::fromStdString(decimalText(value, scale)), text);
    }
};

} // namespace sluice

SLUICE_TEST(sluice::DecimalTextTest)
#include "decimal_text_test.moc"
