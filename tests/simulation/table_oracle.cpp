// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/table_oracle.h"

#include "engine/query/table_view.h"

#include <QTest>

namespace sluice::test {

TableOracle::TableOracle(const RandomPipeline& pipeline, const std::string& input,
                         const std::string& lookup)
    : m_pipeline(pipeline)
{
    duckdb_open(nullptr, &m_database);
    duckdb_connect(m_database, &m_connection);
    mustAsk("SET threads = 1");
    mustAsk("SET TimeZone = 'UTC'");
    mustAsk("CREATE TABLE lines AS SELECT line FROM read_csv('" + input
            + "', columns = {'line': 'VARCHAR'}, delim = chr(1), quote = '', escape = '', header = "
              "false, null_padding = true)");
    mustAsk("CREATE TABLE keys AS SELECT * FROM read_csv('" + lookup + "')");
    for (const std::string& view : pipeline.views())
        mustAsk(view);
}

TableOracle::~TableOracle()
{
    duckdb_disconnect(&m_connection);
    duckdb_close(&m_database);
}

Result<std::string> TableOracle::ask(const std::string& sql)
{
    std::string out;
    duckdb_result result;
    if (duckdb_query(m_connection, sql.c_str(), &result) != DuckDBSuccess) {
        Error error{.code = ErrorCode::StorageFailed,
                    .message = duckdb_result_error(&result),
                    .object = "DuckDB",
                    .hint = sql};
        duckdb_destroy_result(&result);
        return error;
    }
    for (idx_t row = 0; row < duckdb_row_count(&result); ++row) {
        char* text = duckdb_value_varchar(&result, 0, row);
        out += std::string(text ? text : "null") + "\n";
        duckdb_free(text);
    }
    duckdb_destroy_result(&result);
    return out;
}

std::string TableOracle::mustAsk(const std::string& sql)
{
    Result<std::string> answer = ask(sql);
    if (!answer)
        qFatal("%s", answer.error().text().c_str());
    return std::move(*answer);
}

Result<std::string> TableOracle::differences(const RandomPipeline::TableCheck& check,
                                             const flow::TableFileSet& files)
{
    SLUICE_TRY(ask(query::viewStatements(files)));
    SLUICE_TRY(ask("CREATE OR REPLACE VIEW actual AS SELECT * FROM " + check.table));
    const auto rowsOnlyIn = [&](const std::string& more, const std::string& less) {
        return ask("SELECT CAST(r AS VARCHAR) FROM (SELECT * FROM (" + more
                   + ") EXCEPT ALL SELECT * FROM (" + less + ")) AS r LIMIT 5");
    };
    SLUICE_TRY(const std::string lost, rowsOnlyIn(check.wanted, check.actual));
    SLUICE_TRY(const std::string added, rowsOnlyIn(check.actual, check.wanted));
    return (lost.empty() ? "" : check.table + " lacks:\n" + lost)
        + (added.empty() ? "" : check.table + " has beside what it should:\n" + added);
}

std::string TableOracle::compare(const flow::TableFiles& lake)
{
    std::string out;
    for (const auto& check : m_pipeline.checks()) {
        const std::string count = mustAsk("SELECT count(*) FROM (" + check.wanted + ")");
        const auto files = lake.tableFiles(check.table);
        if (!files) {
            if (count != "0\n")
                out += check.table + ": " + files.error().text() + "\n";
            continue;
        }
        const Result<std::string> found = differences(check, *files);
        out += found ? *found : check.table + ": " + found.error().text() + "\n";
    }
    return out;
}

} // namespace sluice::test
