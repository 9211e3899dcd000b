// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/flow/table_files.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <arrow/record_batch.h>

namespace sluice::query {

struct SqlResult
{
    std::shared_ptr<arrow::Schema> schema;
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    std::int64_t rows = 0;
    bool isTruncated = false; // there were more than maxRows
    double seconds = 0;
};

/// SQL (DuckDB's) over the tables of the lake, as schema.table. Reads the newest version of each
/// table that the text names; nothing but the lake's files can be read and nothing written.
///
/// run() may be called from several threads; each call has a database of its own, in memory, held
/// to a quarter of the machine's memory and two threads beside the pipelines.
class SqlEngine
{
public:
    /// tables must outlive the engine.
    SqlEngine(const flow::TableFiles& tables, std::string lakeFolder);
    ~SqlEngine();

    /// Runs one statement that reads (SELECT, WITH, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN). maxRows 0
    /// is without limit. Errors carry DuckDB's message with the line in question.
    Result<SqlResult> run(const std::string& sql, std::int64_t maxRows);
    /// Interrupts every query that runs now; they return Cancelled.
    void cancelAll();

private:
    struct Running;
    const flow::TableFiles& m_tables;
    const std::string m_lakeFolder;
    std::mutex m_mutex;
    std::vector<Running*> m_running;
};

/// Returns a value as people read it (text without quotes, times as 2026-01-01 12:00:00); json
/// columns and nested values as JSON. Null is "NULL"; ask IsNull before.
std::string cellText(const arrow::Array& values, std::int64_t row);

} // namespace sluice::query
