// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/columns/batch.h"
#include "engine/lake/parquet_file.h"

#include <memory>
#include <string>
#include <vector>

#include <arrow/type.h>

namespace sluice::lake {

/// The columns of a bronze table:
///   event_id string "<partition>:<position>", event_time timestamp (null: none), event_data string
///   (the record as it arrived), source string, partition string, offset long,
///   ingest_time timestamp, schema_id string (fingerprint of the columns read from it)
const std::shared_ptr<arrow::Schema>& rawSchema();

/// Returns the settings under which these columns are written fastest.
FileSettings rawSettings(FileSettings base);

/// Turns the raw records behind a batch into bronze rows. The records' bytes are not copied, there
/// is no allocation per row.
class RawColumns
{
public:
    explicit RawColumns(const arrow::Schema& readSchema);

    /// Returns rawSchema() as the batches carry it: what repeats as dictionaries, data as views.
    static const std::shared_ptr<arrow::Schema>& batchSchema();

    struct Rows
    {
        std::shared_ptr<arrow::RecordBatch> columns; // of batchSchema()
        std::vector<std::uint32_t> badRows; // rows of the batch whose bytes are not UTF-8; left out
        std::int64_t repeated = 0;          // rows that came from the record of the row before
    };
    /// The batch must have raw records.
    Result<Rows> convert(const Batch& batch);

private:
    arrow::Result<std::shared_ptr<arrow::RecordBatch>>
    rawBatch(const Batch& batch, const std::vector<std::uint32_t>& rows,
             const std::vector<std::uint32_t>& records, std::shared_ptr<arrow::Array> data);
    arrow::Result<std::shared_ptr<arrow::Array>> partitionColumn(const std::string& partition,
                                                                 std::size_t rows);

    std::string m_schemaId;
    std::vector<std::string> m_partitions; // seen so far: the dictionary of the column
};

} // namespace sluice::lake
