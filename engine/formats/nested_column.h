// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/formats/record_schema.h"

#include <memory>
#include <string>
#include <vector>

#include <arrow/array/builder_base.h>
#include <simdjson.h>

namespace sluice::formats {

/// Builds a column that stands deeper in a JSON record or is a struct, list or map; by way of the
/// DOM, so slower than a flat one.
class NestedColumn
{
public:
    explicit NestedColumn(const SchemaColumn& column);

    const SchemaColumn& column() const { return m_column; }
    void begin();
    /// Finds the column's value under the top-level field's value and keeps it for this record.
    /// False with a reason if it does not fit.
    bool read(simdjson::dom::element top, std::string& reason);
    /// Keeps null for this record.
    bool readNull(std::string& reason);
    /// The record is good: what was read last becomes the next row.
    void keepRow();
    arrow::Result<std::shared_ptr<arrow::Array>> finish();

private:
    bool readAt(simdjson::dom::element value, std::size_t step, std::string& reason);
    SchemaColumn m_column;
    std::unique_ptr<arrow::ArrayBuilder> m_builder;
    std::vector<std::int64_t> m_rows; // builder rows that belong to good records
};

} // namespace sluice::formats
