// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::api {

/// Questions that take longer than a snapshot. Engine::ask returns at once; the Answer with the
/// same RequestId comes out of Engine::takeAnswers later. Ask again and drop older ids.
using RequestId = std::uint64_t;

/// A time series between two points, reduced to at most columns cells of least and greatest value.
/// metric and object, for a pipeline p, node n, edge a->b:
///   object "" (all pipelines): rows_in, rows_bronze, rows_silver, rows_gold (rows/s written by
///   layer),
///          rejected_late, rejected_dead_letter, rejected_quarantined, rejected_dropped, cpu,
///          resident_bytes
///   object "p": rows_in, rows_bronze, rows_silver, rows_gold, latency_p50, latency_p95,
///   latency_p99 (us),
///          lag_us, lag_rows, watermark_delay_us, rejected_late, ..., rejected
///   object "p/n": rows_in, rows_out, busy, blocked, freshness_us, lag_us, state_bytes
///   object "p/a->b": rows, fill
///   object "p/n/rule": pass_share, failed
struct SeriesQuery
{
    std::string metric;
    std::string object;
    std::int64_t fromUs = 0, toUs = 0;
    int columns = 600;
};
struct SeriesCell
{
    std::int64_t timeUs = 0;
    double min = 0, max = 0, last = 0;
};
struct SeriesAnswer
{
    std::vector<SeriesCell> cells; // ascending; a missing cell is a gap
};

struct TableListQuery
{
};
struct TableInfo
{
    std::string name; // "silver.orders"
    std::string layer;
    std::int64_t version = -1;
    std::int64_t rows = 0, bytes = 0, files = 0;
    std::int64_t lastCommitUs = 0;
    std::vector<std::string> partitionColumns;
    std::string trouble; // damaged: what and where
};
struct TableListAnswer
{
    std::vector<TableInfo> tables;
};

struct TableDetailQuery
{
    std::string table;
    int previewRows = 100;
    std::optional<std::int64_t> version; // time travel
};
struct ColumnInfo
{
    std::string name, type;
    bool isNullable = true;
};
struct CommitInfo
{
    std::int64_t version = 0, timeUs = 0, rows = 0, addedFiles = 0, removedFiles = 0, bytes = 0;
    std::string operation, engine;
};
/// Rows as text, ready to be shown; null is an empty optional.
struct Grid
{
    std::vector<ColumnInfo> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;
    std::int64_t totalRows = -1; // -1 = not counted
};
struct TableDetailAnswer
{
    TableInfo info;
    std::vector<ColumnInfo> schema;
    std::vector<CommitInfo> history; // newest first
    Grid preview;
};

struct SqlQuery
{
    std::string sql;
    int maxRows = 1000;
};
struct SqlAnswer
{
    Grid grid;
    double seconds = 0;
    bool isTruncated = false;
};

/// The newest records seen on an edge (at most 256), oldest first.
struct RecentRecordsQuery
{
    std::string pipeline, from, to;
};
struct RecentRecordsAnswer
{
    Grid grid; // first columns: time, partition, offset where known
};

/// Tests a Kafka connection step by step: name, TCP, TLS, sign-in, metadata, one record. Steps
/// after a failed one are skipped. Either a saved connection or options as typed.
struct ConnectionTestQuery
{
    std::string connection;                                   // saved name, or ""
    std::vector<std::pair<std::string, std::string>> options; // as typed; secrets by reference
    std::string topic;                                        // to read one record from; may be ""
};
struct ConnectionTestStep
{
    std::string name; // "DNS", "TCP", "TLS", "SASL", "Metadata", "Read one record"
    enum class State { Pending, Running, Ok, Failed, Skipped } state = State::Pending;
    std::string detail; // what was found, or what failed and the cure
    double seconds = 0;
};
struct ConnectionTestAnswer
{
    std::vector<ConnectionTestStep> steps;
    bool isDone = true; // answers of a running test come with false first
};

/// What the nodes of a running pipeline decided lately, newest first: all rejects and a few sampled
/// rows of every fifth of a second, of each node the last 256. Empty texts and -1 do not choose.
struct DecisionsQuery
{
    std::string pipeline, node;
    std::string partition;
    std::int64_t position = -1;
    std::string text; // a part of the reason or of the row's values
    std::size_t limit = 1000;
};
struct DecisionInfo
{
    std::string node;
    std::string partition; // "" where rows had been merged before
    std::int64_t position = 0;
    std::string verdict; // pass | kept (in state) | filtered | dropped | duplicate | late | ...
    std::string rule, text, values;
    std::int64_t version = 0; // of the pipeline
    std::int64_t timeUs = 0;
};
struct DecisionsAnswer
{
    std::vector<DecisionInfo> decisions;
};

/// The document of a deployed pipeline as text.
struct DocumentQuery
{
    std::string pipeline;
};
struct DocumentAnswer
{
    std::string text;
};

using Query = std::variant<SeriesQuery, TableListQuery, TableDetailQuery, SqlQuery,
                           RecentRecordsQuery, ConnectionTestQuery, DocumentQuery, DecisionsQuery>;
using AnswerBody
    = std::variant<Error, SeriesAnswer, TableListAnswer, TableDetailAnswer, SqlAnswer,
                   RecentRecordsAnswer, ConnectionTestAnswer, DocumentAnswer, DecisionsAnswer>;

struct Answer
{
    RequestId id = 0;
    AnswerBody body;
};

} // namespace sluice::api
