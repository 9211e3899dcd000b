// SPDX-License-Identifier: Apache-2.0
#include "engine/telemetry/latency_histogram.h"

#include "tests/support/test_main.h"

#include <algorithm>
#include <random>
#include <vector>

namespace sluice {

class LatencyHistogramTest : public QObject
{
    Q_OBJECT

private slots:
    void quantilesAreAtMostThreePercentAbove()
    {
        std::mt19937_64 random(7);
        std::lognormal_distribution<double> spread(9, 2);
        std::vector<std::int64_t> values;
        LatencyHistogram histogram;
        for (int i = 0; i < 20000; ++i) {
            values.push_back(std::int64_t(spread(random)));
            histogram.add(values.back());
        }
        std::ranges::sort(values);
        for (const double share : {0.0, 0.5, 0.95, 0.99, 0.999, 1.0}) {
            const std::int64_t exact = values[std::size_t(share * double(values.size() - 1))];
            const std::int64_t told = histogram.quantile(share);
            QVERIFY2(told >= exact && double(told) <= double(exact) * 1.032 + 1,
                     qPrintable(QString("%1: %2 for %3").arg(share).arg(told).arg(exact)));
        }
    }
    void mergingIsAddingUp()
    {
        LatencyHistogram one;
        LatencyHistogram two;
        one.add(10, 5);
        two.add(1000000, 5);
        one.merge(two);
        QCOMPARE(one.count(), std::uint64_t(10));
        QCOMPARE(one.quantile(0.2), std::int64_t(10));
        QCOMPARE(one.maxUs(), std::int64_t(1000000));
    }
    void emptyHasNoQuantile() { QCOMPARE(LatencyHistogram().quantile(0.5), std::int64_t(-1)); }
    void cellsHaveNoHoles()
    {
        for (int cell = 0; cell + 1 < 900; ++cell) {
            QCOMPARE(LatencyHistogram::cellOf(LatencyHistogram::upperEdge(cell)), cell);
            QCOMPARE(LatencyHistogram::cellOf(LatencyHistogram::upperEdge(cell) + 1), cell + 1);
        }
    }
};

} // namespace sluice

SLUICE_TEST(sluice::LatencyHistogramTest)
#include "latency_histogram_test.moc"
