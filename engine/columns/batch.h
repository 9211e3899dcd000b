// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"
#include "engine/columns/raw_records.h"

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/array.h>
#include <arrow/record_batch.h>

namespace sluice {

/// A run of rows on its way: typed columns, the event time of each row, and by reference the raw
/// record that each row came from. Cheap to copy (shared pointers), immutable.
///
/// Rows and raw records may differ in number: a record that could not be read has no row, a filter
/// removes rows, unnest repeats them. rawRows maps row to raw record; empty means row i is record
/// i.
struct Batch
{
    std::shared_ptr<arrow::RecordBatch> columns;
    std::shared_ptr<arrow::Int64Array> eventTimes; // microseconds UTC; null when there is none
    std::shared_ptr<const RawRecords> raw;         // null once a node has merged rows (windows)
    std::shared_ptr<const std::vector<std::uint32_t>> rawRows;
    std::int64_t arrivalNs = 0; // steady clock: arrival at the source of the oldest row

    std::int64_t rows() const { return columns ? columns->num_rows() : 0; }
    std::uint32_t rawRow(std::int64_t row) const
    {
        return rawRows ? (*rawRows)[std::size_t(row)] : std::uint32_t(row);
    }
    EventTime eventTime(std::int64_t row) const { return {eventTimes->Value(row)}; }
};

/// Returns the bytes that the columns of a batch hold (slices counted by their share).
std::int64_t batchBytes(const Batch& batch);
std::int64_t recordBatchBytes(const arrow::RecordBatch& rows);

/// Returns the rows whose bit in keep is 1 (a boolean array without nulls, as long as the batch).
/// All kept: the same batch, nothing copied.
arrow::Result<Batch> filterBatch(const Batch& batch, const arrow::BooleanArray& keep);

/// Returns the given rows in the given order.
arrow::Result<Batch> takeRows(const Batch& batch, const std::vector<std::uint32_t>& rows);

/// Returns the same rows with other columns (as many rows as before).
Batch withColumns(const Batch& batch, std::shared_ptr<arrow::RecordBatch> columns);

/// Chooses Arrow's allocator and calls arrow::compute::Initialize(), once; every program calls it
/// before anything else.
void initializeColumns();

} // namespace sluice
