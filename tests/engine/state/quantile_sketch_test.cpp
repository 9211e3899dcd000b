// SPDX-License-Identifier: Apache-2.0
#include "engine/state/quantile_sketch.h"

#include "tests/support/test_main.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace sluice::state {

class QuantileSketchTest : public QObject
{
    Q_OBJECT

private slots:
    void theErrorIsAtMostOnePercentOfTheValue()
    {
        std::mt19937_64 random(5);
        std::lognormal_distribution<double> draw(3, 2);
        std::vector<double> values(100'000);
        QuantileSketch sketch, left, right;
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = draw(random) * (i % 3 == 0 ? -1 : 1);
            sketch.add(values[i]);
            (i % 2 == 0 ? left : right).add(values[i]);
        }
        left.merge(right);
        std::sort(values.begin(), values.end());
        for (const double share : {0.0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1.0}) {
            const double exact = values[std::size_t(share * double(values.size() - 1))];
            QVERIFY2(std::abs(sketch.quantile(share) - exact) <= std::abs(exact) * 0.0101 + 1e-9,
                     std::to_string(share).c_str());
            QCOMPARE(left.quantile(share), sketch.quantile(share));
        }
        ByteWriter out;
        sketch.save(out);
        QuantileSketch loaded;
        ByteReader in(out.data());
        loaded.load(in);
        QVERIFY(in.atEnd() && !in.hasFailed());
        QCOMPARE(loaded.quantile(0.95), sketch.quantile(0.95));
    }
    void smallCases()
    {
        QuantileSketch sketch;
        QVERIFY(std::isnan(sketch.quantile(0.5)));
        sketch.add(0);
        QCOMPARE(sketch.quantile(0.5), 0.0);
        sketch.add(std::numeric_limits<double>::infinity()); // no value
        QCOMPARE(sketch.count(), std::uint64_t(1));
        QuantileSketch one;
        one.add(42.5);
        QCOMPARE(one.quantile(0.99), 42.5); // bounded by what was seen
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::QuantileSketchTest)
#include "quantile_sketch_test.moc"
