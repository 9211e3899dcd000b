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
    ask("SET threads = 1");
    ask("SET TimeZone = 'UTC'");
    ask("CREATE TABLE lines AS SELECT line FROM read_csv('" + input
        + "', columns = {'line': 'VARCHAR'}, delim = chr(1), quote = '', escape = '', header = "
          "false, null_padding = true)");
    ask("CREATE TABLE keys AS SELECT * FROM read_csv('" + lookup + "')");
    for (const std::string& view : pipeline.views())
        ask(view);
}

TableOracle::~TableOracle()
{
    duckdb_disconnect(&m_connection);
    duckdb_close(&m_database);
}

std::string TableOracle::ask(const std::string& sql)
{
    std::string out;
    duckdb_result result;
    if (duckdb_query(m_connection, sql.c_str(), &result) != DuckDBSuccess)
        qFatal("%s\n%s", sql.c_str(), duckdb_result_error(&result));
    for (idx_t row = 0; row < duckdb_row_count(&result); ++row) {
        char* text = duckdb_value_varchar(&result, 0, row);
        out += std::string(text ? text : "null") + "\n";
        duckdb_free(text);
    }
    duckdb_destroy_result(&result);
    return out;
}

std::string TableOracle::compare(const flow::TableFiles& lake)
{
    std::string out;
    for (const auto& check : m_pipeline.checks()) {
        const std::string count = ask("SELECT count(*) FROM (" + check.wanted + ")");
        auto files = lake.tableFiles(check.table);
        if (!files) {
            if (count != "0\n")
                out += check.table + ": " + files.error().text() + "\n";
            continue;
        }
        ask(query::viewStatements(*files));
        ask("CREATE OR REPLACE VIEW actual AS SELECT * FROM " + check.table);
        const auto difference = [&](const std::string& more, const std::string& less) {
            return ask("SELECT CAST(r AS VARCHAR) FROM (SELECT * FROM (" + more
                       + ") EXCEPT ALL SELECT * FROM (" + less + ")) AS r LIMIT 5");
        };
        const std::string lost = difference(check.wanted, check.actual);
        const std::string added = difference(check.actual, check.wanted);
        if (!lost.empty())
            out += check.table + " lacks:\n" + lost;
        if (!added.empty())
            out += check.table + " has beside what it should:\n" + added;
    }
    return out;
}

} // namespace sluice::test
