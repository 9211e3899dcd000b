// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/recycling_pool.h"

#include "tests/support/test_main.h"

#include <cstring>
#include <set>
#include <vector>

namespace sluice {

class RecyclingPoolTest : public QObject
{
    Q_OBJECT

    static std::uint8_t* allocate(std::int64_t size)
    {
        std::uint8_t* out = nullptr;
        return recyclingPool()->Allocate(size, &out).ok() ? out : nullptr;
    }

private slots:
    void aFreedBlockComesAgain()
    {
        constexpr std::int64_t kSize = 3'000'000;
        std::uint8_t* first = allocate(kSize);
        QVERIFY(first);
        recyclingPool()->Free(first, kSize);
        std::uint8_t* second = allocate(kSize - 100'000); // of the same class
        QCOMPARE(second, first);
        recyclingPool()->Free(second, kSize - 100'000);
        recyclingPool()->ReleaseUnused();
    }
    // Blocks of all sizes are as large as was asked for and do not overlap.
    void everySizeHoldsWhatWasAskedFor()
    {
        struct Block
        {
            std::uint8_t* data;
            std::int64_t size;
        };
        for (int round = 0; round < 2; ++round) { // the second one from what the first gave back
            std::vector<Block> blocks;
            std::uint8_t mark = 0;
            for (std::int64_t size = 1; size < (8 << 20); size += size / 3 + 1) {
                for (const std::int64_t each : {size, size + 1}) {
                    blocks.push_back({allocate(each), each});
                    QVERIFY(blocks.back().data);
                    std::memset(blocks.back().data, ++mark, std::size_t(each));
                }
            }
            mark = 0;
            for (const Block& block : blocks) {
                ++mark;
                QCOMPARE(block.data[0], mark);
                QCOMPARE(block.data[block.size - 1], mark);
                recyclingPool()->Free(block.data, block.size);
            }
        }
        const std::int64_t before = recyclingPool()->bytes_allocated();
        recyclingPool()->ReleaseUnused();
        QVERIFY(recyclingPool()->bytes_allocated() < before);
    }
    void growingAndShrinkingKeepsTheBytes()
    {
        std::int64_t size = 100;
        std::uint8_t* data = allocate(size);
        QVERIFY(data);
        std::memset(data, 7, std::size_t(size));
        for (const std::int64_t next : {70'000, 75'000, 900'000, 100'000'000, 80'000, 100}) {
            QVERIFY(recyclingPool()->Reallocate(size, next, &data).ok());
            size = next;
            for (int i = 0; i < 100; ++i)
                QCOMPARE(data[i], std::uint8_t(7));
            data[size - 1] = 7;
        }
        recyclingPool()->Free(data, size);
        recyclingPool()->ReleaseUnused();
    }
    void whatGrowsHasRoomForTheNextSteps()
    {
        std::int64_t size = 100'000;
        std::uint8_t* data = allocate(size);
        QVERIFY(data);
        QVERIFY(recyclingPool()->Reallocate(size, 2 * size, &data).ok());
        const std::uint8_t* const moved = data;
        QVERIFY(recyclingPool()->Reallocate(2 * size, 4 * size, &data).ok());
        QVERIFY(recyclingPool()->Reallocate(4 * size, 8 * size, &data).ok());
        QCOMPARE(data, moved);
        std::memset(data, 7, std::size_t(8 * size));
        // A small rest does not keep all of it.
        QVERIFY(recyclingPool()->Reallocate(8 * size, 70'000, &data).ok());
        QVERIFY(data != moved);
        QCOMPARE(data[69'999], std::uint8_t(7));
        recyclingPool()->Free(data, 70'000);
        recyclingPool()->ReleaseUnused();
    }
};

} // namespace sluice

SLUICE_TEST(sluice::RecyclingPoolTest)
#include "recycling_pool_test.moc"
