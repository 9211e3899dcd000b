// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/node_task.h"

#include <algorithm>
#include <utility>

namespace sluice::runtime {

NodeTask::NodeTask(TaskQueue& queue, int depth, std::string node, const Clock& clock,
                   RunReporter& reporter)
    : Task(queue, depth)
    , m_reporter(reporter)
    , m_node(std::move(node))
    , m_clock(clock)
{
}

void NodeTask::setPipelineVersion(std::int64_t version)
{
    m_pipelineVersion = version;
    m_sampler.setVersion(version);
}

void NodeTask::emitTo(std::size_t branch, Batch batch)
{
    if (batch.rows() == 0)
        return;
    const std::int64_t bytes = batchBytes(batch);
    NodeCounters::add(m_counters.rowsOut, std::uint64_t(batch.rows()));
    NodeCounters::add(m_counters.bytesOut, std::uint64_t(bytes));
    if (m_sampler.isFollowing()) [[unlikely]]
        m_sampler.handedOn(batch);
    if (batch.raw && batch.raw->replay && isOnWayBack(batch)) [[unlikely]] {
        emitBack(branch, batch, bytes);
        return;
    }
    for (std::size_t i = 0; i < m_outputs.size(); ++i)
        if (m_branchOf[i] == branch)
            m_outputs[i]->push(batch, bytes);
}

bool NodeTask::leadsBack(std::size_t output, const Batch& batch) const
{
    return m_reaches[output].contains(batch.raw->replay->node);
}

bool NodeTask::isOnWayBack(const Batch& batch) const
{
    for (std::size_t i = 0; i < m_outputs.size(); ++i)
        if (leadsBack(i, batch))
            return true;
    return false;
}

// A record that was turned away below had come to every other reader already: it goes only towards
// where it has not been. A branch that does not lead there is one that it had not taken.
void NodeTask::emitBack(std::size_t branch, const Batch& batch, std::int64_t bytes)
{
    bool leads = false;
    for (std::size_t i = 0; i < m_outputs.size(); ++i)
        leads = leads || (m_branchOf[i] == branch && leadsBack(i, batch));
    for (std::size_t i = 0; i < m_outputs.size(); ++i)
        if (m_branchOf[i] == branch && (!leads || leadsBack(i, batch)))
            m_outputs[i]->push(batch, bytes);
}

void NodeTask::reject(const Batch& batch, std::span<const std::uint32_t> rows, Verdict verdict,
                      const flow::RejectReason& reason)
{
    count(verdict, rows.size());
    auto& builder = m_rejects[std::size_t(verdict)];
    if (!builder)
        builder = std::make_unique<flow::RejectBuilder>(m_node, m_pipelineVersion);
    for (const std::uint32_t row : rows)
        builder->addRow(batch, row, verdict, reason);
    if (m_sampler.isFollowing())
        m_sampler.turnedAway(batch, rows);
    for (const std::uint32_t row : rows.last(std::min(rows.size(), DecisionRing::kKept)))
        noteReject(batch.raw.get(), batch.raw ? batch.rawRow(row) : 0, verdict, reason);
}

void NodeTask::noteReject(const RawRecords* raw, std::uint32_t record, Verdict verdict,
                          const flow::RejectReason& reason)
{
    m_decisions.add({.timeUs = m_clock.wallNow().us,
                     .partition = raw ? *raw->partition : std::string(),
                     .position = raw ? raw->positions[record] : 0,
                     .verdict = verdict,
                     .rule = std::string(reason.rule),
                     .text = std::string(reason.message),
                     .values = std::string(reason.values),
                     .version = m_pipelineVersion});
}

void NodeTask::rejectRecord(const std::shared_ptr<const RawRecords>& raw, std::uint32_t index,
                            Verdict verdict, const flow::RejectReason& reason)
{
    count(verdict, 1);
    auto& builder = m_rejects[std::size_t(verdict)];
    if (!builder)
        builder = std::make_unique<flow::RejectBuilder>(m_node, m_pipelineVersion);
    builder->addRecord(*raw, index, verdict, reason);
    noteReject(raw.get(), index, verdict, reason);
}

void NodeTask::count(Verdict verdict, std::uint64_t rows)
{
    NodeCounters::add(m_counters.verdicts[std::size_t(verdict)], rows);
}

void NodeTask::advanceWatermark(EventTime watermark)
{
    if (watermark <= m_watermark)
        return;
    flushRejects();
    m_watermark = watermark;
    sendWatermark(watermark);
}

void NodeTask::setIdle(bool isIdle)
{
    if (isIdle == std::exchange(m_isIdle, isIdle))
        return;
    for (EdgeQueue* queue : m_outputs)
        queue->push(Idleness{isIdle});
}

bool NodeTask::outputsHaveRoom()
{
    for (EdgeQueue* queue : m_outputs) {
        if (!queue->hasRoomOrWake())
            return false;
    }
    for (EdgeQueue* queue : m_rejectRoutes.byVerdict) {
        if (queue && !queue->hasRoomOrWake())
            return false;
    }
    return true;
}

void NodeTask::sendWatermark(EventTime watermark)
{
    NodeCounters::set(m_counters.watermarkUs, watermark.us);
    for (EdgeQueue* queue : m_outputs)
        queue->push(watermark);
}

void NodeTask::sendEpoch(const EpochRequestPtr& request)
{
    flushRejects();
    for (EdgeQueue* queue : m_outputs)
        queue->push(request);
    for (EdgeQueue* queue : m_rejectRoutes.byVerdict) {
        if (queue)
            queue->push(request);
    }
}

void NodeTask::flushRejects()
{
    for (std::size_t verdict = 0; verdict < m_rejects.size(); ++verdict) {
        auto& builder = m_rejects[verdict];
        EdgeQueue* queue = m_rejectRoutes.byVerdict[verdict];
        if (!builder || builder->rows() == 0)
            continue;
        Batch batch = builder->finish();
        const std::int64_t bytes = batchBytes(batch);
        if (queue)
            queue->push(std::move(batch), bytes);
    }
}

void NodeTask::noteUnblocked(std::int64_t nowNs)
{
    if (m_blockedSinceNs == 0)
        return;
    NodeCounters::add(m_counters.blockedNs, std::uint64_t(nowNs - m_blockedSinceNs));
    m_blockedSinceNs = 0;
}

void NodeTask::checkConservation()
{
    std::uint64_t left = m_counters.rowsOut.load(std::memory_order_relaxed)
        + m_counters.merged.load(std::memory_order_relaxed)
        + std::uint64_t(m_counters.heldRows.load(std::memory_order_relaxed));
    for (const auto& verdict : m_counters.verdicts)
        left += verdict.load(std::memory_order_relaxed);
    const std::uint64_t came = m_counters.rowsIn.load(std::memory_order_relaxed)
        + m_counters.created.load(std::memory_order_relaxed);
    if (came == left || !isConserved())
        return;
    m_isConserved.store(false, std::memory_order_relaxed);
    fail({.code = ErrorCode::Internal,
          .message = "row conservation is broken: " + std::to_string(came) + " rows came and "
              + std::to_string(left) + " are accounted for",
          .object = m_node,
          .hint = "This is a defect of Sluice; nothing of this epoch is committed.",
          .cause = {}});
}

void NodeTask::fail(Error error)
{
    if (m_hasFailed)
        return;
    m_hasFailed = true;
    NodeCounters::add(m_counters.errors, 1);
    m_reporter.failed(m_node, std::move(error));
}

} // namespace sluice::runtime
