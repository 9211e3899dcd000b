// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/rejects.h"
#include "engine/base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sluice::api {

/// Orders to the engine. Engine::submit returns at once; the outcome comes out of
/// Engine::takeOutcomes and what changed is in the next snapshot.
using CommandId = std::uint64_t;

/// Checks a document, keeps it as a new version and starts it. A version that runs ends an epoch
/// first; nodes whose definition is the same keep their state, sources go on where they are. If
/// the new version does not come up, the former one is started again.
struct DeployPipeline
{
    std::string documentPath; // relative paths in it start at its folder
    std::string text;         // the document; empty = read documentPath
    bool starts = true;       // false: of a pipeline that does not run, keep it for the next start
    /// Nodes that are rebuilt with all that is below them: their state and tables are made anew
    /// from the records that bronze keeps, while the former version goes on; then the new one takes
    /// over where bronze ended. Of a pipeline that does not run it is done all the same.
    std::vector<std::string> rebuild;
};
struct StartPipeline
{
    std::string pipeline;
};
/// Ends the epoch, commits it and stops.
struct StopPipeline
{
    std::string pipeline;
    bool isInputOver = false; // bounded input: every open window is emitted first
};
/// Limits a source or sink of a pipeline that runs, until it starts again; then its document says.
struct SetRate
{
    std::string pipeline, node;
    double rowsPerSecond = 0; // 0 = no limit
};
struct RemovePipeline
{
    std::string pipeline;
};
/// Starts the built-in plant: its in-process Kafka endpoint and its pipelines. Needs no server.
struct StartDemoPlant
{
    double rate = 20000; // records/s over all sources
};
struct SaveConnection
{
    std::string name, kind = "kafka";
    std::vector<std::pair<std::string, std::string>>
        options; // secrets as "secret:NAME" or "env:NAME"
};
struct RemoveConnection
{
    std::string name;
};

/// Reads rejects once more: each goes on from the node that had turned it away, and nowhere else;
/// one that is turned away again is a new reject of the next attempt. Exactly once: what was
/// replayed stands in replayed.<pipeline> and is left out. Done when all are committed; a pipeline
/// that does not run is started for it alone, without reading its sources.
struct ReplayRejects
{
    RejectFilter filter;   // open ones are taken
    std::string path;      // a file of exportRejects, edited: its lines are meant, not the filter
    std::string id;        // "" = made from what is replayed; a known one is not replayed again
    bool isDryRun = false; // only tell what would be read
};
/// Gives up what a replay has not read yet; what it has read stays.
struct CancelReplay
{
    std::string pipeline;
};

/// Runs a pipeline, as it is, over the records that its bronze tables keep into shadow tables
/// beside the real ones ("gold.sales__shadow"). Done when it has caught up. One that was
/// interrupted goes on.
struct ReplayPipeline
{
    std::string pipeline;
    std::int64_t sinceUs = INT64_MIN; // only records that arrived since
    bool closesWindows = false;       // emit every window at the end, as if input were over
};
/// Puts the shadow tables' content and state in the place of the real ones, a commit a table; the
/// pipeline goes on from where it is. Reads first what has come into bronze since.
struct SwapShadow
{
    std::string pipeline;
    bool isForced = false; // though the shadow holds a part only
};
/// Ends a replay and removes the shadow: nothing is left of it.
struct DiscardShadow
{
    std::string pipeline;
};

using Command = std::variant<DeployPipeline, StartPipeline, StopPipeline, SetRate, RemovePipeline,
                             StartDemoPlant, SaveConnection, RemoveConnection, ReplayRejects,
                             CancelReplay, ReplayPipeline, SwapShadow, DiscardShadow>;

struct Outcome
{
    CommandId id = 0;
    std::string text;           // "orders: version 3 runs"
    std::optional<Error> error; // unset = done
};

} // namespace sluice::api
