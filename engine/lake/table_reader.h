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

/// Reads one data file batch by batch, as readDataFile does. One thread.
class DataFileReader
{
public:
    static Result<std::unique_ptr<DataFileReader>> open(const std::string& tableFolder,
                                                        const AddFile& file,
                                                        std::shared_ptr<arrow::Schema> columns);
    ~DataFileReader();
    /// Returns the next rows, null at the end.
    Result<std::shared_ptr<arrow::RecordBatch>> next();

private:
    struct Open;
    explicit DataFileReader(std::unique_ptr<Open> open);
    std::unique_ptr<Open> m_open;
};

/// Returns the rows of a snapshot, at most maxRows (-1 = all), the newest files first if limited.
Result<std::vector<std::shared_ptr<arrow::RecordBatch>>>
readRows(const std::string& tableFolder, const Snapshot& snapshot, std::int64_t maxRows = -1);

} // namespace sluice::lake
