// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/state/row_store.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <vector>

namespace sluice::state {

/// Kept rows that have an owner each (a number below 2^32 - 1) until it lets go of them. Rows that
/// nobody owns are swept out chunk by chunk, once they are at least half of a chunk: each row that
/// was let go pays for the move of one that stays, and a sweep moves no more than kSweep rows. So
/// there are at most twice as many rows as are owned, and a few thousand. One thread.
class OwnedRows
{
public:
    static constexpr std::size_t kSweep = 16384;

    /// Keeps the rows of a batch, an owner each; returns the id of the first, the others follow.
    Result<RowId> append(const arrow::RecordBatch& rows, std::span<const std::uint32_t> owners);
    void drop(RowId id);

    using Moved = std::function<void(std::uint32_t owner, RowId from, RowId to)>;
    /// Sweeps if it is worth it, and tells of each row that has another id now.
    Status sweep(const Moved& moved);

    const RowStore& store() const { return m_rows; }
    std::int64_t owned() const { return m_owned; }
    std::int64_t bytes() const;

    /// As RowStore: ids stay the same.
    Status save(ByteWriter& out, bool isWhole) { return m_rows.save(out, isWhole); }
    /// Reads rows, which nobody owns until they are claimed. Nothing must be swept between loads.
    Status load(ByteReader& in);
    /// False if there is no such row.
    bool claim(RowId id, std::uint32_t owner);

private:
    static constexpr std::uint32_t kNobody = UINT32_MAX;
    struct Chunk
    {
        std::vector<std::uint32_t> owners; // by place
        std::uint32_t owned = 0;
        bool isListed = false; // in m_sparse
    };
    Chunk& chunk(std::uint64_t number) { return m_chunks[number - m_first]; }
    bool isSparse(const Chunk& chunk) const { return chunk.owned * 2 <= chunk.owners.size(); }
    void list(std::uint64_t number);
    void cover(); // every chunk of the store has its owners

    RowStore m_rows;
    std::deque<Chunk> m_chunks;
    std::uint64_t m_first = 0;
    std::vector<std::uint64_t> m_sparse; // chunks that may be worth a sweep
    bool m_isLoaded = false;             // since the last sweep
    std::int64_t m_owned = 0;
    std::int64_t m_sparseOwned = 0, m_sparseGone = 0; // rows of the listed chunks, about
};

} // namespace sluice::state
