// SPDX-License-Identifier: Apache-2.0
#include "engine/state/row_store.h"

#include "engine/columns/row_gather.h"
#include "engine/columns/types.h"
#include "engine/state/row_bytes.h"

#include <algorithm>

#include <arrow/array/concatenate.h>
#include <arrow/util/byte_size.h>

namespace sluice::state {
namespace {

// A batch is put behind the rows of the newest chunk as long as that has fewer rows than this: rows
// that come one by one must not make a chunk each, and copying them again must stay cheap.
constexpr std::int64_t kSmallChunk = 1024;

Error damaged(std::string message)
{
    return {.code = ErrorCode::DecodeFailed,
            .message = std::move(message),
            .object = "kept rows",
            .hint = {},
            .cause = {}};
}

std::int64_t sizeOf(const arrow::RecordBatch& rows)
{
    return arrow::util::ReferencedBufferSize(rows).ValueOr(0);
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>> joined(const arrow::RecordBatch& before,
                                                          const arrow::RecordBatch& after)
{
    arrow::ArrayVector columns;
    for (int i = 0; i < before.num_columns(); ++i) {
        ARROW_ASSIGN_OR_RAISE(auto column, arrow::Concatenate({before.column(i), after.column(i)}));
        columns.push_back(std::move(column));
    }
    return arrow::RecordBatch::Make(before.schema(), before.num_rows() + after.num_rows(),
                                    std::move(columns));
}

} // namespace

RowId RowStore::endId() const
{
    if (m_chunks.empty() || !m_chunks.back().columns)
        return endChunk() << kChunkRowBits;
    return ((endChunk() - 1) << kChunkRowBits) + std::uint64_t(m_chunks.back().columns->num_rows());
}

Status RowStore::put(std::uint64_t number, std::shared_ptr<arrow::RecordBatch> rows)
{
    if (m_chunks.empty())
        m_first = number;
    while (endChunk() <= number)
        m_chunks.emplace_back();
    Kept& kept = m_chunks[number - m_first];
    m_rows += rows->num_rows();
    if (kept.columns) {
        auto both = joined(*kept.columns, *rows);
        if (!both.ok())
            return errorFromArrow(both.status(), "kept rows");
        rows = std::move(*both);
    }
    m_bytes -= kept.bytes;
    kept.bytes = sizeOf(*rows);
    m_bytes += kept.bytes;
    kept.columns = std::move(rows);
    kept.pieces.clear();
    for (int i = 0; i < kept.columns->num_columns(); ++i)
        kept.pieces.push_back(pieceOf(*kept.columns->column(i)));
    return ok();
}

Result<RowId> RowStore::append(const arrow::RecordBatch& rows)
{
    if (!m_schema)
        m_schema = rows.schema();
    if (rows.num_columns() != m_schema->num_fields()
        || rows.num_rows() >= (std::int64_t(1) << kChunkRowBits) - kSmallChunk)
        return Error{.code = ErrorCode::Internal,
                     .message = "rows to keep do not fit those that are kept",
                     .object = rows.schema()->ToString(),
                     .hint = {},
                     .cause = {}};
    const bool fits = !m_chunks.empty() && m_chunks.back().columns
        && m_chunks.back().columns->num_rows() < kSmallChunk && rows.num_rows() < kSmallChunk;
    const RowId first = fits ? endId() : endChunk() << kChunkRowBits;
    SLUICE_TRY(
        put(chunkOf(first), arrow::RecordBatch::Make(m_schema, rows.num_rows(), rows.columns())));
    return first;
}

Result<std::shared_ptr<arrow::RecordBatch>> RowStore::gather(std::span<const RowId> ids) const
{
    std::vector<RowRun> runs;
    runs.reserve(ids.size());
    for (std::size_t i = 0; i < ids.size();) {
        RowRun run;
        if (ids[i] != kNoRow) {
            run.pieces = m_chunks[chunkOf(ids[i]) - m_first].pieces.data();
            run.begin = placeOf(ids[i]);
            while (i + run.count < ids.size() && ids[i + run.count] == ids[i] + run.count)
                ++run.count;
        }
        i += run.count;
        runs.push_back(run);
    }
    arrow::ArrayVector columns;
    for (int i = 0; i < m_schema->num_fields(); ++i) {
        auto column = gatherColumn(m_schema->field(i)->type(), std::size_t(i), runs);
        if (!column.ok())
            return errorFromArrow(column.status(), "kept rows");
        columns.push_back(std::move(*column));
    }
    return arrow::RecordBatch::Make(m_schema, std::int64_t(ids.size()), std::move(columns));
}

void RowStore::release(std::uint64_t chunkNumber)
{
    Kept& kept = m_chunks[chunkNumber - m_first];
    if (!kept.columns)
        return;
    m_rows -= kept.columns->num_rows();
    m_bytes -= kept.bytes;
    kept = {};
    while (!m_chunks.empty() && !m_chunks.front().columns) {
        m_chunks.pop_front();
        ++m_first;
    }
}

void RowStore::clear()
{
    m_first = endChunk();
    m_chunks.clear();
    m_rows = m_bytes = 0;
}

// The number of the next chunk, number of pieces, and for each its chunk's number and the rows as
// an Arrow IPC stream.
Status RowStore::save(ByteWriter& out, bool isWhole)
{
    const RowId from = isWhole ? 0 : m_saved;
    std::vector<std::pair<std::uint64_t, std::shared_ptr<arrow::RecordBatch>>> pieces;
    std::size_t room = 0;
    for (std::uint64_t number = std::max(m_first, chunkOf(from)); number < endChunk(); ++number) {
        const auto& columns = m_chunks[number - m_first].columns;
        const std::int64_t skip = number == chunkOf(from) ? placeOf(from) : 0;
        if (columns && skip < columns->num_rows())
            pieces.emplace_back(number, columns->Slice(skip));
        if (columns && skip < columns->num_rows())
            room += std::size_t(m_chunks[number - m_first].bytes) + kSmallChunk;
    }
    out.reserve(room);
    out.varint(endChunk());
    out.varint(pieces.size());
    for (const auto& [number, rows] : pieces) {
        out.varint(number);
        SLUICE_TRY(writeRows(*rows, out));
    }
    m_saved = endId();
    return ok();
}

Status RowStore::load(ByteReader& in)
{
    const std::uint64_t end = in.varint();
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        const std::uint64_t number = in.varint();
        SLUICE_TRY(auto rows, readRows(in));
        constexpr std::uint64_t kLongestGap = 1 << 20;
        if (!m_chunks.empty()
            && (number + 1 < endChunk() || number - m_first > m_chunks.size() + kLongestGap))
            return damaged("a piece of them is out of order");
        if (!m_schema)
            m_schema = rows->schema();
        else if (!m_schema->Equals(*rows->schema(), false))
            return damaged("a piece of them has other columns");
        SLUICE_TRY(put(number, std::move(rows)));
    }
    if (m_chunks.empty())
        m_first = std::max(m_first, end);
    m_saved = endId();
    return in.status("kept rows");
}

} // namespace sluice::state
