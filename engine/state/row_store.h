// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/base/result.h"
#include "engine/columns/row_gather.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <arrow/record_batch.h>
#include <arrow/type.h>

namespace sluice::state {

/// Names a row of a RowStore: the number of its chunk, and its place in the chunk. A later row has
/// a larger id; an id is never given twice, not even after a restart.
using RowId = std::uint64_t;
inline constexpr RowId kNoRow = UINT64_MAX;
inline constexpr int kChunkRowBits = 28;

constexpr std::uint64_t chunkOf(RowId id)
{
    return id >> kChunkRowBits;
}
constexpr std::uint32_t placeOf(RowId id)
{
    return std::uint32_t(id & ((RowId(1) << kChunkRowBits) - 1));
}

/// Rows kept as Arrow columns in chunks, each about a batch; small batches that follow one another
/// share one. Rows are read by gather(), a column at a time; a chunk is released as a whole. One
/// thread.
class RowStore
{
public:
    /// Keeps all rows of a batch, whose columns are those of the first one; returns the id of its
    /// first row, the others follow by one.
    Result<RowId> append(const arrow::RecordBatch& rows);
    /// Returns the rows of ids, in that order; a row of nulls for kNoRow. The rows must be there.
    Result<std::shared_ptr<arrow::RecordBatch>> gather(std::span<const RowId> ids) const;

    /// Null before the first row.
    const std::shared_ptr<arrow::Schema>& schema() const { return m_schema; }
    bool has(RowId id) const
    {
        const std::uint64_t at = chunkOf(id) - m_first;
        return at < m_chunks.size() && m_chunks[at].columns;
    }
    /// Chunks that are kept: their numbers are firstChunk() .. endChunk() - 1; null if released.
    std::uint64_t firstChunk() const { return m_first; }
    std::uint64_t endChunk() const { return m_first + m_chunks.size(); }
    const arrow::RecordBatch* chunk(std::uint64_t number) const
    {
        return m_chunks[number - m_first].columns.get();
    }
    void release(std::uint64_t chunkNumber);
    void clear();

    std::int64_t rows() const { return m_rows; }
    std::int64_t bytes() const { return m_bytes; }

    /// Writes the rows that came since the last save, or all of them; whole chunks, what a release
    /// let go is not among them.
    Status save(ByteWriter& out, bool isWhole);
    bool hasUnsaved() const { return m_saved < endId(); }
    /// Reads what save wrote behind what is there.
    Status load(ByteReader& in);

private:
    struct Kept
    {
        std::shared_ptr<arrow::RecordBatch> columns; // null once it is released
        std::vector<ColumnPiece> pieces;             // of columns
        std::int64_t bytes = 0;
    };
    RowId endId() const;
    Status put(std::uint64_t number, std::shared_ptr<arrow::RecordBatch> rows);

    std::shared_ptr<arrow::Schema> m_schema;
    std::deque<Kept> m_chunks;
    std::uint64_t m_first = 0;
    std::int64_t m_rows = 0, m_bytes = 0;
    RowId m_saved = 0; // rows before it are in an earlier save
};

} // namespace sluice::state
