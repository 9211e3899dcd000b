// SPDX-License-Identifier: Apache-2.0
#include "engine/api/rate_meter.h"

#include "tests/support/test_main.h"

namespace sluice::api {

class RateMeterTest : public QObject
{
    Q_OBJECT

private slots:
    void theRateIsThatOfTheLastSecond()
    {
        RateMeter meter;
        QCOMPARE(meter.perSecond(), 0.0);
        for (int i = 0; i <= 30; ++i) // 1000/s, then 3000/s
            meter.sample(i * 100'000'000ll,
                         std::uint64_t(i <= 15 ? i * 100 : 1500 + (i - 15) * 300));
        QCOMPARE(meter.perSecond(), 3000.0);
    }
    void aCounterThatBeginsAnewIsNoNegativeRate()
    {
        RateMeter meter;
        meter.sample(0, 1000);
        meter.sample(100'000'000, 10);
        QCOMPARE(meter.perSecond(), 0.0);
    }
};

} // namespace sluice::api

SLUICE_TEST(sluice::api::RateMeterTest)
#include "rate_meter_test.moc"
