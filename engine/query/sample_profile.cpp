// SPDX-License-Identifier: Apache-2.0
#include "engine/query/sample_profile.h"

#include "engine/query/table_view.h"

#include <cerrno>
#include <cstdlib>
#include <fstream>

#include <duckdb.h>

namespace sluice::query {
namespace {

// The document's word for a type of DuckDB.
std::string documentType(const std::string& duck)
{
    if (duck == "BIGINT" || duck == "UBIGINT" || duck == "HUGEINT")
        return "long";
    if (duck == "INTEGER" || duck == "SMALLINT" || duck == "TINYINT" || duck == "UINTEGER"
        || duck == "USMALLINT" || duck == "UTINYINT")
        return "long"; // a sample's numbers may be small by chance
    if (duck == "DOUBLE" || duck == "FLOAT")
        return "double";
    if (duck == "BOOLEAN")
        return "boolean";
    if (duck == "DATE")
        return "date";
    if (duck.starts_with("TIMESTAMP"))
        return "timestamp";
    if (duck.starts_with("DECIMAL"))
        return "decimal" + duck.substr(7);
    if (duck.starts_with("STRUCT") || duck.ends_with("[]") || duck.starts_with("MAP")
        || duck == "JSON")
        return "json";
    return "string";
}

std::string cell(duckdb_result& result, idx_t column, idx_t row)
{
    char* text = duckdb_value_varchar(&result, column, row);
    std::string out = text ? text : "";
    duckdb_free(text);
    return out;
}

} // namespace

Result<SampleProfile> profileSample(const std::string& path)
{
    SampleProfile out;
    std::ifstream file(path);
    if (!file)
        return errorFromErrno(errno, "cannot open the sample", path);
    const int first = file.peek();
    if (first == std::ifstream::traits_type::eof())
        return Error{.code = ErrorCode::ConfigInvalid,
                     .message = "the sample is empty",
                     .object = path,
                     .hint = "Give a file with some records, one a line.",
                     .cause = {}};
    out.isCsv = path.ends_with(".csv") || path.ends_with(".tsv")
        || (first != '{' && !path.ends_with(".json") && !path.ends_with(".jsonl"));
    const std::string reader = out.isCsv
        ? "read_csv(" + quotedText(path) + ", sample_size = -1, nullstr = ['', 'NA'])"
        : "read_json(" + quotedText(path)
            + ", format = 'newline_delimited', sample_size = -1, ignore_errors = true)";
    duckdb_database database = nullptr;
    duckdb_connection connection = nullptr;
    if (duckdb_open(nullptr, &database) != DuckDBSuccess
        || duckdb_connect(database, &connection) != DuckDBSuccess)
        return Error{.code = ErrorCode::Internal,
                     .message = "the SQL engine cannot start",
                     .object = path,
                     .hint = {},
                     .cause = {}};
    duckdb_result result;
    const std::string sql = "SELECT column_name, column_type, min, max, approx_unique, "
                            "null_percentage, count FROM (SUMMARIZE SELECT * FROM "
        + reader + " LIMIT 1000000)";
    Status status = ok();
    if (duckdb_query(connection, sql.c_str(), &result) != DuckDBSuccess) {
        status = Error{.code = ErrorCode::DecodeFailed,
                       .message
                       = std::string("the sample cannot be read: ") + duckdb_result_error(&result),
                       .object = path,
                       .hint = "It must hold JSON objects, one a line, or CSV with a header line.",
                       .cause = {}};
    } else {
        for (idx_t row = 0; row < duckdb_row_count(&result); ++row) {
            out.columns.push_back({.name = cell(result, 0, row),
                                   .type = documentType(cell(result, 1, row)),
                                   .least = cell(result, 2, row),
                                   .greatest = cell(result, 3, row),
                                   .distinct = std::atoll(cell(result, 4, row).c_str()),
                                   .nullShare = std::atof(cell(result, 5, row).c_str()) / 100});
            out.rows = std::atoll(cell(result, 6, row).c_str());
        }
    }
    duckdb_destroy_result(&result);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    if (!status)
        return std::move(status).takeError();
    return out;
}

} // namespace sluice::query
