// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/recycling_pool.h"

#include "engine/base/memory_left.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <mutex>
#include <vector>

namespace sluice {
namespace {

constexpr std::int64_t kSmallest = 64 << 10; // smaller ones are not worth it
constexpr std::int64_t kLargest = 64 << 20;  // larger ones are rare
constexpr std::int64_t kLeastBound = 192 << 20;
constexpr std::int64_t kMostBound = 1 << 30, kShareOfMemory = 32;
constexpr std::size_t kSteps = 4; // sizes for each power of two

// The sizes of blocks: 64 KiB, 80, 96, 112, 128, 160 ...
struct SizeClass
{
    std::size_t index = 0;
    std::int64_t bytes = 0;
};

SizeClass classOf(std::int64_t size)
{
    const auto above = std::uint64_t(std::max(size, kSmallest) - 1);
    const std::size_t power = std::size_t(std::bit_width(above)) - 1; // 2^power <= above
    const std::uint64_t step = (std::uint64_t(1) << power) / kSteps;
    const std::uint64_t steps = above / step + 1; // in (kSteps, 2 * kSteps]
    const std::size_t first = std::size_t(std::bit_width(std::uint64_t(kSmallest))) - 2;
    return {(power - first) * kSteps + steps - kSteps - 1, std::int64_t(steps * step)};
}

class RecyclingPool final : public arrow::MemoryPool
{
public:
    using arrow::MemoryPool::Allocate;
    using arrow::MemoryPool::Free;
    using arrow::MemoryPool::Reallocate;

    arrow::Status Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) override
    {
        if (!isKept(size))
            return m_below->Allocate(size, alignment, out);
        return takeBlock(classOf(size), out);
    }

    arrow::Status Reallocate(std::int64_t oldSize, std::int64_t newSize, std::int64_t alignment,
                             std::uint8_t** data) override
    {
        if (!isKept(oldSize) && !isKept(newSize))
            return m_below->Reallocate(oldSize, newSize, alignment, data);
        if (isKept(oldSize) && isKept(newSize)) {
            const std::int64_t room = blockOf(*data).bytes;
            if (newSize <= room && newSize * kMostWaste >= room)
                return arrow::Status::OK();
        }
        std::uint8_t* moved = nullptr;
        if (isKept(newSize) && newSize > oldSize)
            ARROW_RETURN_NOT_OK(
                takeBlock(classOf(std::min(newSize * kAheadOfGrowth, kLargest)), &moved));
        else
            ARROW_RETURN_NOT_OK(Allocate(newSize, alignment, &moved));
        std::memcpy(moved, *data, std::size_t(std::min(oldSize, newSize)));
        Free(*data, oldSize, alignment);
        *data = moved;
        return arrow::Status::OK();
    }

    void Free(std::uint8_t* data, std::int64_t size, std::int64_t alignment) override
    {
        if (!isKept(size)) {
            m_below->Free(data, size, alignment);
            return;
        }
        const SizeClass block = blockOf(data);
        {
            const std::lock_guard lock(m_mutex);
            if (m_keptBytes + block.bytes <= m_mostKept) {
                m_kept[block.index].push_back(data);
                m_keptBytes += block.bytes;
                return;
            }
        }
        giveBack(data);
    }

    void ReleaseUnused() override
    {
        const std::lock_guard lock(m_mutex);
        for (std::vector<std::uint8_t*>& kept : m_kept) {
            for (std::uint8_t* data : kept)
                giveBack(data);
            kept.clear();
        }
        m_keptBytes = 0;
        m_below->ReleaseUnused();
    }

    std::int64_t bytes_allocated() const override { return m_below->bytes_allocated(); }
    std::int64_t max_memory() const override { return m_below->max_memory(); }
    std::int64_t total_bytes_allocated() const override { return m_below->total_bytes_allocated(); }
    std::int64_t num_allocations() const override { return m_below->num_allocations(); }
    std::string backend_name() const override { return m_below->backend_name(); }

private:
    static constexpr std::int64_t kAlignment = arrow::kDefaultBufferAlignment;
    // What grows is copied with each step: it gets a block for the next ones too, the pages of
    // which are not there before they are written. What shrinks below an eighth of its block is
    // moved.
    static constexpr std::int64_t kAheadOfGrowth = 4, kMostWaste = 8;
    // Before a block stands its size, which may be larger than what its owner knows of.
    static constexpr std::int64_t kHeader = kAlignment;
    static_assert(sizeof(SizeClass) <= kHeader);

    static bool isKept(std::int64_t size) { return size >= kSmallest && size <= kLargest; }
    static SizeClass& blockOf(std::uint8_t* data)
    {
        return *reinterpret_cast<SizeClass*>(data - kHeader);
    }

    arrow::Status takeBlock(const SizeClass& block, std::uint8_t** out)
    {
        {
            const std::lock_guard lock(m_mutex);
            std::vector<std::uint8_t*>& kept = m_kept[block.index];
            if (!kept.empty()) {
                *out = kept.back();
                kept.pop_back();
                m_keptBytes -= block.bytes;
                return arrow::Status::OK();
            }
        }
        std::uint8_t* memory = nullptr;
        ARROW_RETURN_NOT_OK(m_below->Allocate(kHeader + block.bytes, kAlignment, &memory));
        *out = memory + kHeader;
        blockOf(*out) = block;
        return arrow::Status::OK();
    }
    void giveBack(std::uint8_t* data)
    {
        m_below->Free(data - kHeader, kHeader + blockOf(data).bytes, kAlignment);
    }

    arrow::MemoryPool* m_below = arrow::default_memory_pool();
    // What an epoch's files take is freed when they are closed, and taken again in the next one.
    const std::int64_t m_mostKept
        = std::clamp(availableMemory() / kShareOfMemory, kLeastBound, kMostBound);
    std::mutex m_mutex;
    std::array<std::vector<std::uint8_t*>, 48> m_kept; // by size class
    std::int64_t m_keptBytes = 0;
};

} // namespace

arrow::MemoryPool* recyclingPool()
{
    // Never destroyed: buffers of other statics may still be freed into it at the very end.
    static auto* const pool = new RecyclingPool;
    return pool;
}

} // namespace sluice
