// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::api {

/// Which record is meant: by a value in it, or by where it stood in its stream.
struct TraceRequest
{
    std::string pipeline;
    std::string key, value;     // a field of the record and its text
    std::string partition;      // else: "3" of a topic, the path of a file ...
    std::int64_t position = -1; // ... and its offset there
    int limit = 5;              // records, if several have the value
};

/// What one node made of a record, and how that is known.
struct TraceStep
{
    std::string node, type, target;
    std::string verdict; // pass | filtered | ... | quarantined | written | not reached | unknown
    std::string rule, reason, values;
    std::string knownBy;      // table | ring | way (another node has had it) | ""
    std::int64_t version = 0; // of the pipeline that decided; 0 = not known
    std::int64_t timeUs = 0;  // of the decision or the arrival; 0 = not known
    std::int64_t attempt = 0; // rejects: which
    std::string replayId;     // rejects that were replayed since: by which replay
};

struct RecordTrace
{
    std::string source, partition;
    std::int64_t position = 0, eventUs = 0, arrivalUs = 0;
    std::string data; // as it arrived
    std::vector<TraceStep> steps;
};

/// Rows of a table that have the value in a column of the key's name.
struct TraceRows
{
    std::string node, table;
    std::int64_t rows = 0;
    std::vector<std::string> samples; // as JSON
};

struct TraceAnswer
{
    std::vector<RecordTrace> records;
    std::vector<TraceRows> tables;
};

/// Tells the way of a record: from the tables of its pipeline, and from what the nodes of a run
/// remember if a process holds the workspace. NotFound if no table has it.
Result<TraceAnswer> traceRecord(const std::string& workspace, const TraceRequest& request);

} // namespace sluice::api
