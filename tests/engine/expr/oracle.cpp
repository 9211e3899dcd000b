// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/expr/oracle.h"

#include "tests/engine/expr/sample_rows.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <arrow/scalar.h>
#include <arrow/util/decimal.h>

namespace sluice::expr::test {
namespace {

std::string doubleText(double value)
{
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
}

// Times as numbers, so that no text format of ours or theirs is between the values.
std::string plain(const std::string& expression, const std::string& type)
{
    if (type == "DATE")
        return "CAST((" + expression + ") - DATE '1970-01-01' AS VARCHAR)";
    if (type.starts_with("TIMESTAMP"))
        return "CAST(epoch_us(" + expression + ") AS VARCHAR)";
    if (type == "DOUBLE" || type == "FLOAT")
        return "format('{:.17g}', CAST((" + expression + ") AS DOUBLE))";
    return "CAST((" + expression + ") AS VARCHAR)";
}

} // namespace

Oracle::Oracle()
{
    duckdb_open(nullptr, &m_database);
    duckdb_connect(m_database, &m_connection);
    query("SET TimeZone = 'UTC'");
    query("SET ieee_floating_point_ops = false"); // x / 0 is null
    query("CREATE TABLE sample AS " + sampleRowsSql());
}

Oracle::~Oracle()
{
    duckdb_disconnect(&m_connection);
    duckdb_close(&m_database);
}

Oracle::Table Oracle::query(const std::string& sql)
{
    Table out;
    duckdb_result result;
    if (duckdb_query(m_connection, sql.c_str(), &result) != DuckDBSuccess) {
        const char* message = duckdb_result_error(&result);
        out.error = message ? message : "unknown";
    } else {
        for (idx_t row = 0; row < duckdb_row_count(&result); ++row) {
            char* text = duckdb_value_varchar(&result, 0, row);
            out.values.push_back(text ? std::optional<std::string>(text) : std::nullopt);
            duckdb_free(text);
        }
    }
    duckdb_destroy_result(&result);
    return out;
}

Answers Oracle::evaluate(const std::string& expression, std::size_t rows)
{
    Answers out;
    const Table type
        = query("SELECT column_type FROM (DESCRIBE SELECT (" + expression + ") AS v FROM sample)");
    if (!type.error.empty()) {
        out.failure = type.error;
        return out;
    }
    out.type = type.values.front().value_or("");
    const std::string value = plain(expression, out.type);
    Table all = query("SELECT " + value + " FROM sample ORDER BY i");
    if (all.error.empty()) {
        for (const auto& text : all.values)
            out.values.push_back(text.value_or("null"));
        return out;
    }
    for (std::size_t row = 0; row < rows; ++row) {
        const Table one = query("SELECT " + value + " FROM (SELECT * FROM sample WHERE i = "
                                + std::to_string(row) + ")");
        if (one.error.empty() && one.values.size() == 1)
            out.values.push_back(one.values[0].value_or("null"));
        else
            out.values.push_back("error");
    }
    return out;
}

std::string valueText(const arrow::Array& array, std::int64_t row)
{
    if (array.IsNull(row))
        return "null";
    const auto scalar = array.GetScalar(row).ValueOrDie();
    switch (array.type_id()) {
    case arrow::Type::BOOL:
        return static_cast<const arrow::BooleanScalar&>(*scalar).value ? "true" : "false";
    case arrow::Type::FLOAT:
        return doubleText(double(static_cast<const arrow::FloatScalar&>(*scalar).value));
    case arrow::Type::DOUBLE:
        return doubleText(static_cast<const arrow::DoubleScalar&>(*scalar).value);
    case arrow::Type::DATE32:
        return std::to_string(static_cast<const arrow::Date32Scalar&>(*scalar).value);
    case arrow::Type::TIMESTAMP:
        return std::to_string(static_cast<const arrow::TimestampScalar&>(*scalar).value);
    case arrow::Type::DECIMAL128:
        return static_cast<const arrow::Decimal128Array&>(array).FormatValue(row);
    default: return scalar->ToString();
    }
}

std::string sqlName(const arrow::DataType& type)
{
    switch (type.id()) {
    case arrow::Type::BOOL: return "BOOLEAN";
    case arrow::Type::INT8: return "TINYINT";
    case arrow::Type::INT16: return "SMALLINT";
    case arrow::Type::INT32: return "INTEGER";
    case arrow::Type::INT64: return "BIGINT";
    case arrow::Type::FLOAT: return "FLOAT";
    case arrow::Type::DOUBLE: return "DOUBLE";
    case arrow::Type::STRING: return "VARCHAR";
    case arrow::Type::DATE32: return "DATE";
    case arrow::Type::TIMESTAMP: return "TIMESTAMP";
    case arrow::Type::DECIMAL128: {
        const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
        return "DECIMAL(" + std::to_string(decimal.precision()) + ","
            + std::to_string(decimal.scale()) + ")";
    }
    default: return type.ToString();
    }
}

bool isSameValue(const std::string& ours, const std::string& theirs)
{
    if (ours == theirs)
        return true;
    char* oursEnd = nullptr;
    char* theirsEnd = nullptr;
    const double a = std::strtod(ours.c_str(), &oursEnd);
    const double b = std::strtod(theirs.c_str(), &theirsEnd);
    if (ours.empty() || theirs.empty() || *oursEnd != '\0' || *theirsEnd != '\0')
        return false;
    if (ours.find_first_of(".en") == std::string::npos)
        return false; // whole numbers are the same or not
    return (std::isnan(a) && std::isnan(b)) || std::fabs(a - b) <= 1e-14 * std::fabs(b);
}

} // namespace sluice::expr::test
