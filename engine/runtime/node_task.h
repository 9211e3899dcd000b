// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/reject_schema.h"
#include "engine/runtime/decision_sampler.h"
#include "engine/runtime/edge_queue.h"
#include "engine/runtime/rate_limit.h"
#include "engine/runtime/task.h"
#include "engine/runtime/task_queue.h"

#include <array>
#include <memory>
#include <set>
#include <vector>

namespace sluice::runtime {

/// Rows that a sink wrote in one epoch and when their records arrived.
struct Arrival
{
    std::int64_t arrivalNs = 0;
    std::int64_t rows = 0;
};

/// What a task hands to the coordinator at the end of an epoch.
struct EpochPart
{
    std::string node;
    std::string position;                                        // sources
    std::optional<std::pair<flow::SaveKind, std::string>> state; // operators; unset = unchanged
    EventTime stateUntil = EventTime::max(); // when a piece of a Log is of no use any more
    std::optional<flow::SealedEpoch> sealed; // sinks
    std::vector<Arrival> arrivals;           // sinks
    EventTime watermark = EventTime::min();
};

/// Where tasks report to: the pipeline's run. Called by workers; must not block.
class RunReporter
{
public:
    virtual ~RunReporter() = default;
    virtual void partReady(const EpochRequest& request, EpochPart part) = 0;
    virtual void failed(const std::string& node, Error error) = 0;
    /// A source has changed what it can do (finished, caught up, more).
    virtual void sourceState(const std::string& node, flow::PollOutcome outcome) = 0;
};

/// Where rejected rows of a node go: a queue to the sink of each verdict, or null.
struct RejectRoutes
{
    std::array<EdgeQueue*, kVerdictCount> byVerdict{};
};

/// What all nodes of a running pipeline have in common: counters, queues out, rejects. The context
/// that operators and sources see.
class NodeTask : public Task, protected flow::SourceContext
{
public:
    NodeTask(TaskQueue& queue, int depth, std::string node, const Clock& clock,
             RunReporter& reporter);

    /// branch counts in BoundNode::branches; 0 for a node that has none. reaches: the nodes that
    /// rows of this output can come to.
    void addOutput(EdgeQueue* queue, std::size_t branch, std::set<std::string> reaches = {})
    {
        m_outputs.push_back(queue);
        m_branchOf.push_back(branch);
        m_reaches.push_back(std::move(reaches));
    }
    void setRejectRoutes(const RejectRoutes& routes) { m_rejectRoutes = routes; }
    const std::string& node() const { return m_node; }
    NodeCounters& nodeCounters() { return m_counters; }
    /// The version of the document, for the rows that are turned away; before the first step.
    void setPipelineVersion(std::int64_t version);
    /// What was decided lately; any thread.
    const DecisionRing& decisions() const { return m_decisions; }
    /// Limits a source or sink; any thread, at any time.
    RateLimit& rateLimit() { return m_rateLimit; }
    const RateLimit& rateLimit() const { return m_rateLimit; }
    bool isConserved() const { return m_isConserved.load(std::memory_order_relaxed); }

protected:
    // flow::NodeContext
    void emit(Batch batch) override { emitTo(0, std::move(batch)); }
    void emitTo(std::size_t branch, Batch batch) override;
    void reject(const Batch& batch, std::span<const std::uint32_t> rows, Verdict verdict,
                const flow::RejectReason& reason) override;
    void rejectRecord(const std::shared_ptr<const RawRecords>& raw, std::uint32_t index,
                      Verdict verdict, const flow::RejectReason& reason) override;
    void count(Verdict verdict, std::uint64_t rows) override;
    NodeCounters& counters() override { return m_counters; }
    const Clock& clock() const override { return m_clock; }
    EventTime watermark() const override { return m_watermark; }
    void advanceWatermark(EventTime watermark) override;
    void setIdle(bool isIdle) override;

    /// Tells whether rows are on their way back to a node below this one.
    bool isOnWayBack(const Batch& batch) const;

    /// True if every queue out has room; otherwise this task is woken when it has.
    bool outputsHaveRoom();
    void sendWatermark(EventTime watermark);
    void sendEpoch(const EpochRequestPtr& request);
    void flushRejects();
    /// Counts the time between a step that found no room and the next one as blocked.
    void noteBlocked(std::int64_t nowNs) { m_blockedSinceNs = nowNs; }
    void noteUnblocked(std::int64_t nowNs);
    /// Checks row conservation after a step; a difference is our bug and is reported.
    void checkConservation();
    void fail(Error error);
    bool hasFailed() const { return m_hasFailed; }

    RunReporter& m_reporter;
    DecisionRing m_decisions;
    DecisionSampler m_sampler{m_decisions};
    RateLimit m_rateLimit;
    NodeCounters m_counters;
    EventTime m_watermark = EventTime::min();

private:
    void noteReject(const RawRecords* raw, std::uint32_t record, Verdict verdict,
                    const flow::RejectReason& reason);
    bool leadsBack(std::size_t output, const Batch& batch) const;
    void emitBack(std::size_t branch, const Batch& batch, std::int64_t bytes);

    const std::string m_node;
    const Clock& m_clock;
    std::vector<EdgeQueue*> m_outputs;
    std::vector<std::size_t> m_branchOf;          // by output
    std::vector<std::set<std::string>> m_reaches; // by output
    RejectRoutes m_rejectRoutes;
    std::array<std::unique_ptr<flow::RejectBuilder>, kVerdictCount> m_rejects;
    std::atomic<bool> m_isConserved{true};
    std::int64_t m_pipelineVersion = 0;
    bool m_hasFailed = false;
    bool m_isIdle = false;
    std::int64_t m_blockedSinceNs = 0;
};

/// Runs a node with inputs: takes messages in order from each queue, aligns epochs over them.
class InnerTask : public NodeTask
{
public:
    using NodeTask::NodeTask;
    void addInput(EdgeQueue* queue) { m_inputs.push_back({.queue = queue}); }

protected:
    StepOutcome step() override;
    virtual Status onBatch(std::size_t input, const Batch& batch) = 0;
    virtual Status onWatermarkMoved(EventTime watermark) = 0;
    /// What readers may be promised when this node's watermark is `watermark`.
    virtual EventTime promisedAt(EventTime watermark) const { return watermark; }
    virtual Result<EpochPart> onEpoch(const EpochRequest& request) = 0;
    /// When onClock() is wanted though no message comes.
    virtual std::optional<WallTime> wakesAt() const { return std::nullopt; }
    virtual Status onClock() { return ok(); }

private:
    struct Input
    {
        EdgeQueue* queue = nullptr;
        EventTime watermark = EventTime::min();
        bool isAligned = false; // its epoch marker has come; it waits for the others
        bool isIdle = false;    // the watermark does not wait for it
    };

    void takeClock();
    StepOutcome waitForMessageOrClock();
    Status take(std::size_t input, Message message);
    Status moveWatermark();
    Status takeIdleness(std::size_t input, bool isIdle);
    Status takeEpoch(std::size_t input, const EpochRequestPtr& request);

    std::vector<Input> m_inputs;
    std::size_t m_next = 0;
    EventTime m_promised = EventTime::min();
    WallTime m_timer{INT64_MIN}; // the last that the scheduler was asked for
    std::int64_t m_timerNs = 0;  // and when that is, by the steady clock
};

class OperatorTask final : public InnerTask
{
public:
    OperatorTask(TaskQueue& queue, int depth, std::string node, const Clock& clock,
                 RunReporter& reporter, std::unique_ptr<flow::Operator> op,
                 flow::Repeat repeat = flow::Repeat::Runs);

private:
    Status onBatch(std::size_t input, const Batch& batch) override;
    Status onWatermarkMoved(EventTime watermark) override;
    EventTime promisedAt(EventTime watermark) const override;
    Result<EpochPart> onEpoch(const EpochRequest& request) override;
    std::optional<WallTime> wakesAt() const override { return m_operator->wakesAt(); }
    Status onClock() override { return m_operator->onClock(*this); }

    std::unique_ptr<flow::Operator> m_operator;
    const flow::Repeat m_repeat;
};

class SinkTask final : public InnerTask
{
public:
    SinkTask(TaskQueue& queue, int depth, std::string node, const Clock& clock,
             RunReporter& reporter, flow::Sink& sink);

private:
    Status onBatch(std::size_t input, const Batch& batch) override;
    Status onWatermarkMoved(EventTime watermark) override;
    Result<EpochPart> onEpoch(const EpochRequest& request) override;

    flow::Sink& m_sink; // owned by the run: the coordinator commits through it
    std::vector<Arrival> m_arrivals;
};

} // namespace sluice::runtime
