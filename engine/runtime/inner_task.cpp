// SPDX-License-Identifier: Apache-2.0
#include "engine/base/fail_point.h"
#include "engine/runtime/node_task.h"

#include <algorithm>

namespace sluice::runtime {
namespace {

constexpr std::int64_t kStepNs = 1'000'000;
constexpr std::int64_t kLimitedNs = 5'000'000;

} // namespace

StepOutcome InnerTask::step()
{
    const std::int64_t begin = clock().steadyNow().ns;
    noteUnblocked(begin);
    std::int64_t now = begin;
    takeClock();
    std::size_t silent = 0; // inputs in a row that had nothing
    while (!hasFailed() && silent < m_inputs.size()) {
        if (!outputsHaveRoom()) {
            noteBlocked(now);
            break;
        }
        if (m_rateLimit.allowed(1, SteadyTime{now}) == 0)
            return StepOutcome::waitUntil(now + kLimitedNs);
        const std::size_t input = m_next;
        m_next = (m_next + 1) % m_inputs.size();
        if (m_inputs[input].isAligned) {
            ++silent;
            continue;
        }
        std::optional<Message> message = m_inputs[input].queue->pop();
        if (!message) {
            ++silent;
            continue;
        }
        silent = 0;
        if (Status taken = take(input, std::move(*message)); !taken)
            fail(std::move(taken).takeError());
        flushRejects();
        now = clock().steadyNow().ns;
        if (now - begin >= kStepNs) {
            NodeCounters::add(m_counters.busyNs, std::uint64_t(now - begin));
            return StepOutcome::again();
        }
    }
    NodeCounters::add(m_counters.busyNs, std::uint64_t(now - begin));
    return waitForMessageOrClock();
}

void InnerTask::takeClock()
{
    const auto due = wakesAt();
    if (!due || *due > clock().wallNow() || hasFailed() || !outputsHaveRoom())
        return;
    if (Status taken = onClock(); !taken)
        fail(std::move(taken).takeError());
    checkConservation();
    flushRejects();
}

// Asks for a step when the clock is due; once for each time, since a task may wait many times until
// then. A step that comes before the wall clock is there asks again.
StepOutcome InnerTask::waitForMessageOrClock()
{
    const auto due = wakesAt();
    const std::int64_t now = clock().steadyNow().ns;
    if (!due || (*due == m_timer && now < m_timerNs))
        return StepOutcome::wait();
    if (*due <= clock().wallNow() && !outputsHaveRoom())
        return StepOutcome::wait(); // room wakes the task
    m_timer = *due;
    m_timerNs = now + std::max<std::int64_t>(due->us - clock().wallNow().us, 0) * 1000;
    return StepOutcome::waitUntil(m_timerNs);
}

Status InnerTask::take(std::size_t input, Message message)
{
    if (const auto* watermark = std::get_if<EventTime>(&message)) {
        m_inputs[input].watermark = *watermark;
        return moveWatermark();
    }
    if (const auto* idleness = std::get_if<Idleness>(&message))
        return takeIdleness(input, idleness->isIdle);
    if (const auto* request = std::get_if<EpochRequestPtr>(&message))
        return takeEpoch(input, *request);
    const Batch& batch = std::get<Batch>(message);
    NodeCounters::add(m_counters.rowsIn, std::uint64_t(batch.rows()));
    m_rateLimit.took(std::size_t(batch.rows()));
    m_sampler.begin(batch, clock().steadyNow().ns, m_counters);
    SLUICE_TRY(onBatch(input, batch));
    if (m_sampler.isFollowing())
        m_sampler.end(batch, clock().wallNow().us, m_counters);
    checkConservation();
    return ok();
}

// An input that comes back from idleness holds the watermark where it is until it has caught up.
Status InnerTask::takeIdleness(std::size_t input, bool isIdle)
{
    m_inputs[input].isIdle = isIdle;
    setIdle(std::ranges::all_of(m_inputs, &Input::isIdle));
    return moveWatermark();
}

Status InnerTask::moveWatermark()
{
    EventTime least = EventTime::max();
    bool isAnyActive = false;
    for (const Input& input : m_inputs) {
        if (input.isIdle)
            continue;
        isAnyActive = true;
        least = std::min(least, input.watermark);
    }
    if (!isAnyActive || least <= m_watermark)
        return ok();
    // Rows that the move sets free are emitted before the move is passed on.
    m_watermark = least;
    SLUICE_TRY(onWatermarkMoved(least));
    checkConservation();
    flushRejects();
    if (const EventTime promised = promisedAt(least); promised > m_promised) {
        m_promised = promised;
        sendWatermark(promised);
    }
    return ok();
}

Status InnerTask::takeEpoch(std::size_t input, const EpochRequestPtr& request)
{
    m_inputs[input].isAligned = true;
    if (!std::ranges::all_of(m_inputs, &Input::isAligned))
        return ok();
    SLUICE_TRY(EpochPart part, onEpoch(*request));
    part.node = node();
    part.watermark = m_watermark;
    sendEpoch(request);
    for (Input& each : m_inputs)
        each.isAligned = false;
    m_reporter.partReady(*request, std::move(part));
    return ok();
}

OperatorTask::OperatorTask(TaskQueue& queue, int depth, std::string node, const Clock& clock,
                           RunReporter& reporter, std::unique_ptr<flow::Operator> op,
                           flow::Repeat repeat)
    : InnerTask(queue, depth, std::move(node), clock, reporter)
    , m_operator(std::move(op))
    , m_repeat(repeat)
{
}

Status OperatorTask::onBatch(std::size_t input, const Batch& batch)
{
    if (m_repeat == flow::Repeat::PassedOver && batch.raw && batch.raw->replay
        && isOnWayBack(batch)) {
        emit(batch);
        return ok();
    }
    return m_operator->process(input, batch, *this);
}

Status OperatorTask::onWatermarkMoved(EventTime watermark)
{
    return m_operator->onWatermark(watermark, *this);
}

EventTime OperatorTask::promisedAt(EventTime watermark) const
{
    return m_operator->outputWatermark(watermark);
}

Result<EpochPart> OperatorTask::onEpoch(const EpochRequest& request)
{
    const auto wanted
        = request.wholeState.contains(node()) ? flow::SaveKind::Whole : flow::SaveKind::Changes;
    ByteWriter out;
    SLUICE_TRY(flow::SaveKind kind, m_operator->save(out, wanted));
    EpochPart part;
    if (out.size() > 0 || kind == flow::SaveKind::Whole)
        part.state = {kind, out.take()};
    if (kind == flow::SaveKind::Log)
        part.stateUntil = m_operator->savedUntil();
    return part;
}

SinkTask::SinkTask(TaskQueue& queue, int depth, std::string node, const Clock& clock,
                   RunReporter& reporter, flow::Sink& sink)
    : InnerTask(queue, depth, std::move(node), clock, reporter)
    , m_sink(sink)
{
}

Status SinkTask::onBatch(std::size_t, const Batch& batch)
{
    SLUICE_TRY(m_sink.write(batch, *this));
    if (m_sampler.isFollowing())
        m_sampler.handedOn(batch);
    NodeCounters::add(m_counters.rowsOut, std::uint64_t(batch.rows()));
    NodeCounters::add(m_counters.bytesOut, std::uint64_t(batchBytes(batch)));
    if (batch.arrivalNs > 0)
        m_arrivals.push_back({batch.arrivalNs, batch.rows()});
    return ok();
}

Status SinkTask::onWatermarkMoved(EventTime)
{
    return ok();
}

Result<EpochPart> SinkTask::onEpoch(const EpochRequest& request)
{
    SLUICE_TRY(failPoint("sink.seal", node()));
    SLUICE_TRY(flow::SealedEpoch sealed, m_sink.seal(request.epoch));
    EpochPart part;
    part.sealed = std::move(sealed);
    part.arrivals = std::move(m_arrivals);
    m_arrivals.clear();
    return part;
}

} // namespace sluice::runtime
