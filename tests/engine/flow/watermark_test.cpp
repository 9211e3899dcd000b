// SPDX-License-Identifier: Apache-2.0
#include "engine/flow/watermark.h"

#include "tests/support/test_main.h"

namespace sluice::flow {
namespace {

using namespace std::chrono_literals;
constexpr std::int64_t kSecond = 1'000'000;
constexpr SteadyTime at(std::int64_t seconds)
{
    return {seconds * 1'000'000'000};
}

} // namespace

class WatermarkTest : public QObject
{
    Q_OBJECT

private slots:
    void staysBehindTheNewestByTheBoundAndAMillisecond()
    {
        PartitionWatermarks marks({.outOfOrder = 5s});
        marks.add("0", at(0));
        marks.observe("0", {100 * kSecond}, at(1));
        QCOMPARE(marks.current(at(1))->us, 95 * kSecond - 1000);
        marks.observe("0", {90 * kSecond}, at(2)); // older: never goes back
        QCOMPARE(marks.current(at(2))->us, 95 * kSecond - 1000);
    }
    void isTheLeastOfThePartitions()
    {
        PartitionWatermarks marks({});
        marks.add("0", at(0));
        marks.add("1", at(0));
        marks.observe("0", {100 * kSecond}, at(1));
        QVERIFY(!marks.current(at(1))); // partition 1 has not said anything yet
        marks.observe("1", {40 * kSecond}, at(1));
        QCOMPARE(marks.current(at(1))->us, 40 * kSecond - 1000);
        QCOMPARE(marks.heldBy(at(1)), std::string("1"));
    }
    void anIdlePartitionLeavesTheMinimumOnlyWhenItIsReadToItsEnd()
    {
        PartitionWatermarks marks({.idleAfter = 10s});
        marks.add("0", at(0));
        marks.add("1", at(0));
        marks.observe("0", {100 * kSecond}, at(20));
        QVERIFY(!marks.current(at(20))); // silent, but perhaps only slow
        marks.setCaughtUp("1", true);
        QCOMPARE(marks.current(at(20))->us, 100 * kSecond - 1000);
        marks.observe("1", {30 * kSecond}, at(21));
        QCOMPARE(marks.current(at(21))->us, 30 * kSecond - 1000);
    }
    void noPartitionsGiveNoWatermark()
    {
        const PartitionWatermarks marks({.idleAfter = 1s});
        QVERIFY(!marks.current(at(1000)));
    }
    void aRestoredPartitionHoldsFromTheStart()
    {
        PartitionWatermarks marks({});
        marks.restore("0", {70 * kSecond});
        QCOMPARE(marks.current(at(0))->us, 70 * kSecond);
        QCOMPARE(marks.of("0").us, 70 * kSecond);
    }
};

} // namespace sluice::flow

SLUICE_TEST(sluice::flow::WatermarkTest)
#include "watermark_test.moc"
