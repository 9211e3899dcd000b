// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/text/units.h"

#include "tests/support/test_main.h"

namespace sluice::ui {

class UnitsTest : public QObject
{
    Q_OBJECT

    static QString plain(QString text) { return text.replace(QChar(0x2009), QLatin1Char(' ')); }

private slots:
    void durations_data()
    {
        QTest::addColumn<qint64>("us");
        QTest::addColumn<QString>("expected");
        const auto row
            = [](qint64 us, const char* expected) { QTest::newRow(expected) << us << expected; };
        row(0, "0 s");
        row(850, "850 µs");
        row(340'000, "340 ms");
        row(999'400, "999 ms");
        row(999'600, "1 s");
        row(2'400'000, "2.4 s");
        row(74'000'000, "74 s");
        row(12 * 60'000'000ll, "12 min");
        row(3 * 3600'000'000ll, "3 h");
        row(72 * 3600'000'000ll, "3 d");
    }
    void durations()
    {
        QFETCH(qint64, us);
        QFETCH(QString, expected);
        QCOMPARE(plain(durationQuantity(us).text()), expected);
    }
    void unknownIsADash()
    {
        QCOMPARE(durationQuantity(-1).text(), dash());
        QCOMPARE(rateQuantity(-1).text(), dash());
        QCOMPARE(clockText(0), dash());
    }
    void ratesCountsAndBytes()
    {
        QCOMPARE(plain(rateQuantity(184'000).text()), QStringLiteral("184k rec/s"));
        QCOMPARE(rateText(1'234'567), QStringLiteral("1.23M/s"));
        QCOMPARE(rateText(9'999), QStringLiteral("9,999/s"));
        QCOMPARE(rateText(10'000), QStringLiteral("10k/s"));
        QCOMPARE(countText(1'234'567), QStringLiteral("1,234,567"));
        QCOMPARE(countText(-1'000), QChar(0x2212) + QStringLiteral("1,000"));
        QCOMPARE(plain(bytesQuantity(3'650'722'202).text()), QStringLiteral("3.4 GiB"));
        QCOMPARE(plain(bytesQuantity(512).text()), QStringLiteral("512 B"));
    }
    void aShareBelowOneNeverReadsAsAHundred()
    {
        QCOMPARE(plain(percentText(0.9997, 2)), QStringLiteral("99.97 %"));
        QCOMPARE(plain(percentText(0.99999, 2)), QStringLiteral("99.99 %"));
        QCOMPARE(burnText(0), QStringLiteral("0.0×"));
        QCOMPARE(burnText(9.14), QStringLiteral("9.1×"));
        QCOMPARE(burnText(2000), QStringLiteral("2,000×"));
        QCOMPARE(plain(percentText(1, 2)), QStringLiteral("100.00 %"));
        QCOMPARE(plain(percentText(-0.5, 0)), QChar(0x2212) + QStringLiteral("50 %"));
    }
    void timesAreUtc()
    {
        QCOMPARE(dateTimeText(1'709'208'000'000'000), QStringLiteral("2024-02-29 12:00:00"));
        QCOMPARE(plain(agoText(1'000'000, 13'000'000)), QStringLiteral("12 s ago"));
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::UnitsTest)
#include "units_test.moc"
