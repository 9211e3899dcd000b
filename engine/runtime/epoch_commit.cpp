// SPDX-License-Identifier: Apache-2.0
// How an epoch ends: the half of PipelineRun that makes it durable and commits it.
#include "engine/runtime/pipeline_run.h"

#include "engine/base/fail_point.h"

#include <algorithm>

namespace sluice::runtime {

std::shared_ptr<EpochRequest> PipelineRun::makeRequest(bool isFinal, bool closesWindows)
{
    auto request = std::make_shared<EpochRequest>();
    request->epoch = m_manifest.epoch + 1;
    request->isFinal = isFinal;
    request->closesWindows = closesWindows;
    for (const RunNode& node : m_graph->nodes()) {
        if (node.inner
            && ((isFinal && m_environment.savesWholeAtEnd)
                || isDueForWhole(m_manifest.state[node.name])))
            request->wholeState.insert(node.name);
    }
    return request;
}

Result<std::map<std::string, StateChain>> PipelineRun::keepState(EpochParts& epoch)
{
    const EpochRequest& request = *epoch.request;
    std::map<std::string, StateChain> chains = m_manifest.state;
    std::map<std::string, std::pair<flow::SaveKind, std::string>> saved;
    std::map<std::string, std::future<Result<StateSegment>>> logs;
    for (EpochPart& part : epoch.parts) {
        if (!part.state)
            continue;
        if (part.state->first != flow::SaveKind::Log) {
            saved[part.node] = std::move(*part.state);
            continue;
        }
        StateChain& chain = chains[part.node];
        if (request.wholeState.contains(part.node))
            chain.clear(); // the piece holds all
        logs[part.node]
            = std::async(m_environment.launchBeside(),
                         [this, &part, &request, last = openLog(chain)] {
                             return m_manifests.appendLog(request.epoch, part.node, last,
                                                          part.state->second, part.stateUntil);
                         });
    }
    using Segments = std::map<std::string, StateSegment>;
    SLUICE_TRY(Segments written, m_manifests.writeState(request.epoch, saved));
    for (auto& [node, log] : logs) {
        SLUICE_TRY(written[node], log.get());
    }
    for (const auto& [node, segment] : written)
        addSegment(chains[node], segment);
    for (const EpochPart& part : epoch.parts)
        if (const auto chain = chains.find(part.node); chain != chains.end())
            dropReleased(chain->second, part.watermark);
    std::erase_if(chains, [](const auto& chain) { return chain.second.empty(); });
    return chains;
}

// A sync waits for the disk, not for a processor: all sinks' at the same time, beside the state's.
// A run without a thread does them one after the other.
Result<std::vector<std::future<Status>>> PipelineRun::makeDurable(const EpochParts& epoch) const
{
    std::vector<std::future<Status>> syncing;
    for (const EpochPart& part : epoch.parts) {
        if (!part.sealed)
            continue;
        SLUICE_TRY(failPoint("sink.make_durable", part.node));
        flow::Sink* sink
            = std::ranges::find(m_graph->nodes(), part.node, &RunNode::name)->sink.get();
        syncing.push_back(
            std::async(part.sealed->rows > 0 ? m_environment.launchBeside() : std::launch::deferred,
                       [sink, &sealed = *part.sealed] { return sink->makeDurable(sealed); }));
    }
    return syncing;
}

Status PipelineRun::finishEpoch(EpochParts epoch)
{
    SLUICE_TRY(failPoint("epoch.sealed", m_plan.pipeline));
    Manifest next;
    next.epoch = epoch.request->epoch;
    next.document = m_document;
    next.written = m_manifest.written;
    for (const PlannedNode& node : m_plan.nodes)
        next.fingerprints[node.name] = node.fingerprint;
    for (const EpochPart& part : epoch.parts) {
        if (!part.position.empty())
            next.positions[part.node] = part.position;
        if (!part.sealed)
            continue;
        next.sealed[part.node] = part.sealed->entry;
        if (part.sealed->rows > 0)
            next.written[part.node] = next.epoch;
    }
    SLUICE_TRY(std::vector<std::future<Status>> syncing, makeDurable(epoch));
    using Chains = std::map<std::string, StateChain>;
    SLUICE_TRY(Chains chains, keepState(epoch));
    next.state = std::move(chains);
    for (std::future<Status>& sink : syncing)
        SLUICE_TRY(sink.get());
    SLUICE_TRY(sealReplayed(next));
    SLUICE_TRY(failPoint("epoch.state_durable", m_plan.pipeline));
    SLUICE_TRY(m_manifests.write(next));
    SLUICE_TRY(failPoint("epoch.manifest_durable", m_plan.pipeline));
    m_manifest = std::move(next);
    SLUICE_TRY(commitSinks(epoch));
    SLUICE_TRY(commitReplayed());
    noteCommitted(epoch);
    m_manifests.removeOld(m_manifest);
    return ok();
}

Status PipelineRun::commitSinks(const EpochParts& epoch)
{
    for (const EpochPart& part : epoch.parts) {
        if (!part.sealed)
            continue;
        const auto node = std::ranges::find(m_graph->nodes(), part.node, &RunNode::name);
        SLUICE_TRY(failPoint("sink.before_commit", part.node));
        SLUICE_TRY(node->sink->commit(*part.sealed));
        SLUICE_TRY(failPoint("sink.after_commit", part.node));
        NodeCounters& counters = node->task->nodeCounters();
        NodeCounters::set(counters.committedRows,
                          counters.committedRows.load(std::memory_order_relaxed)
                              + part.sealed->rows);
        NodeCounters::set(counters.lastCommitUs, m_environment.services.clock->wallNow().us);
        if (part.watermark != EventTime::min())
            NodeCounters::set(counters.freshEventUs, part.watermark.us);
    }
    return ok();
}

void PipelineRun::noteCommitted(const EpochParts& epoch)
{
    const std::int64_t now = m_environment.services.clock->steadyNow().ns;
    std::uint64_t rows = 0;
    for (const EpochPart& part : epoch.parts) {
        for (const Arrival& arrival : part.arrivals)
            m_latency.add(now, (now - arrival.arrivalNs) / 1000, std::uint64_t(arrival.rows));
        if (part.sealed)
            rows += std::uint64_t(part.sealed->rows);
        const auto node = std::ranges::find(m_graph->nodes(), part.node, &RunNode::name);
        if (node->source)
            node->source->positionCommitted(part.position);
    }
    const std::lock_guard lock(m_mutex);
    m_status.epoch = epoch.request->epoch;
    m_status.committedRows += rows;
    m_status.lastCommitUs = m_environment.services.clock->wallNow().us;
}

} // namespace sluice::runtime
