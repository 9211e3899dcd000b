// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/lake/actions.h"

#include <memory>
#include <string>
#include <vector>

#include <arrow/record_batch.h>

namespace sluice::lake {

/// A column that parts a table into folders: a column of the rows, or the day of one.
struct PartitionColumn
{
    std::string name;   // "country", or "ts_date" for date(ts)
    std::string source; // the column it is made from
    bool isDay = false; // date(source); the source stays in the file

    bool operator==(const PartitionColumn&) const = default;
};

/// Reads "country" or "date(ts)"; an Error if the rows have no such column or it cannot part them.
Result<PartitionColumn> parsePartitionColumn(const std::string& text, const arrow::Schema& columns);

/// Rows of one partition.
struct PartitionRows
{
    PartitionValues values;
    std::shared_ptr<arrow::RecordBatch> rows; // all columns, in their order
};

/// Parts a batch; rows of one partition are the batch itself, nothing is copied then.
Result<std::vector<PartitionRows>> splitByPartition(const std::shared_ptr<arrow::RecordBatch>& rows,
                                                    const std::vector<PartitionColumn>& columns);

} // namespace sluice::lake
