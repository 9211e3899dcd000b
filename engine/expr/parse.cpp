// SPDX-License-Identifier: Apache-2.0
// DuckDB as the parser of SQL: json_serialize_sql() gives the syntax tree with positions.
#include "engine/expr/syntax.h"

#include <mutex>
#include <string_view>

#include <duckdb.h>

namespace sluice::expr {
namespace {

// What stands before the expression; offsets of the parser count it.
constexpr std::string_view kLead = "SELECT ";

// One in-memory database for all expressions of the process. A connection serves one query at a
// time, hence the lock; parsing takes well under a millisecond and happens at deploy time only.
class SqlParser
{
public:
    SqlParser()
    {
        m_isOpen = duckdb_open(nullptr, &m_database) == DuckDBSuccess
            && duckdb_connect(m_database, &m_connection) == DuckDBSuccess;
    }
    ~SqlParser()
    {
        duckdb_disconnect(&m_connection);
        duckdb_close(&m_database);
    }
    SqlParser(const SqlParser&) = delete;
    SqlParser& operator=(const SqlParser&) = delete;

    bool serialize(const std::string& sql, std::string& json)
    {
        const std::lock_guard lock(m_mutex);
        if (!m_isOpen)
            return false;
        std::string query = "SELECT json_serialize_sql('";
        for (const char c : sql) {
            query += c;
            if (c == '\'')
                query += c;
        }
        query += "')";
        duckdb_result result;
        bool isGood = duckdb_query(m_connection, query.c_str(), &result) == DuckDBSuccess;
        if (isGood) {
            char* text = duckdb_value_varchar(&result, 0, 0);
            isGood = text != nullptr;
            json = isGood ? text : "";
            duckdb_free(text);
        } else if (const char* message = duckdb_result_error(&result)) {
            json = message;
        }
        duckdb_destroy_result(&result);
        return isGood;
    }

private:
    std::mutex m_mutex;
    duckdb_database m_database = nullptr;
    duckdb_connection m_connection = nullptr;
    bool m_isOpen = false;
};

} // namespace

std::optional<Syntax> parseExpression(const std::string& text, SyntaxError& error)
{
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
        error = {0, "the expression is empty", {}};
        return std::nullopt;
    }
    if (const std::size_t nul = text.find('\0'); nul != std::string::npos) {
        error = {nul, "the expression holds a NUL character", {}};
        return std::nullopt;
    }
    static SqlParser parser;
    std::string json;
    if (!parser.serialize(std::string(kLead) + text, json)) {
        error = {0, "the expression cannot be parsed" + (json.empty() ? "" : ": " + json), {}};
        return std::nullopt;
    }
    auto syntax = readSyntax(json, kLead.size(), error);
    error.offset = std::min(error.offset, text.size());
    return syntax;
}

} // namespace sluice::expr
