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
        marks.setCaughtUp("1", true, SteadyTime{1});
        QCOMPARE(marks.current(at(20))->us, 100 * kSecond - 1000);
        marks.observe("1", {30 * kSecond}, at(21));
        QCOMPARE(marks.current(at(21))->us, 30 * kSecond - 1000);
    }
    void allAreIdleOnlyWhenEachIs()
    {
        PartitionWatermarks marks({.idleAfter = 10s});
        QVERIFY(marks.isIdle(at(1))); // a reader without partitions
        marks.add("0", at(1));
        marks.add("1", at(1));
        QVERIFY(!marks.isIdle(at(50)));
        marks.setCaughtUp("0", true, at(50));
        QVERIFY(!marks.isIdle(at(50)));
        marks.setCaughtUp("1", true, at(50));
        QVERIFY(marks.isIdle(at(50)));
        marks.observe("1", {7 * kSecond}, at(51));
        QVERIFY(!marks.isIdle(at(60)));
        QVERIFY(marks.isIdle(at(61)));
        marks.remove("0");
        marks.remove("1");
        QVERIFY(!marks.isIdle(at(99))); // it is over, which is not the same
        PartitionWatermarks never({});
        QVERIFY(!never.isIdle(at(1)));
    }
    void aFinishedPartitionHoldsNobodyAndKeepsItsOwn()
    {
        PartitionWatermarks marks({.idleAfter = 10s, .maxDrift = 30s});
        marks.add("0", at(1));
        marks.add("1", at(1));
        marks.observe("0", {100 * kSecond}, at(1));
        marks.observe("1", {40 * kSecond}, at(1));
        QCOMPARE(marks.align(at(1)), std::size_t(1)); // 0 is ahead of 1
        marks.finish("1");
        QCOMPARE(marks.align(at(1)), std::size_t(0));
        QCOMPARE(marks.current(at(1))->us, 100 * kSecond - 1000);
        QCOMPARE(marks.of("1").us, 40 * kSecond - 1000);
        marks.setCaughtUp("0", true, at(20));
        QVERIFY(marks.isIdle(at(20)));
        marks.finish("0");
        marks.finish("2"); // never added
        QVERIFY(!marks.current(at(20)));
        QVERIFY(!marks.isIdle(at(20))); // it is over, which is not the same
    }
    void whatIsTooFarAheadWaits()
    {
        PartitionWatermarks marks({.idleAfter = 10s, .maxDrift = 30s});
        marks.add("0", at(1));
        marks.add("1", at(1));
        marks.observe("0", {100 * kSecond}, at(1));
        QCOMPARE(marks.align(at(1)), std::size_t(1)); // the other has not said where it is
        QVERIFY(marks.isWaiting("0") && !marks.isWaiting("1"));
        marks.observe("1", {69 * kSecond}, at(1));
        QCOMPARE(marks.align(at(1)), std::size_t(1));
        marks.observe("1", {70 * kSecond}, at(1)); // exactly the drift
        QCOMPARE(marks.align(at(1)), std::size_t(0));
        marks.observe("0", {101 * kSecond}, at(1));
        QCOMPARE(marks.align(at(1)), std::size_t(1));
        // One that waits is not idle though it is silent; one that is idle holds nobody.
        marks.setCaughtUp("0", true, at(1));
        QVERIFY(!marks.isIdle(at(50)));
        QCOMPARE(marks.current(at(50))->us, 70 * kSecond - 1000);
        marks.setCaughtUp("1", true, at(50));
        QCOMPARE(marks.align(at(50)), std::size_t(0));
        QVERIFY(marks.isIdle(at(50))); // nor does it wait any more
    }
    void alignmentIsRestored()
    {
        PartitionWatermarks marks({.idleAfter = 10s, .maxDrift = 30s});
        marks.restore("0", {100 * kSecond});
        marks.restore("1", {20 * kSecond});
        QCOMPARE(marks.align(at(1)), std::size_t(1));
        QVERIFY(marks.isWaiting("0"));
        // A restored partition is not idle at once because nobody knows when it had its last row.
        marks.setCaughtUp("1", true, at(1000));
        QCOMPARE(marks.align(at(1000)), std::size_t(1));
        QCOMPARE(marks.align(at(1010)), std::size_t(0));
    }
    void noPartitionsGiveNoWatermark() // FLINK-8001
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
