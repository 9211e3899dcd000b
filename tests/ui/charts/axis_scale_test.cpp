// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/axis_scale.h"

#include "tests/support/test_main.h"

#include <cmath>

namespace sluice::ui {

class AxisScaleTest : public QObject
{
    Q_OBJECT

private slots:
    void ticksAreRound()
    {
        QVERIFY((roundTicks(23, 4) == std::vector<double>{0, 10, 20, 30}));
        QVERIFY((roundTicks(1000, 4) == std::vector<double>{0, 500, 1000}));
        QVERIFY(
            (roundTicks(0.35, 4) == std::vector<double>{0, 0.1, 0.2, 0.30000000000000004, 0.4}));
        QVERIFY((roundTicks(0, 4) == std::vector<double>{0, 1}));
    }
    void durationsAreCountedAsClocksDo_data()
    {
        using Ticks = std::vector<double>;
        QTest::addColumn<double>("most"); // seconds
        QTest::addColumn<Ticks>("ticks");
        QTest::newRow("below a second, as numbers are") << 0.35 << Ticks{0, 0.1, 0.2, 0.3, 0.4};
        QTest::newRow("seconds") << 23.0 << Ticks{0, 10, 20, 30};
        QTest::newRow("a minute") << 60.0 << Ticks{0, 15, 30, 45, 60};
        QTest::newRow("minutes") << 10'000.0 << Ticks{0, 3600, 7200, 10'800};
        QTest::newRow("hours") << 30'000.0 << Ticks{0, 10'800, 21'600, 32'400};
        QTest::newRow("days") << 86'400.0 * 23 << Ticks{0, 864'000, 1'728'000, 2'592'000};
        QTest::newRow("nothing") << 0.0 << Ticks{0, 1e-6};
    }
    void durationsAreCountedAsClocksDo()
    {
        QFETCH(double, most);
        QFETCH(std::vector<double>, ticks);
        const std::vector<double> made = durationTicks(most * 1e6, 4);
        QCOMPARE(made.size(), ticks.size());
        for (std::size_t i = 0; i < ticks.size(); ++i)
            QVERIFY(std::abs(made[i] - ticks[i] * 1e6) < 1e-3);
    }
    void timesAreWholeAndFarEnoughApart()
    {
        constexpr std::int64_t kSecond = 1'000'000;
        const auto ticks = timeTicks(7 * kSecond, 907 * kSecond, 400, 80); // 15 min over 400 px
        QCOMPARE(ticks.front(), 300 * kSecond);
        QCOMPARE(ticks.size(), std::size_t(3)); // 300, 600 and 900 s
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::AxisScaleTest)
#include "axis_scale_test.moc"
