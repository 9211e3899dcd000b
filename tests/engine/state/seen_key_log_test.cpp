// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_key_log.h"

#include "tests/support/test_main.h"

#include <deque>

namespace sluice::state {

class SeenKeyLogTest : public QObject
{
    Q_OBJECT

    static SeenKey keyOf(std::uint64_t i) { return {std::uint32_t(i * 7), i, std::int64_t(i)}; }
    static std::size_t countOf(const std::vector<std::span<const SeenKey>>& runs)
    {
        std::size_t keys = 0;
        for (const auto& run : runs)
            keys += run.size();
        return keys;
    }

private slots:
    // Numbers of 36 bits: chunks of 4,096 keys are counted with 24 bits and come round.
    void keysAreFoundByTheirNumbers_data()
    {
        QTest::addColumn<qulonglong>("firstChunk");
        QTest::newRow("at the beginning") << 1ull;
        QTest::newRow("where numbers come round") << (1ull << 24) - 3;
        QTest::newRow("where they have come round thrice") << 4 * (1ull << 24) - 1;
    }
    void keysAreFoundByTheirNumbers()
    {
        QFETCH(qulonglong, firstChunk);
        SeenKeyLog log(firstChunk);
        std::deque<std::uint64_t> numbers;
        constexpr std::uint64_t kKeys = 50'000, kKept = 12'000;
        for (std::uint64_t i = 0; i < kKeys; ++i) {
            numbers.push_back(log.append(keyOf(i)));
            QVERIFY(numbers.back() != 0 && numbers.back() < 1ull << 36);
            if (numbers.size() <= kKept)
                continue;
            numbers.pop_front();
            if (i % 1000 == 0)
                log.dropReleased(std::int64_t(i - kKept));
        }
        for (std::uint64_t i = 0; i < kKept; ++i) {
            const SeenKey* key = log.find(numbers[i]);
            QVERIFY(key);
            QVERIFY(key->isSameKey(keyOf(kKeys - kKept + i)));
        }
        QVERIFY(log.size() >= kKept);
        QVERIFY(log.size() <= kKept + 4096 + 1000);
    }
    void whatWasDroppedIsNotFound()
    {
        SeenKeyLog log;
        std::vector<std::uint64_t> numbers;
        for (std::uint64_t i = 0; i < 10'000; ++i)
            numbers.push_back(log.append(keyOf(i)));
        log.dropReleased(8191); // the second chunk ends with that time
        QVERIFY(!log.find(numbers[4095]));
        QVERIFY(log.find(numbers[4096]));
        log.dropReleased(8192);
        QVERIFY(!log.find(numbers[8191]));
        QVERIFY(log.find(numbers[8192]));
        QCOMPARE(log.size(), std::size_t(10'000 - 8192));
        log.dropReleased(10'000); // also the one that is not full
        QCOMPARE(log.size(), std::size_t(0));
        QVERIFY(!log.find(numbers.back()));
        const std::uint64_t next = log.append(keyOf(10'000));
        QVERIFY(log.find(next));
        QCOMPARE(log.find(next)->timeUs, 10'000);
    }
    void whatCameSinceTheLastSaveIsTold()
    {
        SeenKeyLog log;
        QVERIFY(!log.hasUnsaved());
        for (std::uint64_t i = 0; i < 5000; ++i)
            log.append(keyOf(i));
        QCOMPARE(countOf(log.unsaved()), std::size_t(5000));
        log.markSaved();
        QVERIFY(!log.hasUnsaved());
        for (std::uint64_t i = 5000; i < 14'000; ++i)
            log.append(keyOf(i));
        const auto runs = log.unsaved();
        QCOMPARE(countOf(runs), std::size_t(9000));
        QCOMPARE(runs.front().front().timeUs, 5000);
        QCOMPARE(runs.back().back().timeUs, 13'999);
        QCOMPARE(countOf(log.all()), std::size_t(14'000));
        log.dropReleased(8192); // released before they were saved
        QCOMPARE(countOf(log.unsaved()), std::size_t(14'000 - 8192));
    }
    // Every 100th key is of the far future.
    void aChunkThatIsMostlyReleasedIsTold()
    {
        SeenKeyLog log;
        const auto timeOf
            = [](std::uint64_t i) { return std::int64_t(i % 100 == 0 ? 1'000'000 : i); };
        for (std::uint64_t i = 0; i < 3 * 4096; ++i)
            log.append({1, i, timeOf(i)});
        log.dropReleased(5000);
        QCOMPARE(log.size(), std::size_t(3 * 4096));
        QVERIFY(!log.findSparse(3000, 3000)); // more than an eighth is kept of each
        QVERIFY(!log.findSparse(5000, 5000)); // the second one, of which most is kept
        const auto sparse = log.findSparse(5000, 5000);
        QVERIFY(sparse);
        QCOMPARE(sparse->keys.front().low, std::uint64_t(0));
        QCOMPARE(sparse->keys.size(), std::size_t(4096));
        const std::uint64_t number = sparse->firstNumber;
        log.drop(*sparse);
        QVERIFY(!log.find(number));
        QCOMPARE(log.size(), std::size_t(2 * 4096));
        QVERIFY(!log.findSparse(5000, 5000));
    }
    void savedKeysAreTakenInWhereTheyLie_data()
    {
        QTest::addColumn<qulonglong>("firstChunk");
        QTest::newRow("at the beginning") << 1ull;
        QTest::newRow("where numbers would come round") << (1ull << 24) - 1;
    }
    void savedKeysAreTakenInWhereTheyLie()
    {
        QFETCH(qulonglong, firstChunk);
        SeenKeyLog log(firstChunk);
        log.append(keyOf(0));
        const std::shared_ptr<SeenKey[]> keys(new SeenKey[9000]);
        for (std::uint64_t i = 0; i < 9000; ++i)
            keys[std::ptrdiff_t(i)] = keyOf(i + 1);
        const std::uint64_t first = log.adopt(keys, 9000);
        log.observe(first, 5000);
        log.observe(first + 5000, 4000);
        QVERIFY(!log.hasUnsaved());
        QCOMPARE(log.size(), std::size_t(9001));
        for (std::uint64_t i = 0; i < 9000; ++i)
            QVERIFY(log.find(first + i) == keys.get() + i);
        const std::uint64_t next = log.append(keyOf(9001));
        QCOMPARE(log.find(next)->timeUs, 9001);
        QCOMPARE(countOf(log.unsaved()), std::size_t(1));
        log.dropReleased(8193); // the one before, and two chunks of those taken in
        QVERIFY(!log.find(first + 8191));
        QVERIFY(log.find(first + 8192));
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::SeenKeyLogTest)
#include "seen_key_log_test.moc"
