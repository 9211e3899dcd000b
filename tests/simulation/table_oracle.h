// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/table_files.h"
#include "tests/simulation/random_pipeline.h"

#include <string>

#include <duckdb.h>

namespace sluice::test {

/// Computes with DuckDB what a random pipeline must write, and compares it with the lake.
class TableOracle
{
public:
    /// input: the file of lines that the pipeline read.
    TableOracle(const RandomPipeline& pipeline, const std::string& input,
                const std::string& lookup);
    ~TableOracle();
    TableOracle(const TableOracle&) = delete;
    TableOracle& operator=(const TableOracle&) = delete;

    /// Returns what differs, a line a table; "" if nothing does.
    std::string compare(const flow::TableFiles& lake);

private:
    /// Returns the first column of the answer, a line a row.
    Result<std::string> ask(const std::string& sql);
    std::string mustAsk(const std::string& sql);
    /// Returns what differs in a table.
    Result<std::string> differences(const RandomPipeline::TableCheck& check,
                                    const flow::TableFileSet& files);

    const RandomPipeline& m_pipeline;
    duckdb_database m_database = nullptr;
    duckdb_connection m_connection = nullptr;
};

} // namespace sluice::test
