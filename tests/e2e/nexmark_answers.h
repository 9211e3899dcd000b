// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <duckdb.h>

namespace sluice::test {

/// DuckDB over the events of a Nexmark run: tables person, auction, bid and side. Times are
/// TIMESTAMP columns.
class NexmarkAnswers
{
public:
    /// Reads <folder>/{person,auction,bid}.jsonl and side_input.csv.
    explicit NexmarkAnswers(const std::string& folder);
    ~NexmarkAnswers();
    NexmarkAnswers(const NexmarkAnswers&) = delete;
    NexmarkAnswers& operator=(const NexmarkAnswers&) = delete;

    /// Compares the rows that a query's SQL has with those of our JSON files, each as often as it
    /// comes. A change stream is folded to what it ends at. Returns "" or what differs, and the
    /// number of rows.
    std::string compare(const std::string& sql, const std::string& ourFiles, std::int64_t& rows);

    /// Returns the text of the only value of a query; a failure's text if it fails.
    std::string value(const std::string& sql);

private:
    std::vector<std::vector<std::string>> query(const std::string& sql);

    duckdb_database m_database = nullptr;
    duckdb_connection m_connection = nullptr;
    std::string m_failure; // of the last query; "" = none
};

} // namespace sluice::test
