// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/table_files.h"

#include <string>

namespace sluice::query {

/// Returns the statements that make a table of files a view of DuckDB: every column with its type
/// in the table's order, partition values put back, columns that a file lacks as null.
std::string viewStatements(const flow::TableFileSet& table);

/// Returns DuckDB's name of a type ("DECIMAL(12,2)", "STRUCT(x BIGINT)").
std::string duckType(const arrow::DataType& type);

/// Quotes an identifier or a text for SQL.
std::string quotedName(const std::string& name);
std::string quotedText(const std::string& text);

} // namespace sluice::query
