// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/value_text.h"

#include "tests/support/test_main.h"

namespace sluice::formats {

class ValueTextTest : public QObject
{
    Q_OBJECT

private slots:
    void timestamps_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("isOne");
        QTest::addColumn<qint64>("us");
        QTest::newRow("utc") << "2024-02-29T12:00:00Z" << true << qint64(1709208000000000);
        QTest::newRow("no zone means utc")
            << "2024-02-29T12:00:00" << true << qint64(1709208000000000);
        QTest::newRow("fraction") << "1970-01-01T00:00:00.123456789Z" << true << qint64(123456);
        QTest::newRow("offset") << "1970-01-01T01:00:00+01:00" << true << qint64(0);
        QTest::newRow("short offset") << "1969-12-31 19:00-05" << true << qint64(0);
        QTest::newRow("date") << "1970-01-02" << true << qint64(86400000000);
        QTest::newRow("before 1970") << "1969-12-31T23:59:59.999Z" << true << qint64(-1000);
        QTest::newRow("no leap year") << "2023-02-29T00:00:00Z" << false << qint64(0);
        QTest::newRow("hour 24") << "2023-02-28T24:00:00Z" << false << qint64(0);
        QTest::newRow("words") << "yesterday at five" << false << qint64(0);
        QTest::newRow("trailing") << "2023-02-28T10:00:00Zx" << false << qint64(0);
        QTest::newRow("point without digits") << "2023-02-28T10:00:00.Z" << false << qint64(0);
    }
    void timestamps()
    {
        QFETCH(QString, text);
        QFETCH(bool, isOne);
        QFETCH(qint64, us);
        std::int64_t read = 0;
        QCOMPARE(parseTimestamp(text.toStdString(), read), isOne);
        if (isOne)
            QCOMPARE(qint64(read), us);
    }
    void decimals_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("value"); // "" = none
        QTest::newRow("plain") << "12.5"
                               << "12.50";
        QTest::newRow("negative") << "-0.01"
                                  << "-0.01";
        QTest::newRow("whole") << "7"
                               << "7.00";
        QTest::newRow("exponent") << "1.5e3"
                                  << "1500.00";
        QTest::newRow("small exponent") << "25e-1"
                                        << "2.50";
        QTest::newRow("zeros beyond the scale") << "1.5000"
                                                << "1.50";
        QTest::newRow("digits beyond the scale") << "1.505"
                                                 << "";
        QTest::newRow("too large") << "12345678901.00"
                                   << "";
        QTest::newRow("largest") << "9999999999.99"
                                 << "9999999999.99";
        QTest::newRow("zero") << "0"
                              << "0.00";
        QTest::newRow("two points") << "1.2.3"
                                    << "";
        QTest::newRow("text") << "abc"
                              << "";
        QTest::newRow("empty") << ""
                               << "";
        QTest::newRow("huge exponent") << "1e400"
                                       << "";
    }
    void decimals()
    {
        QFETCH(QString, text);
        QFETCH(QString, value);
        arrow::Decimal128 read;
        const bool isOne = parseDecimal(text.toStdString(), 12, 2, read);
        QCOMPARE(isOne, !value.isEmpty());
        if (isOne)
            QCOMPARE(QString::fromStdString(read.ToString(2)), value);
    }
};

} // namespace sluice::formats

SLUICE_TEST(sluice::formats::ValueTextTest)
#include "value_text_test.moc"
