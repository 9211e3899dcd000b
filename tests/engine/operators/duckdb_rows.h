// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include <duckdb.h>

namespace sluice::test {

/// A row as text, by name of its column; null is "null".
using TextRow = std::map<std::string, std::string>;

/// Runs SQL in a DuckDB of its own; each statement but the last makes tables. Returns the rows of
/// the last. A failure is a row {error: message}.
inline std::vector<TextRow> duckdbRows(const std::vector<std::string>& statements)
{
    std::vector<TextRow> out;
    duckdb_database database = nullptr;
    duckdb_connection connection = nullptr;
    duckdb_open(nullptr, &database);
    duckdb_connect(database, &connection);
    for (const std::string& statement : statements) {
        duckdb_result result;
        out.clear();
        if (duckdb_query(connection, statement.c_str(), &result) != DuckDBSuccess)
            out.push_back({{"error", duckdb_result_error(&result)}});
        else
            for (idx_t row = 0; row < duckdb_row_count(&result); ++row) {
                TextRow& made = out.emplace_back();
                for (idx_t column = 0; column < duckdb_column_count(&result); ++column) {
                    char* text = duckdb_value_varchar(&result, column, row);
                    made[duckdb_column_name(&result, column)] = text ? text : "null";
                    duckdb_free(text);
                }
            }
        duckdb_destroy_result(&result);
        if (!out.empty() && out.front().contains("error"))
            break;
    }
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return out;
}

} // namespace sluice::test
