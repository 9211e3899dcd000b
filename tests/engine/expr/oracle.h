// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <arrow/array.h>
#include <duckdb.h>

namespace sluice::expr::test {

/// What an expression is for each row: a text that both sides write the same way.
struct Answers
{
    std::string type;                // "BIGINT"
    std::vector<std::string> values; // "null", "error", or the value
    std::string failure;             // the expression as a whole was refused
};

/// DuckDB over the sample rows.
class Oracle
{
public:
    Oracle();
    ~Oracle();
    Oracle(const Oracle&) = delete;
    Oracle& operator=(const Oracle&) = delete;

    Answers evaluate(const std::string& expression, std::size_t rows);

private:
    struct Table
    {
        std::vector<std::optional<std::string>> values;
        std::string error;
    };
    Table query(const std::string& sql);

    duckdb_database m_database = nullptr;
    duckdb_connection m_connection = nullptr;
};

/// Writes one value of ours like the oracle writes its own.
std::string valueText(const arrow::Array& array, std::int64_t row);

/// The name that DuckDB has for a type.
std::string sqlName(const arrow::DataType& type);

/// Whether both texts mean the same value; doubles may differ in the last digit.
bool isSameValue(const std::string& ours, const std::string& theirs);

} // namespace sluice::expr::test
