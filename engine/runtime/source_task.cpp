// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/source_task.h"

#include <algorithm>
#include <utility>

namespace sluice::runtime {
namespace {

constexpr std::int64_t kStepNs = 1'000'000;
constexpr std::int64_t kCaughtUpPollNs = 5'000'000;
constexpr std::int64_t kAlignmentNs = 1'000'000;

} // namespace

SourceTask::SourceTask(TaskQueue& queue, int depth, std::string node, const Clock& clock,
                       RunReporter& reporter, std::unique_ptr<flow::Source> source,
                       const flow::PollBudget& budget)
    : NodeTask(queue, depth, std::move(node), clock, reporter)
    , m_source(std::move(source))
    , m_budget(budget)
{
}

void SourceTask::requestEpoch(EpochRequestPtr request)
{
    {
        const std::lock_guard lock(m_mutex);
        m_request = std::move(request);
    }
    wake();
}

void SourceTask::positionCommitted(std::string position)
{
    {
        const std::lock_guard lock(m_mutex);
        m_committed = std::move(position);
    }
    wake();
}

std::string SourceTask::trouble() const
{
    const std::lock_guard lock(m_mutex);
    return m_trouble;
}

StepOutcome SourceTask::step()
{
    if (hasFailed())
        return StepOutcome::wait();
    const std::int64_t begin = clock().steadyNow().ns;
    noteUnblocked(begin);
    passCommitted();
    EpochRequestPtr request;
    {
        const std::lock_guard lock(m_mutex);
        request = std::exchange(m_request, nullptr);
    }
    if (request)
        endEpoch(request);
    if (m_isStopped)
        return StepOutcome::wait();

    // One poll a step at least; more while they bring less than half a batch, and the time slice
    // and the queues allow. After that those behind have their turn: what was read is in a cache.
    std::int64_t now = begin;
    std::uint64_t read = 0;
    do {
        if (!outputsHaveRoom()) {
            noteBlocked(now);
            NodeCounters::add(m_counters.busyNs, std::uint64_t(now - begin));
            return StepOutcome::wait();
        }
        if (mustWait())
            return StepOutcome::waitUntil(now + kAlignmentNs);
        flow::PollBudget budget = m_budget;
        budget.rows = m_rateLimit.allowed(budget.rows, SteadyTime{now});
        if (budget.rows == 0)
            return StepOutcome::waitUntil(now + kCaughtUpPollNs);
        const std::uint64_t before = m_counters.rowsIn.load(std::memory_order_relaxed);
        Result<flow::PollOutcome> outcome = m_source->poll(budget, *this);
        if (!outcome) {
            fail(std::move(outcome).takeError());
            return StepOutcome::wait();
        }
        flushRejects();
        countIn();
        const std::uint64_t came = m_counters.rowsIn.load(std::memory_order_relaxed) - before;
        m_rateLimit.took(std::size_t(came));
        read += came;
        noteOutcome(*outcome);
        now = clock().steadyNow().ns;
    } while (m_lastOutcome == flow::PollOutcome::More && now - begin < kStepNs
             && read < m_budget.rows / 2);
    NodeCounters::add(m_counters.busyNs, std::uint64_t(now - begin));
    noteTrouble();
    if (m_lastOutcome == flow::PollOutcome::More)
        return StepOutcome::again();
    return StepOutcome::waitUntil(now + kCaughtUpPollNs);
}

// Everything that a source emits or rejects has come in through it.
void SourceTask::countIn()
{
    std::uint64_t came = m_counters.rowsOut.load(std::memory_order_relaxed);
    for (const auto& verdict : m_counters.verdicts)
        came += verdict.load(std::memory_order_relaxed);
    m_counters.rowsIn.store(came, std::memory_order_relaxed);
}

void SourceTask::readAgain(const EpochRequest& request)
{
    const auto found = request.replays.find(node());
    if (found == request.replays.end())
        return;
    flow::RecordReader* reader = m_source->recordReader();
    for (const auto& raw : found->second) {
        if (Status read = reader->read(raw, *this); !read) {
            fail(std::move(read).takeError());
            return;
        }
    }
    countIn();
}

void SourceTask::noteOutcome(flow::PollOutcome outcome)
{
    if (outcome != m_lastOutcome)
        m_reporter.sourceState(node(), outcome);
    m_lastOutcome = outcome;
    if (outcome == flow::PollOutcome::Finished)
        m_progress.isHolding.store(false, std::memory_order_relaxed);
}

// A source too far ahead of others is not polled; it ends epochs all the same.
bool SourceTask::mustWait()
{
    if (m_alignments.empty() || m_lastOutcome == flow::PollOutcome::Finished)
        return false;
    const bool isAhead = std::ranges::any_of(m_alignments, [this](const auto& alignment) {
        return alignment->isAhead(m_watermark.us);
    });
    if (isAhead) {
        noteOutcome(flow::PollOutcome::Waiting);
        setIdle(false); // it may have rows
    }
    if (isAhead != m_isWaiting)
        NodeCounters::set(m_counters.alignmentWaits, isAhead);
    return m_isWaiting = isAhead;
}

void SourceTask::advanceWatermark(EventTime watermark)
{
    NodeTask::advanceWatermark(watermark);
    m_progress.watermarkUs.store(m_watermark.us, std::memory_order_relaxed);
}

void SourceTask::setIdle(bool isIdle)
{
    NodeTask::setIdle(isIdle);
    m_progress.isHolding.store(!isIdle && m_lastOutcome != flow::PollOutcome::Finished,
                               std::memory_order_relaxed);
}

void SourceTask::endEpoch(const EpochRequestPtr& request)
{
    readAgain(*request);
    if (request->closesWindows) {
        setIdle(false); // readers must take the end of time from it
        advanceWatermark(EventTime::max());
    }
    EpochPart part{.node = node(),
                   .position = m_source->position(),
                   .state = {},
                   .sealed = {},
                   .arrivals = {},
                   .watermark = m_watermark};
    sendEpoch(request);
    m_isStopped = m_isStopped || request->isFinal;
    m_reporter.partReady(*request, std::move(part));
}

void SourceTask::passCommitted()
{
    std::string committed;
    {
        const std::lock_guard lock(m_mutex);
        committed = std::exchange(m_committed, {});
    }
    if (!committed.empty())
        m_source->onCommitted(committed);
}

void SourceTask::noteTrouble()
{
    std::string now = m_source->trouble();
    const std::lock_guard lock(m_mutex);
    m_trouble = std::move(now);
}

} // namespace sluice::runtime
