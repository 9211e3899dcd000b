// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sluice::api {

/// What the engine shows of itself: immutable values, published every 100 ms, read by anyone.
/// Units: rates in rows/s or bytes/s over the last second; times in microseconds UTC; shares in
/// [0, 1]; -1 = not known. Names are those of the documents.

enum class RunState { Stopped, Starting, Running, Stopping, Finished, Failed };
enum class NodeRole { Source, Transform, Quality, Join, Window, Sink };

/// Rows that did not go on, by reason, since the run began or per second.
struct RejectCounts
{
    std::uint64_t filtered = 0, dropped = 0, duplicate = 0, late = 0, deadLetter = 0,
                  quarantined = 0;
    std::uint64_t rejected() const { return dropped + late + deadLetter + quarantined; }
    bool operator==(const RejectCounts&) const = default;
};

struct NodeSnapshot
{
    std::string name;
    std::string type;      // node kind: "window_aggregate"
    std::string typeTitle; // "Window aggregate"
    std::string summary;   // "Window, 1 min"
    NodeRole role = NodeRole::Transform;
    std::string layer;       // sinks: bronze | silver | gold | ""
    std::string target;      // sinks: table or topic
    bool isImplicit = false; // the dead-letter, late and quarantine sinks that every pipeline has
    std::uint64_t rowsIn = 0, rowsOut = 0;
    std::uint64_t created = 0, merged = 0; // rows made from state, rows that went into it for good
    double rateLimit = 0;                  // rows/s of a source or sink at most; 0 = no limit
    double rowsInPerSecond = 0, rowsOutPerSecond = 0, bytesOutPerSecond = 0;
    RejectCounts rejects;
    double busyShare = 0, blockedShare = 0; // of the last second; idle is the rest
    std::int64_t watermarkUs = INT64_MIN;
    std::int64_t lagRows = -1, lagUs = -1; // sources
    std::int64_t heldRows = 0, stateKeys = 0, stateBytes = 0;
    std::int64_t committedRows = 0; // sinks
    std::int64_t freshnessUs = -1;  // sinks: now - watermark of the last commit
    std::uint64_t errors = 0;
    std::string trouble;     // "" = none; a sentence
    bool isConserved = true; // in + created = out + rejected + merged + held
};

struct EdgeSnapshot
{
    std::string from, to;
    bool isReject = false; // carries rejected rows to an implicit sink
    double rowsPerSecond = 0, bytesPerSecond = 0;
    std::uint64_t rows = 0;
    std::int64_t queuedRows = 0;
    double fillShare = 0; // 1 = full: the writer waits
};

/// Latency from arrival at the source to commit in every sink, over the last 15 s.
struct LatencySnapshot
{
    std::int64_t p50Us = -1, p95Us = -1, p99Us = -1, maxUs = -1;
    std::uint64_t count = 0;
};

struct RuleSnapshot
{
    std::string node, name, check, onFail;
    std::uint64_t passed = 0, failed = 0; // since the run began
    double failedPerSecond = 0;
    std::array<int, 5> lastRuns{-1, -1, -1, -1,
                                -1}; // last five minutes, oldest first: 0 ok, 1 failed, -1 none
};

/// How far the last replay of rejects is in this run.
struct ReplaySnapshot
{
    std::string id; // "" = there was none
    std::uint64_t done = 0, total = 0;
    std::string trouble; // why it was given up
};

struct PipelineSnapshot
{
    std::string name;
    std::string description;
    std::string documentPath;
    int version = 0;
    RunState state = RunState::Stopped;
    std::string stateReason; // why it failed
    std::int64_t startedUs = 0;
    std::vector<NodeSnapshot> nodes;
    std::vector<EdgeSnapshot> edges;
    std::vector<RuleSnapshot> rules;
    std::int64_t epoch = 0;
    std::int64_t lastCommitUs = 0;
    double epochSeconds = 1;
    double rowsInPerSecond = 0, bytesInPerSecond = 0;
    std::uint64_t rowsIn = 0;
    RejectCounts rejects;
    double rejectedPerSecond = 0;
    LatencySnapshot latency;
    std::int64_t lagRows = -1, lagUs = -1;
    std::int64_t watermarkDelayUs = -1; // now - least watermark of the sources
    bool isConserved = true;
    ReplaySnapshot replay;
    std::int64_t rowsExpected = -1; // of a shadow: about so many records are kept
    bool isInputOver = false; // bounded sources are read, others have been silent for two seconds
    std::map<std::string, std::pair<double, double>> canvas; // node -> position in the document
};

struct ConnectionSnapshot
{
    std::string name;
    std::string kind;    // "kafka"
    std::string summary; // bootstrap servers, never a secret
    enum class Health { Unknown, Ok, Trouble } health = Health::Unknown;
    std::string trouble;
    std::int64_t checkedUs = 0;
    std::vector<std::pair<std::string, std::string>> options; // as kept; secrets by reference
};

/// Something that happened: a start, a stop, a failure, a deploy. Newest last; at most 500.
struct EventSnapshot
{
    std::int64_t timeUs = 0;
    enum class Level { Info, Warning, Critical } level = Level::Info;
    std::string object; // pipeline or pipeline/node
    std::string text;
};

/// An objective of a pipeline document, measured.
struct ObjectiveSnapshot
{
    std::string name, pipeline;
    std::string
        indicator; // freshness | latency_p99 | throughput | completeness | quality | availability
    std::string table;
    std::string unit;         // "s", "%", "rec/s"
    double value = 0;         // in unit
    bool hasValue = false;    // false = no data, which is never good
    double threshold = 0;     // in unit
    bool isUpperBound = true; // value must stay <= threshold (freshness) or >= (throughput)
    double targetShare = 0.999;
    double goodShare = 1; // of the minute slices seen in the window
    double budgetLeftShare = 1;
    double burn1h = 0, burn6h = 0;
    bool isMet = true;
};

struct EngineSnapshot
{
    std::uint64_t generation = 0;
    std::int64_t timeUs = 0;
    std::string workspaceName, workspacePath,
        environment; // environment: "" = this computer, dev, test, prod
    std::vector<PipelineSnapshot> pipelines;
    std::vector<ConnectionSnapshot> connections;
    std::vector<ObjectiveSnapshot> objectives;
    std::vector<EventSnapshot> events;
    double cpuShare = 0; // of all cores of the machine
    std::int64_t residentBytes = 0;
    std::uint64_t historySeconds = 0; // how far back the series reach
};

using EngineSnapshotPtr = std::shared_ptr<const EngineSnapshot>;

} // namespace sluice::api
