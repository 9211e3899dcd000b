// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/formats/column_buffer.h"
#include "engine/formats/record_schema.h"

#include <memory>
#include <optional>
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
    /// Where the values stand of a column that is no struct, list or map; null for those.
    ColumnBuffer* flat() { return m_flat ? &*m_flat : nullptr; }
    arrow::Status begin(std::size_t rows, std::size_t textBytes);
    /// Finds the column's value under the top-level field's value and keeps it for this record,
    /// whose row would be the given one. False with a reason if it does not fit.
    bool read(simdjson::dom::element top, std::size_t row, std::string& reason);
    /// Keeps null for this record.
    bool readNull(std::size_t row, std::string& reason);
    /// The record is good: what was read last becomes the next row.
    void keepRow();
    arrow::Result<std::shared_ptr<arrow::Array>> finish(std::size_t rows);

private:
    bool put(simdjson::dom::element value, std::size_t row, std::string& why);

    SchemaColumn m_column;
    std::optional<ColumnBuffer> m_flat;
    std::unique_ptr<arrow::ArrayBuilder> m_builder; // struct, list, map
    std::vector<std::int64_t> m_rows;               // builder rows that belong to good records
};

} // namespace sluice::formats
