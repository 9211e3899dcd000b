// SPDX-License-Identifier: Apache-2.0
#include "engine/query/sql_engine.h"

#include "engine/base/time.h"
#include "engine/columns/types.h"
#include "engine/formats/json_encoder.h"
#include "engine/query/table_view.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>

#include <unistd.h>

#include <arrow/array/array_decimal.h>
#include <arrow/c/bridge.h>
#include <arrow/scalar.h>
#include <duckdb.h>

namespace sluice::query {
namespace {

Error sqlError(std::string message)
{
    ErrorCode code = ErrorCode::ConfigInvalid;
    if (message.find("INTERRUPT") != std::string::npos)
        return {.code = ErrorCode::Cancelled,
                .message = "the query was cancelled",
                .object = "SQL",
                .hint = {},
                .cause = {}};
    if (message.starts_with("IO Error")
        || message.starts_with("Invalid Input Error: No magic bytes"))
        code = ErrorCode::StorageFailed;
    else if (message.starts_with("Out of Memory"))
        code = ErrorCode::CapacityExceeded;
    return {.code = code, .message = std::move(message), .object = "SQL", .hint = {}, .cause = {}};
}

std::string lowered(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

// A database in memory with one connection.
class Session
{
public:
    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session()
    {
        if (m_connection)
            duckdb_disconnect(&m_connection);
        if (m_database)
            duckdb_close(&m_database);
    }

    Status open()
    {
        if (duckdb_open(nullptr, &m_database) != DuckDBSuccess
            || duckdb_connect(m_database, &m_connection) != DuckDBSuccess)
            return sqlError("cannot start the SQL engine");
        return ok();
    }
    Status execute(const std::string& sql)
    {
        duckdb_result result;
        const bool isDone = duckdb_query(m_connection, sql.c_str(), &result) == DuckDBSuccess;
        const char* text = isDone ? nullptr : duckdb_result_error(&result);
        Status out = isDone ? ok() : Status(sqlError(text ? text : "unknown error"));
        duckdb_destroy_result(&result);
        return out;
    }
    duckdb_connection connection() const { return m_connection; }

private:
    duckdb_database m_database = nullptr;
    duckdb_connection m_connection = nullptr;
};

Error takeError(duckdb_error_data& data)
{
    const char* text = duckdb_error_data_message(data);
    Error out = sqlError(text ? text : "unknown error");
    duckdb_destroy_error_data(&data);
    return out;
}

// Prepared, executed, streamed; every handle freed.
class Statement
{
public:
    Statement() = default;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement()
    {
        if (m_hasResult)
            duckdb_destroy_result(&m_result);
        if (m_prepared)
            duckdb_destroy_prepare(&m_prepared);
        if (m_extracted)
            duckdb_destroy_extracted(&m_extracted);
    }

    Status prepare(duckdb_connection connection, const std::string& sql)
    {
        const idx_t count = duckdb_extract_statements(connection, sql.c_str(), &m_extracted);
        if (count == 0) {
            const char* text = duckdb_extract_statements_error(m_extracted);
            return sqlError(text ? text : "there is no statement");
        }
        if (count > 1)
            return sqlError("one statement at a time, found " + std::to_string(count));
        if (duckdb_prepare_extracted_statement(connection, m_extracted, 0, &m_prepared)
            != DuckDBSuccess)
            return sqlError(duckdb_prepare_error(m_prepared));
        const duckdb_statement_type type = duckdb_prepared_statement_type(m_prepared);
        if (type != DUCKDB_STATEMENT_TYPE_SELECT && type != DUCKDB_STATEMENT_TYPE_EXPLAIN
            && type != DUCKDB_STATEMENT_TYPE_RELATION)
            return Error{.code = ErrorCode::PermissionDenied,
                         .message = "only statements that read can be run here",
                         .object = "SQL",
                         .hint = "Tables are written by pipelines: add a delta_sink.",
                         .cause = {}};
        return ok();
    }
    Status execute(SqlResult& out)
    {
        m_hasResult = true;
        duckdb_pending_result pending = nullptr;
        duckdb_state state = duckdb_pending_prepared_streaming(m_prepared, &pending);
        if (state == DuckDBSuccess)
            state = duckdb_execute_pending(pending, &m_result);
        Status status = ok();
        if (state != DuckDBSuccess) {
            const char* text = duckdb_result_error(&m_result);
            const char* early = pending ? duckdb_pending_error(pending) : nullptr;
            status = sqlError(text ? text : early ? early : "unknown error");
        }
        duckdb_destroy_pending(&pending);
        if (!status)
            return status;
        return importSchema(out);
    }
    Result<bool> fetch(SqlResult& out, std::int64_t maxRows)
    {
        duckdb_data_chunk chunk = duckdb_fetch_chunk(m_result);
        if (!chunk) {
            const char* text = duckdb_result_error(&m_result);
            if (text && *text)
                return sqlError(text);
            return false;
        }
        ArrowArray array{};
        duckdb_arrow_options options = duckdb_result_get_arrow_options(&m_result);
        duckdb_error_data failure = duckdb_data_chunk_to_arrow(options, chunk, &array);
        duckdb_destroy_arrow_options(&options);
        duckdb_destroy_data_chunk(&chunk);
        if (failure)
            return takeError(failure);
        auto batch = arrow::ImportRecordBatch(&array, out.schema);
        if (!batch.ok())
            return errorFromArrow(batch.status(), "SQL");
        if (maxRows > 0 && out.rows + (*batch)->num_rows() > maxRows) {
            out.isTruncated = true;
            *batch = (*batch)->Slice(0, maxRows - out.rows);
        }
        out.rows += (*batch)->num_rows();
        out.batches.push_back(std::move(*batch));
        return !out.isTruncated;
    }

private:
    Status importSchema(SqlResult& out)
    {
        const idx_t count = duckdb_column_count(&m_result);
        std::vector<duckdb_logical_type> types;
        std::vector<const char*> names;
        for (idx_t i = 0; i < count; ++i) {
            types.push_back(duckdb_column_logical_type(&m_result, i));
            names.push_back(duckdb_column_name(&m_result, i));
        }
        ArrowSchema schema{};
        duckdb_arrow_options options = duckdb_result_get_arrow_options(&m_result);
        duckdb_error_data failure
            = duckdb_to_arrow_schema(options, types.data(), names.data(), count, &schema);
        duckdb_destroy_arrow_options(&options);
        for (duckdb_logical_type& type : types)
            duckdb_destroy_logical_type(&type);
        if (failure)
            return takeError(failure);
        auto imported = arrow::ImportSchema(&schema);
        if (!imported.ok())
            return errorFromArrow(imported.status(), "SQL");
        out.schema = std::move(*imported);
        return ok();
    }

    duckdb_extracted_statements m_extracted = nullptr;
    duckdb_prepared_statement m_prepared = nullptr;
    duckdb_result m_result{};
    bool m_hasResult = false;
};

// Makes a view of every table whose name stands in the text, or of all for SHOW.
Status makeViews(Session& session, const flow::TableFiles& tables, const std::string& sql)
{
    const std::string text = lowered(sql);
    const bool wantsAll = text.find("show") != std::string::npos
        || text.find("information_schema") != std::string::npos;
    for (const std::string& table : tables.tableNames()) {
        const std::string name = lowered(table.substr(table.find('.') + 1));
        const bool isNamed = text.find(name) != std::string::npos;
        if (!isNamed && !wantsAll)
            continue;
        const auto files = tables.tableFiles(table);
        if (!files) {
            if (!isNamed)
                continue;
            return files.error();
        }
        SLUICE_TRY(session.execute(viewStatements(*files)));
    }
    return ok();
}

std::string quarterOfMemory()
{
    const auto pages = std::int64_t(::sysconf(_SC_PHYS_PAGES));
    return std::to_string(std::max<std::int64_t>(256 << 20, pages * ::sysconf(_SC_PAGESIZE) / 4)
                          >> 20)
        + "MB";
}

} // namespace

struct SqlEngine::Running
{
    duckdb_connection connection = nullptr;
};

SqlEngine::SqlEngine(const flow::TableFiles& tables, std::string lakeFolder)
    : m_tables(tables)
    , m_lakeFolder(std::move(lakeFolder))
{
}

SqlEngine::~SqlEngine() = default;

void SqlEngine::cancelAll()
{
    const std::lock_guard lock(m_mutex);
    for (const Running* running : m_running)
        duckdb_interrupt(running->connection);
}

Result<SqlResult> SqlEngine::run(const std::string& sql, std::int64_t maxRows)
{
    const auto begin = systemClock().steadyNow();
    Session session;
    SLUICE_TRY(session.open());
    SLUICE_TRY(session.execute("SET TimeZone = 'UTC'; SET threads = 2; SET memory_limit = "
                               + quotedText(quarterOfMemory())));
    SLUICE_TRY(makeViews(session, m_tables, sql));
    SLUICE_TRY(session.execute("SET allowed_directories = [" + quotedText(m_lakeFolder + "/")
                               + "]; SET enable_external_access = false; "
                                 "SET lock_configuration = true"));
    Running running{session.connection()};
    {
        const std::lock_guard lock(m_mutex);
        m_running.push_back(&running);
    }
    SqlResult out;
    Status status = ok();
    {
        Statement statement;
        status = statement.prepare(session.connection(), sql);
        if (status)
            status = statement.execute(out);
        for (bool hasMore = bool(status); hasMore;) {
            Result<bool> fetched = statement.fetch(out, maxRows);
            hasMore = fetched && *fetched;
            if (!fetched)
                status = fetched.error();
        }
    }
    {
        const std::lock_guard lock(m_mutex);
        std::erase(m_running, &running);
    }
    if (!status)
        return std::move(status).takeError();
    out.seconds = double(systemClock().steadyNow().ns - begin.ns) * 1e-9;
    return out;
}

std::string cellText(const arrow::Array& values, std::int64_t row)
{
    if (values.IsNull(row))
        return "NULL";
    switch (values.type_id()) {
    case arrow::Type::STRING:
        return std::string(static_cast<const arrow::StringArray&>(values).GetView(row));
    case arrow::Type::TIMESTAMP: {
        const auto& type = static_cast<const arrow::TimestampType&>(*values.type());
        const std::int64_t value = static_cast<const arrow::TimestampArray&>(values).Value(row);
        if (type.unit() != arrow::TimeUnit::MICRO)
            break;
        std::string text = timestampText(value);
        text[text.find('T')] = ' ';
        text.pop_back(); // the Z: all times are UTC
        return text.ends_with(".000") ? text.substr(0, text.size() - 4) : text;
    }
    case arrow::Type::LIST:
    case arrow::Type::STRUCT:
    case arrow::Type::MAP:
    case arrow::Type::BOOL:
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
    case arrow::Type::DECIMAL128: {
        std::string out;
        formats::encodeJsonValue(values, row, false, out);
        return out;
    }
    default: break;
    }
    const auto scalar = values.GetScalar(row);
    return scalar.ok() ? (*scalar)->ToString() : std::string();
}

} // namespace sluice::query
