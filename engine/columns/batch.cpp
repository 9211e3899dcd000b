// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/batch.h"

#include "engine/columns/recycling_pool.h"
#include "engine/columns/row_gather.h"

#include <cstdlib>
#include <mutex>
#include <utility>

#include <arrow/array/concatenate.h>
#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>
#include <arrow/util/byte_size.h>

namespace sluice {
namespace {

// Rows that stand one behind the other: the first and how many.
using Run = std::pair<std::uint32_t, std::uint32_t>;

// Where a few rows are missing, the others are long runs, which are copied as such. Nothing if they
// are short.
std::vector<Run> longRuns(const std::vector<std::uint32_t>& rows)
{
    constexpr std::size_t kShortRun = 64;
    const std::size_t most = rows.size() / kShortRun;
    std::vector<Run> out;
    for (std::size_t i = 0; i < rows.size() && out.size() <= most;) {
        std::size_t end = i + 1;
        while (end < rows.size() && rows[end] == rows[end - 1] + 1)
            ++end;
        out.emplace_back(rows[i], std::uint32_t(end - i));
        i = end;
    }
    if (out.size() > most)
        out.clear();
    return out;
}

arrow::Result<std::shared_ptr<arrow::Array>> copyRuns(const arrow::Array& column,
                                                      const std::vector<Run>& runs)
{
    if (const ColumnPiece piece = pieceOf(column); piece.values || piece.ends) {
        std::vector<RowRun> rows;
        rows.reserve(runs.size());
        for (const auto& [first, count] : runs)
            rows.push_back({.pieces = &piece, .begin = first, .count = count});
        return gatherColumn(column.type(), 0, rows);
    }
    arrow::ArrayVector parts;
    parts.reserve(runs.size());
    for (const auto& [first, count] : runs)
        parts.push_back(column.Slice(first, count));
    return arrow::Concatenate(parts, recyclingPool());
}

// Asked for every batch on every edge, so the common types are answered without a walk.
std::int64_t columnBytes(const arrow::ArrayData& column)
{
    const std::int64_t bitmap
        = !column.buffers.empty() && column.buffers[0] ? (column.length + 7) / 8 : 0;
    const arrow::Type::type type = column.type->id();
    if (type == arrow::Type::STRING || type == arrow::Type::BINARY) {
        if (column.length == 0 || !column.buffers[1])
            return bitmap;
        const auto* offsets = column.GetValues<std::int32_t>(1);
        return bitmap + (column.length + 1) * 4 + offsets[column.length] - offsets[0];
    }
    if (type == arrow::Type::STRING_VIEW) { // of a buffer that others may share
        const auto* views = column.GetValues<arrow::BinaryViewType::c_type>(1);
        std::int64_t bytes = bitmap + column.length * arrow::BinaryViewType::kSize;
        for (std::int64_t row = 0; row < column.length; ++row)
            bytes += views[row].size();
        return bytes;
    }
    if (arrow::is_primitive(type) || arrow::is_decimal(type))
        return bitmap + (column.length * column.type->bit_width() + 7) / 8;
    const arrow::Result<std::int64_t> size = arrow::util::ReferencedBufferSize(column);
    return size.ok() ? *size : 0;
}

std::shared_ptr<const std::vector<std::uint32_t>>
pickRawRows(const Batch& batch, const std::vector<std::uint32_t>& rows)
{
    if (!batch.raw)
        return nullptr;
    auto picked = std::make_shared<std::vector<std::uint32_t>>();
    picked->reserve(rows.size());
    for (const std::uint32_t row : rows)
        picked->push_back(batch.rawRow(row));
    return picked;
}

} // namespace

std::int64_t batchBytes(const Batch& batch)
{
    return batch.columns ? recordBatchBytes(*batch.columns) : 0;
}

std::int64_t recordBatchBytes(const arrow::RecordBatch& rows)
{
    std::int64_t bytes = 0;
    for (int i = 0; i < rows.num_columns(); ++i)
        bytes += columnBytes(*rows.column_data(i));
    return bytes;
}

arrow::Result<Batch> filterBatch(const Batch& batch, const arrow::BooleanArray& keep)
{
    const std::int64_t kept = keep.true_count();
    if (kept == batch.rows())
        return batch;
    std::vector<std::uint32_t> rows;
    rows.reserve(std::size_t(kept));
    for (std::int64_t i = 0; i < keep.length(); ++i) {
        if (keep.Value(i))
            rows.push_back(std::uint32_t(i));
    }
    return takeRows(batch, rows);
}

arrow::Result<Batch> takeRows(const Batch& batch, const std::vector<std::uint32_t>& rows)
{
    const arrow::UInt32Array indices(std::int64_t(rows.size()), arrow::Buffer::Wrap(rows));
    const auto options = arrow::compute::TakeOptions::NoBoundsCheck();
    arrow::compute::ExecContext context(recyclingPool());
    const std::vector<Run> runs = longRuns(rows);
    const auto pick = [&](const arrow::Array& column) {
        return runs.empty() ? arrow::compute::Take(column, indices, options, &context)
                            : copyRuns(column, runs);
    };
    Batch out = batch;
    arrow::ArrayVector columns;
    columns.reserve(std::size_t(batch.columns->num_columns()));
    for (const auto& column : batch.columns->columns()) {
        ARROW_ASSIGN_OR_RAISE(auto picked, pick(*column));
        columns.push_back(std::move(picked));
    }
    out.columns = arrow::RecordBatch::Make(batch.columns->schema(), std::int64_t(rows.size()),
                                           std::move(columns));
    if (batch.eventTimes) {
        ARROW_ASSIGN_OR_RAISE(auto times, pick(*batch.eventTimes));
        out.eventTimes = std::static_pointer_cast<arrow::Int64Array>(times);
    }
    out.rawRows = pickRawRows(batch, rows);
    return out;
}

Batch withColumns(const Batch& batch, std::shared_ptr<arrow::RecordBatch> columns)
{
    Batch out = batch;
    out.columns = std::move(columns);
    return out;
}

void initializeColumns()
{
    static std::once_flag once;
    std::call_once(once, [] {
        // Buffers are freed on other threads than they came from, and Arrow's usual allocator gives
        // memory back to the system so fast that much of it comes fresh, to be zeroed again. Who
        // sets the variable has chosen.
        constexpr int kKeepsChoice = 0;
        ::setenv("ARROW_DEFAULT_MEMORY_POOL", "jemalloc", kKeepsChoice);
        const arrow::Status status = arrow::compute::Initialize();
        if (!status.ok())
            status.Abort("arrow compute kernels");
    });
}

} // namespace sluice
