// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runtime/manifest.h"
#include "engine/runtime/plan.h"
#include "engine/runtime/source_task.h"

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace sluice::runtime {

/// What a run needs from outside. Pointers outlive the run.
struct RunEnvironment
{
    TaskQueue* scheduler = nullptr;
    flow::Services services;
    std::int64_t pipelineVersion = 0; // of the document; 0 = it has none
    std::string stateFolder;          // the pipeline's own: manifests, state, spool files
    /// Makes the sink of the dead-letter, late or quarantine table.
    std::function<Result<std::unique_ptr<flow::Sink>>(Verdict, const flow::CreateContext&)>
        makeRejectSink;
    flow::PollBudget pollBudget; // of every source
    /// False: the run has no thread of its own, its owner calls PipelineRun::step(), and all that
    /// the run does happens on the owner's thread, in an order that is the same again.
    bool hasThread = true;
    /// Told that the run's phase changed or that all its input is over, on a thread of the run,
    /// which holds no lock; must be quick. May be unset.
    std::function<void()> tellNews;
    /// How what only waits for the disk is started.
    std::launch launchBeside() const
    {
        return hasThread ? std::launch::async : std::launch::deferred;
    }
    /// Sees all that goes over an edge, on the writer's thread; for tests that check it.
    std::function<void(const std::string& from, const std::string& to, const Message& message)>
        watchEdge;
    /// Makes the sink of replayed.<pipeline>, once it is needed; may be unset where nothing is
    /// replayed.
    std::function<std::unique_ptr<flow::Sink>()> makeReplayedSink;
    /// True: sources are opened, not polled; the run only reads kept records again.
    bool readsOnlyKept = false;
    /// Puts another source in the place of a planned one, which it gets unopened; may be unset.
    std::function<Result<std::unique_ptr<flow::Source>>(const std::string& node,
                                                        std::unique_ptr<flow::Source> source)>
        replaceSource;
    /// True: the last epoch saves the state of every node whole, to be handed over.
    bool savesWholeAtEnd = false;
    /// Plans a document that ran before, so that its last epoch can be finished; may be unset.
    std::function<Result<Plan>(const FormerDocument&)> planAgain;
};

/// A node of a running pipeline: what was planned, and its live task.
struct RunNode
{
    std::string name;
    const PlannedNode* planned = nullptr; // null: an implicit reject sink
    Verdict rejects = Verdict::Pass;      // implicit sinks: which verdict
    std::string target;                   // sinks
    std::vector<std::shared_ptr<flow::RuleCounters>> rules;
    std::unique_ptr<flow::Sink> sink;
    std::unique_ptr<NodeTask> task;
    SourceTask* source = nullptr; // the task, if it is a source
    OperatorTask* inner = nullptr;
};

/// An edge of a running pipeline.
struct RunEdge
{
    std::string from, to;
    bool isReject = false;
    std::unique_ptr<EdgeQueue> queue;
};

/// The tasks and queues of a run. Built once before anything moves; immutable after, so that any
/// thread may walk it and read counters.
class TaskGraph
{
public:
    /// Node objects are made but not opened: sinks first, sources and operators by restore.
    static Result<std::unique_ptr<TaskGraph>> build(const Plan& plan, const RunEnvironment& env,
                                                    RunReporter& reporter);
    ~TaskGraph();

    const std::vector<RunNode>& nodes() const { return m_nodes; }
    const std::vector<RunEdge>& edges() const { return m_edges; }
    std::vector<RunNode>& nodes() { return m_nodes; }

    // Owned by the tasks; valid while the graph lives, used before the first step only.
    flow::Source* source(const std::string& node) const;
    flow::Operator* inner(const std::string& node) const;

    /// Sets every task going.
    void wakeAll();
    /// Takes every task out of the scheduler and waits until none runs.
    void retireAll();

private:
    TaskGraph() = default;
    struct Parts;

    std::vector<RunNode> m_nodes;
    std::vector<RunEdge> m_edges;
    std::map<std::string, flow::Source*> m_sources;
    std::map<std::string, flow::Operator*> m_inner;
    bool m_isRetired = false;
};

} // namespace sluice::runtime
