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
    std::string key; // names the order, for CancelShadow; may be ""
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
    std::string key;       // names the order, for CancelReplay; may be ""
};
/// Gives up what a replay of rejects has not read yet; what it has read stays.
struct CancelReplay
{
    std::string pipeline;
    std::string key; // only the order of this key; "" = whatever the pipeline has not read
};

/// Where a replay reads: the records that bronze keeps, or the sources themselves once more.
enum class ReplayOrigin { Bronze, Source };

/// Which records a replay reads, as it is typed; "" does not bound.
struct ReplayBounds
{
    std::string fromTime, untilTime;     // of arrival: "2026-01-31 10:00" UTC, or before now: "7d"
    std::string fromOffset, untilOffset; // by partition: "0=17,3=400"; the end is not read itself
    bool operator==(const ReplayBounds&) const = default;
};

/// Runs a pipeline, as it is, over the records that its bronze tables keep, or that its sources
/// still have, into shadow tables beside the real ones ("gold.sales__shadow"). Done when it has
/// caught up, or has read to the end of its bounds. One that was interrupted goes on.
struct ReplayPipeline
{
    std::string pipeline;
    ReplayOrigin from = ReplayOrigin::Bronze;
    ReplayBounds bounds;
    bool closesWindows = false; // emit every window at the end, as if input were over
    std::string key;            // names the order, for CancelShadow; may be ""
};
/// Puts the shadow tables' content and state in the place of the real ones, a commit a table; the
/// pipeline goes on from where it is. Reads first what has come since, and behind an end that the
/// replay had.
struct SwapShadow
{
    std::string pipeline;
    bool isForced = false; // though the shadow holds a part only
    std::string key;       // names the order, for CancelShadow; may be ""
};
/// Ends a replay and removes the shadow: nothing is left of it.
struct DiscardShadow
{
    std::string pipeline;
};
/// Gives up what the order of this key does with a shadow, and nothing that others asked for: of a
/// replay or a rebuild nothing is left; of a swap the shadow is, and the pipeline goes on.
struct CancelShadow
{
    std::string pipeline, key;
};

using Command = std::variant<DeployPipeline, StartPipeline, StopPipeline, SetRate, RemovePipeline,
                             StartDemoPlant, SaveConnection, RemoveConnection, ReplayRejects,
                             CancelReplay, ReplayPipeline, SwapShadow, DiscardShadow, CancelShadow>;

struct Outcome
{
    CommandId id = 0;
    std::string text;           // "orders: version 3 runs"
    std::optional<Error> error; // unset = done
};

} // namespace sluice::api
