// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/lake/snapshot.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <arrow/record_batch.h>

namespace sluice::lake {

/// Receives batches; returns false to end reading, or an Error that ends it.
using BatchVisitor = std::function<Result<bool>(const std::shared_ptr<arrow::RecordBatch>&)>;

/// Reads one data file as rows of the given columns: what the file lacks is null, narrower numbers
/// and other units of time become the column's type, partition columns come from the log. Returns
/// false if the visitor had enough. A file that is missing or damaged is an Error naming it.
Result<bool> readDataFile(const std::string& tableFolder, const AddFile& file,
                          const std::shared_ptr<arrow::Schema>& columns,
                          const BatchVisitor& visitor);

/// Returns the rows of a snapshot, at most maxRows (-1 = all), the newest files first if limited.
Result<std::vector<std::shared_ptr<arrow::RecordBatch>>>
readRows(const std::string& tableFolder, const Snapshot& snapshot, std::int64_t maxRows = -1);

} // namespace sluice::lake
