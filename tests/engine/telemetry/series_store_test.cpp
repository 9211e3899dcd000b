// SPDX-License-Identifier: Apache-2.0
#include "engine/telemetry/series_store.h"

#include "tests/support/test_main.h"

namespace sluice {

class SeriesStoreTest : public QObject
{
    Q_OBJECT

    static constexpr std::int64_t kSecond = 1'000'000;
    static constexpr std::int64_t kStart = 1'794'999'600LL * kSecond;

private slots:
    void cellsKeepLeastGreatestAndLast()
    {
        SeriesStore store;
        const auto id = store.series("a");
        for (int i = 0; i < 100; ++i) // ten seconds, values 0..99
            store.append(id, kStart + i * kSecond / 10, i);
        const auto cells = store.query("a", kStart, kStart + 10 * kSecond, 10);
        QCOMPARE(cells.size(), std::size_t(10));
        QCOMPARE(cells[3].min, 30.F);
        QCOMPARE(cells[3].max, 39.F);
        QCOMPARE(cells[3].last, 39.F);
        QCOMPARE(cells[3].timeUs, kStart + 3 * kSecond);
        double last = 0;
        QVERIFY(store.last("a", last));
        QCOMPARE(last, 99.0);
    }
    void aGapStaysAGap()
    {
        SeriesStore store;
        const auto id = store.series("a");
        store.append(id, kStart, 1);
        store.append(id, kStart + 5 * kSecond, 2);
        const auto cells = store.query("a", kStart, kStart + 10 * kSecond, 10);
        QCOMPARE(cells.size(), std::size_t(2));
        QCOMPARE(cells[1].timeUs, kStart + 5 * kSecond);
    }
    void oldValuesLiveOnInTheCoarserTiers()
    {
        SeriesStore store;
        const auto id = store.series("a");
        for (int i = 0; i < 3600; ++i) // an hour at one a second: the 100 ms tier has wrapped
            store.append(id, kStart + i * kSecond, i == 100 ? 500 : 1);
        const auto cells = store.query("a", kStart, kStart + 3600 * kSecond, 60);
        QCOMPARE(cells.size(), std::size_t(60));
        QCOMPARE(cells[1].max, 500.F); // the 100th second is in the second minute
        QCOMPARE(cells[2].max, 1.F);
    }
    void unknownNamesHaveNoCells()
    {
        const SeriesStore store;
        QVERIFY(store.query("b", 0, kStart, 10).empty());
    }
    void finishedSecondsAreHandedOverOnce()
    {
        SeriesStore store;
        const auto id = store.series("a");
        store.append(id, kStart + 100, 4);
        store.append(id, kStart + kSecond + 100, 5);
        const auto first = store.takeFinished(kStart + kSecond + 200);
        QCOMPARE(first.size(), std::size_t(1));
        QCOMPARE(first[0].point.last, 4.F);
        QVERIFY(store.takeFinished(kStart + kSecond + 300).empty());
        QCOMPARE(store.takeFinished(kStart + 2 * kSecond).size(), std::size_t(1));
    }
};

} // namespace sluice

SLUICE_TEST(sluice::SeriesStoreTest)
#include "series_store_test.moc"
