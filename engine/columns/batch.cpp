// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/batch.h"

#include <mutex>

#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>
#include <arrow/util/byte_size.h>

namespace sluice {
namespace {

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
    if (!batch.columns)
        return 0;
    const arrow::Result<std::int64_t> size = arrow::util::ReferencedBufferSize(*batch.columns);
    return size.ok() ? *size : 0;
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
    Batch out = batch;
    arrow::ArrayVector columns;
    columns.reserve(std::size_t(batch.columns->num_columns()));
    for (const auto& column : batch.columns->columns()) {
        ARROW_ASSIGN_OR_RAISE(auto taken, arrow::compute::Take(*column, indices, options));
        columns.push_back(std::move(taken));
    }
    out.columns = arrow::RecordBatch::Make(batch.columns->schema(), std::int64_t(rows.size()),
                                           std::move(columns));
    if (batch.eventTimes) {
        ARROW_ASSIGN_OR_RAISE(auto times,
                              arrow::compute::Take(*batch.eventTimes, indices, options));
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
        const arrow::Status status = arrow::compute::Initialize();
        if (!status.ok())
            status.Abort("arrow compute kernels");
    });
}

} // namespace sluice
