// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/latency_window.h"

#include "tests/support/test_main.h"

namespace sluice::runtime {

class LatencyWindowTest : public QObject
{
    Q_OBJECT

private slots:
    void oldSecondsFallOut()
    {
        constexpr std::int64_t kSecond = 1'000'000'000;
        LatencyWindow window;
        window.add(100 * kSecond, 50, 3);
        window.add(110 * kSecond, 70, 4);
        QCOMPARE(window.merged(110 * kSecond, 15).count(), std::uint64_t(7));
        QCOMPARE(window.merged(116 * kSecond, 15).count(), std::uint64_t(4));
        QCOMPARE(window.merged(160 * kSecond, 15).count(), std::uint64_t(0));
        window.add(160 * kSecond, 10, 1); // the slot of second 100 is used again
        QCOMPARE(window.merged(160 * kSecond, 60).count(), std::uint64_t(5));
        QCOMPARE(window.total().count(), std::uint64_t(8));
    }
};

} // namespace sluice::runtime

SLUICE_TEST(sluice::runtime::LatencyWindowTest)
#include "latency_window_test.moc"
