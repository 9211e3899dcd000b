// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/rate_limit.h"

#include "tests/support/test_main.h"

namespace sluice::runtime {

class RateLimitTest : public QObject
{
    Q_OBJECT

    // Takes what is allowed every 20 ms; returns the rows taken.
    static std::size_t taken(RateLimit& limit, std::int64_t fromMs, std::int64_t toMs,
                             std::size_t wanted = 1000)
    {
        std::size_t rows = 0;
        for (std::int64_t ms = fromMs; ms < toMs; ms += 20) {
            const std::size_t now = limit.allowed(wanted, SteadyTime{ms * 1'000'000});
            limit.took(now);
            rows += now;
        }
        return rows;
    }

private slots:
    void theRateIsKeptAndMayChange()
    {
        RateLimit limit;
        QCOMPARE(taken(limit, 0, 100), std::size_t(5000)); // no limit
        limit.setRate(100);
        const std::size_t slow = taken(limit, 100, 2100);
        QVERIFY2(slow >= 195 && slow <= 202, std::to_string(slow).c_str());
        limit.setRate(1000);
        const std::size_t fast = taken(limit, 2100, 4100);
        QVERIFY2(fast >= 1950 && fast <= 2020, std::to_string(fast).c_str());
    }

    void aPauseIsNotMadeUpForByMoreThanATenthOfASecond()
    {
        RateLimit limit;
        limit.setRate(1000);
        (void)limit.allowed(1, SteadyTime{0});
        QCOMPARE(limit.allowed(100'000, SteadyTime{60'000'000'000}), std::size_t(100));
    }

    void aDebtIsWaitedFor()
    {
        RateLimit limit;
        limit.setRate(1000);
        (void)limit.allowed(1, SteadyTime{0});
        limit.took(501); // a whole batch; the bucket began with one
        QCOMPARE(limit.allowed(10, SteadyTime{490'000'000}), std::size_t(0));
        QCOMPARE(limit.allowed(10, SteadyTime{505'000'000}), std::size_t(5));
    }
};

} // namespace sluice::runtime

SLUICE_TEST(sluice::runtime::RateLimitTest)
#include "rate_limit_test.moc"
