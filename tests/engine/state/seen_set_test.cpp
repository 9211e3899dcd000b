// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_set.h"

#include "engine/state/key_codec.h"
#include "tests/support/test_main.h"

#include <ctime>
#include <map>

#include <arrow/builder.h>

namespace sluice::state {

class SeenSetTest : public QObject
{
    Q_OBJECT

    static bool insert(SeenSet& set, const std::string& key, std::int64_t time,
                       std::int64_t watermark)
    {
        return set.insert({hashBytes(key), hashBytes(key, SeenSet::kSecondSeed)}, time,
                          EventTime{watermark});
    }

private slots:
    void theHorizonDecides()
    {
        SeenSet set{Micros(100)};
        QVERIFY(insert(set, "a", 1000, 0));
        QVERIFY(!insert(set, "a", 1100, 0)); // at the horizon
        QVERIFY(!insert(set, "a", 900, 0));  // as far before
        QVERIFY(insert(set, "a", 1101, 0));  // beyond it: first again
        QVERIFY(!insert(set, "a", 1200, 0));
        QVERIFY(insert(set, "b", 1000, 1000));
        QVERIFY(!insert(set, "b", 1000, 1100)); // the watermark is at the horizon
        QVERIFY(insert(set, "b", 1000, 1101));  // past it: released
    }
    // A map of the first times says what to expect, whatever the batches.
    void batchesAnswerAsSingleKeysDo()
    {
        for (const std::size_t size : {std::size_t(1), std::size_t(7), std::size_t(4096)}) {
            SeenSet set{Micros(1'000'000'000)};
            std::map<std::int64_t, bool> seen;
            std::vector<std::int64_t> times;
            std::vector<std::uint32_t> expected, unseen;
            KeyHasher hasher(KeyCodec::make({arrow::field("k", arrow::int64())}).value(),
                             SeenSet::kSecondSeed);
            for (std::int64_t i = 0; i < 60'000;) {
                arrow::Int64Builder builder;
                times.clear();
                expected.clear();
                unseen.clear();
                for (std::uint32_t row = 0; row < size; ++row, ++i) {
                    const std::int64_t key = i * i % 50'021; // about half of them twice
                    QVERIFY(builder.Append(key).ok());
                    times.push_back(i);
                    if (seen.emplace(key, true).second)
                        expected.push_back(row);
                }
                set.insertAll(hasher.of({builder.Finish().ValueOrDie()}), times, EventTime{0},
                              unseen);
                QVERIFY(unseen == expected);
            }
            QCOMPARE(set.size(), seen.size());
            QVERIFY(set.bytes() <= std::max<std::size_t>(set.size() * 52 + 8192, 32 * 1024));
        }
    }
    // Large enough to grow where it is, many times; half of the keys are released on the way.
    void aLargeSetForgetsNothingWhileItGrows()
    {
        constexpr std::int64_t kKeys = 160'000, kReleased = 80'000;
        SeenSet set{Micros(1'000'000)};
        for (std::int64_t i = 0; i < kKeys; ++i)
            QVERIFY(insert(set, "k" + std::to_string(i), i, i < kReleased ? 0 : 1'000'000));
        QVERIFY(set.bytes() > 4u << 20);
        for (std::int64_t i = kKeys; i-- > 0;)
            QVERIFY(!insert(set, "k" + std::to_string(i), i, 1'000'000));
        QCOMPARE(set.size(), std::size_t(kKeys));
        // Now the first ones are released, and new ones take their place.
        for (std::int64_t i = kKeys; i < kKeys * 3; ++i)
            QVERIFY(insert(set, "k" + std::to_string(i), i, 1'000'000 + kReleased));
        set.release(EventTime{1'000'000 + kReleased});
        for (std::int64_t i = kReleased; i < kKeys * 3; ++i)
            QVERIFY(!insert(set, "k" + std::to_string(i), i, 1'000'000 + kReleased));
        QVERIFY(set.size() >= std::size_t(kKeys * 3 - kReleased));
        QVERIFY(set.size() < std::size_t(kKeys * 3 - kReleased + 4096));
        QVERIFY(set.bytes() <= set.size() * 44 + 8192);
    }
    void memoryStaysWithTheHorizon()
    {
        SeenSet set{Micros(10'000)};
        for (std::int64_t i = 0; i < 1'000'000; ++i) {
            QVERIFY(insert(set, "k" + std::to_string(i), i, i - 100));
            if (i % 1000 == 0)
                set.release(EventTime{i - 100});
        }
        QVERIFY2(set.size() < 30'000, std::to_string(set.size()).c_str());
        QVERIFY(set.bytes() < 4u << 20);
    }
    void memoryIsGivenBackAfterAPeak()
    {
        SeenSet set{Micros(10'000)};
        for (std::int64_t i = 0; i < 400'000; ++i)
            QVERIFY(insert(set, "k" + std::to_string(i), 0, 0));
        QVERIFY(set.bytes() > 8u << 20);
        QVERIFY(insert(set, "newest", 20'000, 20'000));
        for (int calls = 0; calls < 64; ++calls)
            set.release(EventTime{20'000});
        QVERIFY2(set.size() < 5000, std::to_string(set.size()).c_str());
        QVERIFY2(set.bytes() < 1u << 20, std::to_string(set.bytes()).c_str());
        QVERIFY(!insert(set, "newest", 20'000, 20'000));
    }
    // One key in two hundred is of a day ahead: it is remembered, and what came beside it is not.
    void aFewKeysOfTheFutureDoNotKeepTheMemoryOfAll()
    {
        constexpr std::int64_t kHorizon = 10'000, kDay = 10'000'000;
        SeenSet set{Micros(kHorizon)};
        const auto timeOf = [](std::int64_t i) { return i % 200 == 0 ? i + kDay : i; };
        for (std::int64_t i = 0; i < 1'000'000; ++i) {
            QVERIFY(insert(set, "k" + std::to_string(i), timeOf(i), i - 100));
            if (i % 1000 == 0)
                set.release(EventTime{i - 100});
        }
        QVERIFY2(set.size() < 60'000, std::to_string(set.size()).c_str());
        QVERIFY2(set.bytes() < 4u << 20, std::to_string(set.bytes()).c_str());
        for (std::int64_t i = 0; i < 1'000'000; i += 200)
            QVERIFY(!insert(set, "k" + std::to_string(i), timeOf(i), 1'000'000));
        QVERIFY(insert(set, "k1", kDay, 1'000'000));
    }
    // A key that came again beyond the horizon is kept once, at its newest time.
    void aKeyThatCameAgainIsSavedWithItsNewestTime()
    {
        SeenSet first{Micros(100)}, second{Micros(100)};
        ByteWriter log;
        QVERIFY(insert(first, "a", 1000, 0));
        QVERIFY(insert(first, "b", 1000, 0));
        first.saveNew(log);
        QVERIFY(insert(first, "a", 1200, 0));
        first.saveNew(log);
        QVERIFY(!first.hasChanges());
        QCOMPARE(log.size(), std::size_t(2 + 40 + 2 + 20));
        ByteReader in(log.data());
        QVERIFY(second.load(in));
        QVERIFY(!second.hasChanges());
        QVERIFY(!insert(second, "a", 1300, 0));
        QVERIFY(insert(second, "b", 1300, 0));
    }
    // No insert works on more than a small part of the keys, however large the set.
    void growthComesInSmallSteps()
    {
        SeenSet set{Micros(1'000'000)};
        std::size_t before = set.bytes(), largest = 0;
        for (std::uint64_t i = 1; i <= 1'000'000; ++i) {
            set.insert({i * 0x9E3779B97F4A7C15ull, 7}, 0, EventTime{0});
            largest = std::max(largest, set.bytes() - before);
            before = set.bytes();
        }
        QVERIFY2(largest * 64 < set.bytes(), std::to_string(largest).c_str());
        QVERIFY(set.bytes() <= set.size() * 40 + (64 << 10));
    }
    void aPieceIsOfUseUntilItsNewestKeyIsReleased()
    {
        SeenSet set{Micros(100)};
        insert(set, "a", 1000, 0);
        insert(set, "b", 900, 0);
        ByteWriter piece;
        set.saveNew(piece);
        QCOMPARE(set.savedUntil().us, 1100);
        QVERIFY(!insert(set, "a", 1000, 1100));
        QVERIFY(insert(set, "a", 1000, 1101));
    }
    void savedAndLoadedItAnswersTheSame()
    {
        SeenSet first{Micros(1'000'000)};
        ByteWriter whole, changes;
        for (int i = 0; i < 5000; ++i)
            insert(first, "k" + std::to_string(i), i, 0);
        first.saveAll(whole, EventTime{0});
        QVERIFY(!first.hasChanges());
        for (int i = 4000; i < 9000; ++i)
            insert(first, "k" + std::to_string(i), i, 0);
        first.saveNew(changes);
        SeenSet second{Micros(1'000'000)};
        ByteReader in(whole.data()), more(changes.data());
        QVERIFY(second.load(in));
        QVERIFY(second.load(more));
        QCOMPARE(second.size(), std::size_t(9000));
        for (int i = 0; i < 9000; ++i)
            QVERIFY(!insert(second, "k" + std::to_string(i), i, 0));
        QVERIFY(insert(second, "k9000", 9000, 0));
        ByteReader torn(std::string_view(whole.data()).substr(0, 100));
        QVERIFY(!SeenSet{Micros(1)}.load(torn));
    }
    // A quiet stream leaves a piece of a few keys with every epoch, until its horizon is over.
    void manySmallPiecesAreLoadedInTheirSum()
    {
        SeenSet first{Micros(1'000'000)};
        ByteWriter log;
        for (int i = 0; i < 20'000; ++i) {
            insert(first, "k" + std::to_string(i), i, 0);
            first.saveNew(log);
        }
        QCOMPARE(log.size(), std::size_t(20'000 * 22));
        SeenSet second{Micros(1'000'000)};
        ByteReader in(log.data());
        QVERIFY(second.load(in));
        QCOMPARE(second.size(), std::size_t(20'000));
        QVERIFY2(second.bytes() < 20'000 * 60, std::to_string(second.bytes()).c_str());
        for (int i = 0; i < 20'000; ++i)
            QVERIFY(!insert(second, "k" + std::to_string(i), i, 0));
    }
    // Of a version that ordered them by eight bits: large enough to be loaded where they lie, by
    // two threads.
    void piecesInTheCoarserOrderOfBeforeAreLoaded()
    {
        constexpr std::uint64_t kKeys = 150'000;
        std::vector<SeenKey> keys;
        for (std::uint64_t i = 0; i < kKeys; ++i)
            keys.push_back({std::uint32_t((i * 0x9E3779B97F4A7C15ull) >> 32), i * 2 + 1, 5});
        std::ranges::stable_sort(keys, {}, [](const SeenKey& key) { return key.high >> 24; });
        QVERIFY(
            !std::ranges::is_sorted(keys, {}, [](const SeenKey& key) { return key.high >> 21; }));
        ByteWriter log;
        for (int piece = 0; piece < 2; ++piece) { // the second one has the same keys, later
            log.u8(2);
            log.varint(kKeys);
            for (SeenKey& key : keys) {
                log.raw(&key, sizeof key);
                key.timeUs = 7;
            }
        }
        SeenSet set{Micros(1'000'000)};
        ByteReader in(log.data());
        QVERIFY(set.load(in));
        for (std::uint64_t i = 0; i < kKeys; ++i)
            QVERIFY(!set.insert({i * 0x9E3779B97F4A7C15ull, i * 2 + 1}, 1'000'007, EventTime{0}));
        QVERIFY(set.insert({7, 7}, 5, EventTime{0}));
    }
    // Two threads load parts of their own: a key of another's must not be put.
    void keysOutOfTheOrderOfTheirHashesAreRefused()
    {
        SeenSet first{Micros(1)};
        for (std::uint64_t i = 0; i < 20'000; ++i)
            first.insert({i * 0x9E3779B97F4A7C15ull, 7}, 0, EventTime{0});
        ByteWriter whole;
        first.saveAll(whole, EventTime{0});
        std::string bytes = whole.take();
        const std::size_t head = bytes.size() - 20'000 * sizeof(SeenKey);
        std::swap_ranges(bytes.begin() + std::ptrdiff_t(head),
                         bytes.begin() + std::ptrdiff_t(head + 4), bytes.end() - sizeof(SeenKey));
        ByteReader in(bytes);
        const Status status = SeenSet{Micros(1)}.load(in);
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::DecodeFailed);
    }
    void loadingTakesNoLongerThanInserting()
    {
        SeenSet first{Micros(1'000'000)}, second{Micros(1'000'000)};
        const std::clock_t begin = std::clock();
        for (std::uint64_t i = 0; i < 500'000; ++i)
            first.insert({i * 0x9E3779B97F4A7C15ull, 7}, 0, EventTime{0});
        const std::clock_t inserted = std::clock();
        ByteWriter whole;
        first.saveAll(whole, EventTime{0});
        const std::clock_t saved = std::clock();
        ByteReader in(whole.data());
        QVERIFY(second.load(in));
        const std::clock_t loaded = std::clock();
        QCOMPARE(second.size(), std::size_t(500'000));
        // Quadratic, it takes minutes.
        QVERIFY2(loaded - saved < 3 * (inserted - begin) + CLOCKS_PER_SEC / 10,
                 std::to_string(loaded - saved).c_str());
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::SeenSetTest)
#include "seen_set_test.moc"
