// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/nexmark_answers.h"

namespace sluice::test {
namespace {

std::string readJson(const std::string& files, const std::string& columns)
{
    return "read_json('" + files + "', format = 'newline_delimited', columns = {" + columns + "})";
}

} // namespace

NexmarkAnswers::NexmarkAnswers(const std::string& folder)
{
    duckdb_open(nullptr, &m_database);
    duckdb_connect(m_database, &m_connection);
    query("SET TimeZone = 'UTC'");
    query("SET threads = 1");
    query("CREATE TABLE person AS SELECT * REPLACE (make_timestamp(dateTime * 1000) AS dateTime) "
          "FROM "
          + readJson(folder + "/person.jsonl",
                     "id: 'BIGINT', name: 'VARCHAR', emailAddress: 'VARCHAR', creditCard: "
                     "'VARCHAR', city: 'VARCHAR', state: 'VARCHAR', dateTime: 'BIGINT', extra: "
                     "'VARCHAR'"));
    query("CREATE TABLE auction AS SELECT * REPLACE (make_timestamp(dateTime * 1000) AS dateTime, "
          "make_timestamp(expires * 1000) AS expires) FROM "
          + readJson(folder + "/auction.jsonl",
                     "id: 'BIGINT', itemName: 'VARCHAR', description: 'VARCHAR', initialBid: "
                     "'BIGINT', reserve: 'BIGINT', dateTime: 'BIGINT', expires: 'BIGINT', seller: "
                     "'BIGINT', category: 'BIGINT', extra: 'VARCHAR'"));
    query("CREATE TABLE bid AS SELECT * REPLACE (make_timestamp(dateTime * 1000) AS dateTime) FROM "
          + readJson(folder + "/bid.jsonl",
                     "auction: 'BIGINT', bidder: 'BIGINT', price: 'BIGINT', channel: 'VARCHAR', "
                     "url: 'VARCHAR', dateTime: 'BIGINT', extra: 'VARCHAR'"));
    query("CREATE TABLE side AS FROM read_csv('" + folder + "/side_input.csv')");
}

NexmarkAnswers::~NexmarkAnswers()
{
    duckdb_disconnect(&m_connection);
    duckdb_close(&m_database);
}

std::vector<std::vector<std::string>> NexmarkAnswers::query(const std::string& sql)
{
    std::vector<std::vector<std::string>> out;
    duckdb_result result;
    if (duckdb_query(m_connection, sql.c_str(), &result) != DuckDBSuccess) {
        m_failure = duckdb_result_error(&result);
    } else {
        m_failure.clear();
        for (idx_t row = 0; row < duckdb_row_count(&result); ++row) {
            out.emplace_back();
            for (idx_t column = 0; column < duckdb_column_count(&result); ++column) {
                char* text = duckdb_value_varchar(&result, column, row);
                out.back().emplace_back(text ? text : "null");
                duckdb_free(text);
            }
        }
    }
    duckdb_destroy_result(&result);
    return out;
}

std::string NexmarkAnswers::value(const std::string& sql)
{
    const auto rows = query(sql);
    return rows.empty() ? m_failure : rows.front().front();
}

std::string NexmarkAnswers::compare(const std::string& sql, const std::string& ourFiles,
                                    std::int64_t& rows)
{
    query("CREATE OR REPLACE TABLE answer AS " + sql);
    if (!m_failure.empty())
        return m_failure;
    rows = std::stoll(value("SELECT count(*) FROM answer"));
    std::string names, columns;
    for (const auto& column : query("SELECT column_name, column_type FROM (DESCRIBE answer)")) {
        names += (names.empty() ? "" : ", ") + column[0];
        columns += (columns.empty() ? "" : ", ") + column[0] + ": '" + column[1] + "'";
    }
    // Rows of another kind of stream have no such column: null, which counts as one more row.
    query("CREATE OR REPLACE TABLE changes AS FROM "
          + readJson(ourFiles, columns + ", change_type: 'VARCHAR'"));
    if (!m_failure.empty())
        return m_failure;
    const std::string signedRows = "SELECT " + names
        + ", CASE WHEN change_type IN ('delete', 'update_preimage') THEN -1 ELSE 1 END AS times "
          "FROM changes UNION ALL SELECT "
        + names + ", -1 FROM answer";
    const auto different
        = query("SELECT * FROM (SELECT " + names + ", sum(times) AS times FROM (" + signedRows
                + ") GROUP BY ALL) WHERE times <> 0 ORDER BY ALL LIMIT 6");
    if (!m_failure.empty())
        return m_failure;
    std::string out;
    for (const auto& row : different) {
        out += "\n  ";
        for (const std::string& field : row)
            out += field + " | ";
    }
    return out.empty() ? out : "times more than in the answer, at the end of each row:" + out;
}

} // namespace sluice::test
