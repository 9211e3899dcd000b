// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runtime/latency_window.h"
#include "engine/runtime/manifest.h"
#include "engine/runtime/replay_load.h"
#include "engine/runtime/state_chain.h"
#include "engine/runtime/task_graph.h"

#include <condition_variable>
#include <future>
#include <optional>
#include <thread>

namespace sluice::runtime {

enum class RunPhase { Starting, Running, Stopping, Stopped, Finished, Failed };

struct RunStatus
{
    RunPhase phase = RunPhase::Starting;
    std::string reason; // why it failed
    std::vector<std::string> warnings;
    flow::Epoch epoch = 0; // newest committed
    std::int64_t lastCommitUs = 0;
    std::int64_t startedUs = 0;      // when it was asked for; from Running on, when rows may move
    std::uint64_t committedRows = 0; // by sinks, this run
    ReplayProgress replay;           // of the last one
};

/// A running pipeline: its tasks, and the thread that ends epochs and commits them.
///
/// The way of an epoch e: the coordinator hands a request to every source; each notes its position
/// and sends a marker down its edges; each node, when the marker has come from all inputs, saves
/// its state (sinks: seal their files) and passes it on. When all have reported, the coordinator
/// makes the sinks' files and the state durable, writes the manifest, and commits every sink. The
/// stream goes on meanwhile. After kill -9 the newest manifest is finished and the sources go back
/// to its positions; what came later is read again, and no commit is done twice.
class PipelineRun final : private RunReporter
{
public:
    /// Starts at once on a thread of its own; look at status(). Without one (RunEnvironment) it
    /// starts with the first step().
    PipelineRun(Plan plan, RunEnvironment environment);
    /// Stops without another epoch (as a crash would) unless stopped before.
    ~PipelineRun() override;

    /// Asks for a last epoch and then to stop. closesWindows: bounded input is over, every window
    /// is emitted. Returns at once.
    void requestStop(bool closesWindows);
    /// Waits until the run is over.
    void wait();

    /// A load was put into the state folder's ReplayStore: its records are read with the next
    /// epochs. Those that wait at the start are found by themselves. Any thread.
    void lookForReplay();
    /// Gives up what has not been read yet of a replay. Any thread.
    void cancelReplay();

    /// Does what the coordinator has to do now: starts, asks for an epoch if one is due, commits
    /// one that all nodes have reported. Returns when to call again; nothing more comes when
    /// isOver(). Called by the run's own thread, or without one by its owner.
    StepOutcome step(bool isEpochDue);
    bool isOver() const { return m_stage == Stage::Over; }

    RunStatus status() const;
    const Plan& plan() const { return m_plan; }
    /// Returns the live tasks once the run has started, else null. Valid while the run lives.
    const TaskGraph* graph() const { return m_visibleGraph.load(std::memory_order_acquire); }
    const LatencyWindow& latency() const { return m_latency; }
    /// True when every source has had nothing to read for the given time.
    bool hasBeenIdle(std::chrono::nanoseconds atLeast) const;

private:
    struct EpochParts
    {
        EpochRequestPtr request;
        std::vector<EpochPart> parts;
    };

    // RunReporter, called by workers
    void partReady(const EpochRequest& request, EpochPart part) override;
    void failed(const std::string& node, Error error) override;
    void sourceState(const std::string& node, flow::PollOutcome outcome) override;

    enum class Stage { Start, BetweenEpochs, Collecting, Over };

    // the coordinator's thread
    void coordinate();
    void wakeCoordinator();
    StepOutcome begin();
    StepOutcome askForEpoch(bool isEpochDue);
    StepOutcome collectEpoch();
    StepOutcome waitForEpoch();
    StepOutcome end(bool isClean);
    Status start();
    Status finishFormer(const Manifest& manifest);
    Status openSinks(const std::optional<Manifest>& manifest);
    Status checkTarget(const RunNode& node, const Manifest& manifest);
    Status restore(const std::optional<Manifest>& manifest);
    Status restoreOperator(const std::string& node, flow::Operator& op, const Manifest& manifest);
    Status finishEpoch(EpochParts epoch);
    Result<std::vector<std::future<Status>>> makeDurable(const EpochParts& epoch) const;
    Result<std::map<std::string, StateChain>> keepState(EpochParts& epoch);
    Status commitSinks(const EpochParts& epoch);
    void noteCommitted(const EpochParts& epoch);
    std::shared_ptr<EpochRequest> makeRequest(bool isFinal, bool closesWindows);
    Status openReplayed();
    Status finishReplayed(const Manifest& manifest);
    void findLoad();
    void giveUpReplay(std::string why);
    void takeReplay(EpochRequest& request);
    Status sealReplayed(Manifest& next);
    Status commitReplayed();
    void tellNews() const;
    void setPhase(RunPhase phase, std::string reason = {});
    void warn(std::string text);

    const Plan m_plan;
    RunEnvironment m_environment;
    ManifestStore m_manifests;
    std::unique_ptr<TaskGraph> m_graph;
    std::atomic<const TaskGraph*> m_visibleGraph{nullptr};
    LatencyWindow m_latency;
    Manifest m_manifest; // the newest committed; coordinator's thread, like the next two
    Stage m_stage = Stage::Start;
    std::int64_t m_epochDueNs = 0;
    std::int64_t m_epochAskedNs = 0; // when the last one was asked for
    std::string m_document;          // the name of the plan's text in m_manifests
    // of the replay: coordinator's thread
    ReplayStore m_replays;
    std::optional<ReplayLoad> m_load;
    std::size_t m_loadNext = 0; // records read in epochs that count
    std::size_t m_taken = 0;    // in the epoch that is being collected
    std::unique_ptr<flow::Sink> m_replayedSink;
    std::optional<flow::SealedEpoch> m_sealedReplays;

    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_isWoken = false; // the coordinator has something to look at
    RunStatus m_status;
    EpochParts m_current;
    std::optional<Error> m_failure;
    bool m_looksForReplay = false, m_cancelsReplay = false;
    bool m_stopsAtOnce = false;
    bool m_stops = false;
    bool m_closesWindows = false;
    std::map<std::string, flow::PollOutcome> m_sourceStates;
    std::int64_t m_idleSinceNs = -1;
    std::thread m_thread;
};

} // namespace sluice::runtime
