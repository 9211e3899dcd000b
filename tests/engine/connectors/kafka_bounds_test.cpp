// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/kafka_bounds.h"

#include "tests/support/test_main.h"

namespace sluice::connectors {

class KafkaBoundsTest : public QObject
{
    Q_OBJECT

private slots:
    // Partition 0 was read up to offset 100, partition 1 up to 7.
    void eachPartitionHasItsOwn_data()
    {
        QTest::addColumn<flow::RecordRange>("range");
        QTest::addColumn<int>("since"); // what the broker says of partition 0; -2 = it is not asked
        QTest::addColumn<int>("until");
        QTest::addColumn<int>("begin"); // of partition 0; -1 = the first that there is
        QTest::addColumn<int>("end");
        QTest::addColumn<bool>("isCut");
        const auto row = [](const char* name, const flow::RecordRange& range, int since, int until,
                            int begin, int end, bool isCut) {
            QTest::newRow(name) << range << since << until << begin << end << isCut;
        };
        row("all", {}, -2, -2, -1, 100, false);
        row("from an offset", {.from = {{"0", 40}}}, -2, -2, 40, 100, false);
        row("to an offset", {.until = {{"0", 60}}}, -2, -2, -1, 60, true);
        row("to an offset that was not reached", {.until = {{"0", 160}}}, -2, -2, -1, 100, false);
        row("of another partition", {.from = {{"1", 40}}, .until = {{"1", 60}}}, -2, -2, -1, 100,
            false);
        row("since a time", {.sinceUs = 5}, 30, -2, 30, 100, false);
        row("since a time, from an offset behind it", {.sinceUs = 5, .from = {{"0", 40}}}, 30, -2,
            40, 100, false);
        row("since a time, from an offset before it", {.sinceUs = 5, .from = {{"0", 40}}}, 50, -2,
            50, 100, false);
        row("since a time after all records", {.sinceUs = 5}, -1, -2, 100, 100, false);
        row("until a time", {.untilUs = 5}, -2, 70, -1, 70, true);
        row("until a time after all records", {.untilUs = 5}, -2, -1, -1, 100, false);
        row("until a time after what was read", {.untilUs = 5}, -2, 130, -1, 100, false);
        row("until a time, to an offset before it", {.untilUs = 5, .until = {{"0", 60}}}, -2, 70,
            -1, 60, true);
    }
    void eachPartitionHasItsOwn()
    {
        QFETCH(flow::RecordRange, range);
        QFETCH(int, since);
        QFETCH(int, until);
        QFETCH(int, begin);
        QFETCH(int, end);
        QFETCH(bool, isCut);
        KafkaBounds bounds(range, {{0, 100}, {1, 7}});
        QCOMPARE(bounds.partitions(), (std::vector<std::int32_t>{0, 1}));
        QVERIFY(bounds.has(1) && !bounds.has(2));
        QCOMPARE(bounds.sinceMs().has_value(), since != -2);
        QCOMPARE(bounds.untilMs().has_value(), until != -2);
        if (since != -2)
            bounds.setSince(0, since);
        if (until != -2)
            bounds.setUntil(0, until);
        QCOMPARE(bounds.begin(0), std::int64_t(begin));
        QCOMPARE(bounds.end(0), std::int64_t(end));
        QCOMPARE(bounds.isCut(0), isCut);
    }
    // A record of 1000 ms came at 1'000'000 us or up to 999 us later: to the broker it is one time.
    void timesAreWholeMilliseconds()
    {
        const auto ms = [](std::int64_t us) {
            return *KafkaBounds({.untilUs = us}, {{0, 1}}).untilMs();
        };
        QCOMPARE(ms(1'000'000), std::int64_t(1000));
        QCOMPARE(ms(1'000'001), std::int64_t(1001));
        QCOMPARE(ms(999'999), std::int64_t(1000));
        QCOMPARE(ms(-5), std::int64_t(0)); // -1 would mean the end of the topic
        QVERIFY(!KafkaBounds({.sinceUs = -5}, {{0, 1}}).sinceMs());
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::KafkaBoundsTest)
#include "kafka_bounds_test.moc"
