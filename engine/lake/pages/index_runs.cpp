// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/index_runs.h"

#include "engine/columns/recycling_pool.h"
#include "engine/lake/pages/bit_packing.h"
#include "engine/lake/pages/varint.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <parquet/exception.h>

namespace sluice::lake {
namespace {

constexpr std::size_t kGroup = 8; // values: the unit of a bit-packed run
constexpr std::size_t kGroupsPacked = kPacked / kGroup;

class IndexWriter
{
public:
    IndexWriter(const std::uint16_t* indices, int width, std::uint8_t* out)
        : m_indices(indices)
        , m_width(width)
        , m_out(out)
    {
    }

    void repeat(std::uint16_t value, std::size_t count)
    {
        m_out = writeVarint(count << 1, m_out);
        *m_out++ = std::uint8_t(value);
        if (m_width > 8)
            *m_out++ = std::uint8_t(value >> 8);
    }

    void pack(std::size_t from, std::size_t to)
    {
        if (from == to)
            return;
        const std::size_t groups = (to - from + kGroup - 1) / kGroup;
        m_out = writeVarint(groups << 1 | 1, m_out);
        for (std::size_t at = from; at < to; at += kPacked)
            packBits(m_indices + at, m_width, m_out + (at - from) / kGroup * std::size_t(m_width));
        m_out += groups * std::size_t(m_width);
    }

    std::uint8_t* end() const { return m_out; }

private:
    const std::uint16_t* m_indices;
    int m_width;
    std::uint8_t* m_out;
};

bool isConstant(const std::uint16_t* group, std::uint16_t value)
{
    unsigned differs = 0;
    for (std::size_t i = 0; i < kGroup; ++i)
        differs |= unsigned(group[i] ^ value);
    return differs == 0;
}

// Returns the end of the run of one value that begins at `at`, in whole groups, or the end of all.
std::size_t constantUntil(const std::vector<std::uint16_t>& indices, std::size_t at,
                          std::size_t count)
{
    const std::uint16_t value = indices[at];
    while (at + kGroup <= count && isConstant(indices.data() + at, value))
        at += kGroup;
    if (at + kGroup > count)
        while (at < count && indices[at] == value)
            ++at;
    return at;
}

} // namespace

std::shared_ptr<arrow::Buffer> encodeIndices(std::vector<std::uint16_t>& indices,
                                             std::size_t entries)
{
    const std::size_t count = indices.size();
    const int width = std::max(1, int(std::bit_width(entries > 1 ? entries - 1 : 1)));
    // Packing goes on by whole units: what it reads and writes beyond its run is written over.
    indices.resize(count + kPacked, 0);
    PARQUET_ASSIGN_OR_THROW(std::shared_ptr<arrow::ResizableBuffer> page,
                            arrow::AllocateResizableBuffer(
                                std::int64_t(64 + (count + 2 * kPacked) * std::size_t(width) / 8
                                             + count / kGroup),
                                recyclingPool()));
    page->mutable_data()[0] = std::uint8_t(width);
    IndexWriter out(indices.data(), width, page->mutable_data() + 1);
    std::size_t packedFrom = 0, at = 0;
    while (at < count) {
        const std::size_t end = constantUntil(indices, at, count);
        if (end - at < kGroupsPacked * kGroup && !(end == count && at == 0)) {
            at = std::min(at + std::max(kGroup, (end - at) / kGroup * kGroup), count);
            continue;
        }
        out.pack(packedFrom, at);
        out.repeat(indices[at], end - at);
        packedFrom = at = end;
    }
    out.pack(packedFrom, count);
    PARQUET_THROW_NOT_OK(page->Resize(out.end() - page->data(), false));
    return page;
}

} // namespace sluice::lake
