// SPDX-License-Identifier: Apache-2.0
#include "engine/api/replay_range.h"

#include "tests/support/test_main.h"

namespace sluice::api {

class ReplayRangeTest : public QObject
{
    Q_OBJECT

    static constexpr std::int64_t kNowUs = 1'700'000'000'000'000; // 2023-11-14 22:13:20 UTC
    static constexpr std::int64_t kHourUs = 3'600'000'000;

private slots:
    void nothingTypedIsEveryRecord()
    {
        const auto range = rangeOf({}, kNowUs);
        QVERIFY(range && range->isAll());
        QCOMPARE(optionsOf(ReplayOrigin::Bronze, {}), std::string());
    }
    void timesAndOffsetsAreRead()
    {
        const ReplayBounds bounds{.fromTime = "2h",
                                  .untilTime = "2023-11-14 22:00:00",
                                  .fromOffset = "0=17,3=400",
                                  .untilOffset = "0=18"};
        const auto range = rangeOf(bounds, kNowUs);
        QVERIFY2(range, range ? "" : range.error().text().c_str());
        QCOMPARE(range->sinceUs, kNowUs - 2 * kHourUs);
        QCOMPARE(range->untilUs, kNowUs - 800'000'000); // 13 minutes and 20 seconds
        QVERIFY((range->from == std::map<std::string, std::int64_t>{{"0", 17}, {"3", 400}}));
        QVERIFY((range->until == std::map<std::string, std::int64_t>{{"0", 18}}));
        QCOMPARE(optionsOf(ReplayOrigin::Source, bounds),
                 std::string(" --from source --from-time 2h --until-time '2023-11-14 22:00:00' "
                             "--from-offset 0=17,3=400 --until-offset 0=18"));
    }
    void aPathMayHaveCommasInIt()
    {
        const auto range = rangeOf({.fromOffset = "in/a,b=1.jsonl=10,c.jsonl=5"}, kNowUs);
        QVERIFY(range);
        QVERIFY((range->from
                 == std::map<std::string, std::int64_t>{{"in/a,b=1.jsonl", 10}, {"c.jsonl", 5}}));
    }
    void whatIsNoBoundIsSaid_data()
    {
        QTest::addColumn<QString>("fromTime");
        QTest::addColumn<QString>("untilTime");
        QTest::addColumn<QString>("fromOffset");
        QTest::addColumn<QString>("untilOffset");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* name, const char* fromTime, const char* untilTime,
                            const char* fromOffset, const char* untilOffset, const char* said) {
            QTest::newRow(name) << fromTime << untilTime << fromOffset << untilOffset << said;
        };
        row("no time", "yesterday-ish", "", "", "", "\"yesterday-ish\" is no time");
        row("no end time", "", "soon", "", "", "--until-time");
        row("no span of time", "2h", "3h", "", "", "nothing can be between the bounds of time");
        row("no offset", "", "", "0", "", "\"0\" is no PARTITION=OFFSET");
        row("no number", "", "", "0=x", "", "\"0=x\" is no PARTITION=OFFSET");
        row("below zero", "", "", "0=-1", "", "\"0=-1\" is no PARTITION=OFFSET");
        row("no partition", "", "", "=5", "", "\"=5\" is no PARTITION=OFFSET");
        row("half a list", "", "", "0=5,", "", "\"\" is no PARTITION=OFFSET");
        row("twice", "", "", "", "0=5,0=6", "partition 0 is named twice");
        row("no span", "", "", "0=5", "0=5", "between the bounds of partition 0");
        row("nothing", "", "", "", "0=0", "between the bounds of partition 0");
    }
    void whatIsNoBoundIsSaid()
    {
        QFETCH(QString, fromTime);
        QFETCH(QString, untilTime);
        QFETCH(QString, fromOffset);
        QFETCH(QString, untilOffset);
        QFETCH(QString, said);
        const auto range = rangeOf({.fromTime = fromTime.toStdString(),
                                    .untilTime = untilTime.toStdString(),
                                    .fromOffset = fromOffset.toStdString(),
                                    .untilOffset = untilOffset.toStdString()},
                                   kNowUs);
        QVERIFY(!range);
        QVERIFY2(range.error().text().find(said.toStdString()) != std::string::npos,
                 range.error().text().c_str());
    }
};

} // namespace sluice::api

SLUICE_TEST(sluice::api::ReplayRangeTest)
#include "replay_range_test.moc"
