// SPDX-License-Identifier: Apache-2.0
#include "engine/base/randomness.h"

#include "tests/support/test_main.h"

#include <random>
#include <set>

namespace sluice::test {

class RandomnessTest : public QObject
{
    Q_OBJECT

private slots:
    void drawsDoNotRepeat()
    {
        std::set<std::uint64_t> seen;
        for (int i = 0; i < 1000; ++i)
            seen.insert(randomBits());
        QCOMPARE(seen.size(), std::size_t(1000));
    }

    void aSeedGivesTheStandardGeneratorsNumbers()
    {
        // [rand.predef]: the 10000th number of a default-constructed mt19937_64, whose seed is
        // 5489.
        const SeededRandomness seeded(5489);
        for (int i = 1; i < 10'000; ++i)
            randomBits();
        QCOMPARE(randomBits(), std::uint64_t(9981545732273789042U));
    }

    void theMachineComesBackAfterwards()
    {
        std::uint64_t first = 0;
        {
            const SeededRandomness seeded(7);
            first = randomBits();
        }
        QVERIFY(randomBits() != first);
        const SeededRandomness again(7);
        QCOMPARE(randomBits(), first);
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::RandomnessTest)
#include "randomness_test.moc"
