// SPDX-License-Identifier: Apache-2.0
#include "engine/state/distinct_sketch.h"

#include "engine/state/key_codec.h"
#include "tests/support/test_main.h"

#include <cmath>

namespace sluice::state {

class DistinctSketchTest : public QObject
{
    Q_OBJECT

    static std::uint64_t hashOf(int i) { return hashBytes("value " + std::to_string(i)); }

private slots:
    void exactWhileSmallThenWithinItsError()
    {
        DistinctSketch sketch;
        for (int i = 0; i < 256; ++i) {
            sketch.add(hashOf(i));
            sketch.add(hashOf(i));
        }
        QCOMPARE(sketch.estimate(), std::int64_t(256));
        for (int i = 0; i < 200'000; ++i)
            sketch.add(hashOf(i));
        QVERIFY2(std::abs(double(sketch.estimate()) / 200'000 - 1) < 0.05,
                 std::to_string(sketch.estimate()).c_str());
    }
    void mergedIsTheSameAsOne()
    {
        DistinctSketch a, b, all;
        for (int i = 0; i < 3000; ++i) {
            (i % 10 == 0 ? a : b).add(hashOf(i));
            all.add(hashOf(i));
        }
        a.merge(b);
        QCOMPARE(a.estimate(), all.estimate());
        ByteWriter out;
        all.save(out);
        ByteReader in(out.data());
        DistinctSketch loaded;
        loaded.load(in);
        QVERIFY(in.atEnd() && !in.hasFailed());
        QCOMPARE(loaded.estimate(), all.estimate());
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::DistinctSketchTest)
#include "distinct_sketch_test.moc"
