// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"
#include "engine/lake/delta_log.h"

#include <memory>
#include <string>
#include <vector>

#include <arrow/type.h>

namespace sluice::lake {

/// What a writer asks of a table.
struct TableRequest
{
    std::string name;                       // "silver.orders", for errors
    std::shared_ptr<arrow::Schema> columns; // all columns written, partition columns included
    std::vector<std::string> partitionColumns;
    TextMap properties;       // for a new table
    bool mergesSchema = true; // may add nullable columns
};

/// Opens a table for writing; creates it, empty, if it is not there; adds missing columns by a
/// commit of their own. A column of another type, another partitioning or a feature that we could
/// break is an Error, with nothing written.
Result<Snapshot> openTable(const DeltaLog& log, const TableRequest& request, const Clock& clock);

/// Tells whether values of one type may stand in a column of another: the same type, or a narrower
/// number.
bool canStore(const arrow::DataType& value, const arrow::DataType& column);

/// Checks columns about to be written against those of a table; names both types of the first
/// that does not fit. missing gets the fields that the table does not have.
Status checkColumns(const arrow::Schema& written, const arrow::Schema& table,
                    const std::string& tableName, arrow::FieldVector& missing);

/// Checks the names of columns: no character that other engines refuse, no two that differ only
/// in case.
Status checkColumnNames(const arrow::Schema& columns, const std::string& table);

/// Returns the folder of "schema.table" in a lake; an Error if the name is none.
Result<std::string> tableFolder(const std::string& lakeFolder, const std::string& table);

} // namespace sluice::lake
