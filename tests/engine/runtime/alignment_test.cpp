// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/alignment.h"

#include "tests/support/test_main.h"

namespace sluice::runtime {

class AlignmentTest : public QObject
{
    Q_OBJECT

private slots:
    void aSourceWaitsForTheSlowestThatHolds()
    {
        SourceProgress fast, slow, over;
        const Alignment alignment(std::chrono::seconds(10), {&fast, &slow, &over});
        over.isHolding = false;
        over.watermarkUs = 0;
        fast.watermarkUs = 60'000'000;
        slow.watermarkUs = 50'000'000;
        QVERIFY(!alignment.isAhead(fast.watermarkUs)); // exactly the drift
        fast.watermarkUs = 60'000'001;
        QVERIFY(alignment.isAhead(fast.watermarkUs));
        QVERIFY(!alignment.isAhead(slow.watermarkUs));
        slow.isHolding = false; // idle
        QVERIFY(!alignment.isAhead(fast.watermarkUs));
    }
    void oneWithoutRowsIsAtTheBeginOfTime()
    {
        SourceProgress fast, silent;
        const Alignment alignment(std::chrono::hours(24 * 365), {&fast, &silent});
        QVERIFY(!alignment.isAhead(fast.watermarkUs)); // so is this one
        fast.watermarkUs = 1'700'000'000'000'000;
        QVERIFY(alignment.isAhead(fast.watermarkUs));
        silent.watermarkUs = EventTime::max().us; // the end of its input
        QVERIFY(!alignment.isAhead(fast.watermarkUs));
    }
};

} // namespace sluice::runtime

SLUICE_TEST(sluice::runtime::AlignmentTest)
#include "alignment_test.moc"
