// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/axis_scale.h"

#include "tests/support/test_main.h"

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
