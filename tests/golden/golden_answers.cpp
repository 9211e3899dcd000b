// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/golden_answers.h"

#include "engine/base/durable_file.h"
#include "engine/query/table_view.h"

#include <sstream>
#include <vector>

#include <duckdb.h>

namespace sluice::test {
namespace {

struct Answer
{
    std::string table, actual, wanted;
};

// Comments that are one word name a table; two statements follow.
std::vector<Answer> readAnswers(const std::string& path)
{
    std::vector<Answer> out;
    std::istringstream in(readFile(path).value());
    bool isActual = true;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("-- ")) {
            if (line.find(' ', 3) == std::string::npos)
                out.push_back({line.substr(3), {}, {}});
            isActual = true;
        } else if (!out.empty()) {
            std::string& query = isActual ? out.back().actual : out.back().wanted;
            const bool isEnd = line.ends_with(';');
            query += line.substr(0, line.size() - (isEnd ? 1 : 0)) + "\n";
            isActual = isActual && !isEnd;
        }
    }
    return out;
}

class Duck
{
public:
    Duck()
    {
        duckdb_open(nullptr, &m_database);
        duckdb_connect(m_database, &m_connection);
    }
    ~Duck()
    {
        duckdb_disconnect(&m_connection);
        duckdb_close(&m_database);
    }
    Duck(const Duck&) = delete;
    Duck& operator=(const Duck&) = delete;

    // The first column, a line a row; an error as its text.
    std::string ask(const std::string& sql)
    {
        std::string out;
        duckdb_result result;
        if (duckdb_query(m_connection, sql.c_str(), &result) != DuckDBSuccess)
            out = std::string(duckdb_result_error(&result)) + "\n";
        else
            for (idx_t row = 0; row < duckdb_row_count(&result); ++row) {
                char* text = duckdb_value_varchar(&result, 0, row);
                out += std::string(text ? text : "null") + "\n";
                duckdb_free(text);
            }
        duckdb_destroy_result(&result);
        return out;
    }

private:
    duckdb_database m_database = nullptr;
    duckdb_connection m_connection = nullptr;
};

} // namespace

std::string compareWithAnswers(const std::string& folder, const flow::TableFiles& lake)
{
    Duck duck;
    duck.ask("SET threads = 1");
    duck.ask("SET TimeZone = 'UTC'");
    duck.ask("CREATE TABLE records AS SELECT * FROM read_json('" + folder
             + "/records.jsonl', columns = {id: 'BIGINT', k: 'BIGINT', g: 'VARCHAR', v: 'BIGINT', "
               "t: 'BIGINT'})");
    std::string out;
    for (const Answer& answer : readAnswers(folder + "/answers.sql")) {
        const auto files = lake.tableFiles(answer.table);
        if (!files) {
            out += files.error().text() + "\n";
            continue;
        }
        duck.ask(query::viewStatements(*files));
        duck.ask("CREATE OR REPLACE VIEW actual AS SELECT * FROM " + answer.table);
        if (duck.ask("SELECT count(*) > 0 FROM (" + answer.wanted + ")") != "true\n")
            out += answer.table + ": the answer has no rows\n";
        const auto rowsOnlyIn = [&](const std::string& more, const std::string& less) {
            return duck.ask("SELECT CAST(r AS VARCHAR) FROM (SELECT * FROM (" + more
                            + ") EXCEPT ALL SELECT * FROM (" + less + ")) AS r LIMIT 5");
        };
        if (const std::string lost = rowsOnlyIn(answer.wanted, answer.actual); !lost.empty())
            out += answer.table + " lacks:\n" + lost;
        if (const std::string added = rowsOnlyIn(answer.actual, answer.wanted); !added.empty())
            out += answer.table + " has beside what it should:\n" + added;
    }
    return out;
}

} // namespace sluice::test
