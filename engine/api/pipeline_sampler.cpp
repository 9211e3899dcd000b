// SPDX-License-Identifier: Apache-2.0
#include "engine/api/pipeline_sampler.h"

#include <algorithm>

namespace sluice::api {
namespace {

std::uint64_t verdictCount(const NodeCounters& counters, Verdict verdict)
{
    return counters.verdicts[std::size_t(verdict)].load(std::memory_order_relaxed);
}

RejectCounts rejectCounts(const NodeCounters& counters)
{
    return {.filtered = verdictCount(counters, Verdict::Filtered),
            .dropped = verdictCount(counters, Verdict::Dropped),
            .duplicate = verdictCount(counters, Verdict::Duplicate),
            .late = verdictCount(counters, Verdict::Late),
            .deadLetter = verdictCount(counters, Verdict::DeadLetter),
            .quarantined = verdictCount(counters, Verdict::Quarantined)};
}

void addUp(RejectCounts& to, const RejectCounts& from)
{
    to.filtered += from.filtered;
    to.dropped += from.dropped;
    to.duplicate += from.duplicate;
    to.late += from.late;
    to.deadLetter += from.deadLetter;
    to.quarantined += from.quarantined;
}

} // namespace

NodeRole nodeRole(flow::NodeCategory category)
{
    switch (category) {
    case flow::NodeCategory::Source: return NodeRole::Source;
    case flow::NodeCategory::Transform: return NodeRole::Transform;
    case flow::NodeCategory::Quality: return NodeRole::Quality;
    case flow::NodeCategory::Join: return NodeRole::Join;
    case flow::NodeCategory::Window: return NodeRole::Window;
    case flow::NodeCategory::Sink: return NodeRole::Sink;
    }
    return NodeRole::Transform;
}

RunState runState(runtime::RunPhase phase)
{
    switch (phase) {
    case runtime::RunPhase::Starting: return RunState::Starting;
    case runtime::RunPhase::Running: return RunState::Running;
    case runtime::RunPhase::Stopping: return RunState::Stopping;
    case runtime::RunPhase::Stopped: return RunState::Stopped;
    case runtime::RunPhase::Finished: return RunState::Finished;
    case runtime::RunPhase::Failed: return RunState::Failed;
    }
    return RunState::Stopped;
}

PipelineSampler::PipelineSampler(const runtime::PipelineRun& run, SeriesStore& series)
    : m_run(run)
    , m_series(series)
{
}

void PipelineSampler::sample(std::int64_t steadyNs, std::int64_t wallUs, PipelineSnapshot& out)
{
    m_steadyNs = steadyNs;
    m_wallUs = wallUs;
    const runtime::RunStatus status = m_run.status();
    out.state = runState(status.phase);
    out.stateReason = status.reason;
    out.startedUs = status.startedUs;
    out.epoch = status.epoch;
    out.replay = {status.replay.id, status.replay.done, status.replay.total, status.replay.trouble};
    out.lastCommitUs = status.lastCommitUs;
    out.epochSeconds = double(m_run.plan().epochLength.count()) / 1e6;
    const runtime::TaskGraph* graph = m_run.graph();
    if (!graph)
        return;
    for (const runtime::RunNode& node : graph->nodes()) {
        NodeSnapshot row;
        sampleNode(node, row);
        out.nodes.push_back(std::move(row));
        sampleRules(node, out);
    }
    sampleEdges(out);
    summarise(out);
    record(out);
}

void PipelineSampler::sampleNode(const runtime::RunNode& node, NodeSnapshot& out)
{
    out.name = node.name;
    out.isImplicit = node.planned == nullptr;
    out.target = node.target;
    if (node.planned) {
        out.type = node.planned->kind ? node.planned->kind->name : std::string();
        out.typeTitle = node.planned->kind ? node.planned->kind->title : std::string();
        out.role
            = node.planned->kind ? nodeRole(node.planned->kind->category) : NodeRole::Transform;
        out.summary = node.planned->bound.summary;
        out.layer = node.planned->bound.layer;
    } else {
        out.type = "delta_sink";
        out.typeTitle = "Delta sink";
        out.role = NodeRole::Sink;
        out.summary = node.target;
    }
    const NodeCounters& counters = node.task->nodeCounters();
    const auto load = [](const auto& value) { return value.load(std::memory_order_relaxed); };
    out.rowsIn = load(counters.rowsIn);
    out.rowsOut = load(counters.rowsOut);
    out.rejects = rejectCounts(counters);
    out.watermarkUs = load(counters.watermarkUs);
    out.lagRows = load(counters.lagRows);
    out.lagUs = load(counters.lagUs);
    out.heldRows = load(counters.heldRows);
    out.created = load(counters.created);
    out.merged = load(counters.merged);
    out.rateLimit = node.task->rateLimit().rate();
    out.stateKeys = load(counters.stateKeys);
    out.stateBytes = load(counters.stateBytes);
    out.committedRows = load(counters.committedRows);
    out.errors = load(counters.errors);
    out.isConserved = node.task->isConserved();
    const std::int64_t fresh = load(counters.freshEventUs);
    if (node.sink && fresh != INT64_MIN && fresh < m_wallUs + 86'400'000'000)
        out.freshnessUs = std::max<std::int64_t>(0, m_wallUs - fresh);
    if (node.source)
        out.trouble = node.source->trouble();
    if (const std::int64_t waits = load(counters.alignmentWaits); waits > 0)
        out.summary += ", waiting for alignment (" + std::to_string(waits) + ")";
    NodeMeters& meters = m_nodes[node.name];
    meters.rowsIn.sample(m_steadyNs, out.rowsIn);
    meters.rowsOut.sample(m_steadyNs, out.rowsOut);
    meters.bytesOut.sample(m_steadyNs, load(counters.bytesOut));
    meters.busy.sample(m_steadyNs, load(counters.busyNs));
    meters.blocked.sample(m_steadyNs, load(counters.blockedNs));
    out.rowsInPerSecond = meters.rowsIn.perSecond();
    out.rowsOutPerSecond = meters.rowsOut.perSecond();
    out.bytesOutPerSecond = meters.bytesOut.perSecond();
    out.busyShare = std::min(1.0, meters.busy.perSecond() / 1e9);
    out.blockedShare = std::min(1.0, meters.blocked.perSecond() / 1e9);
}

void PipelineSampler::sampleEdges(PipelineSnapshot& out)
{
    const auto& edges = m_run.graph()->edges();
    m_edges.resize(edges.size());
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const runtime::EdgeQueue& queue = *edges[i].queue;
        m_edges[i].rows.sample(m_steadyNs, queue.rows());
        m_edges[i].bytes.sample(m_steadyNs, queue.bytes());
        out.edges.push_back({.from = edges[i].from,
                             .to = edges[i].to,
                             .isReject = edges[i].isReject,
                             .rowsPerSecond = m_edges[i].rows.perSecond(),
                             .bytesPerSecond = m_edges[i].bytes.perSecond(),
                             .rows = queue.rows(),
                             .queuedRows = queue.queuedRows(),
                             .fillShare = queue.fillShare()});
    }
}

void PipelineSampler::sampleRules(const runtime::RunNode& node, PipelineSnapshot& out)
{
    for (std::size_t i = 0; node.planned && i < node.rules.size(); ++i) {
        const flow::RuleDescription& rule = node.planned->bound.rules[i];
        RuleSnapshot row{.node = node.name,
                         .name = rule.name,
                         .check = rule.check,
                         .onFail = rule.onFail};
        row.passed = node.rules[i]->passed.load(std::memory_order_relaxed);
        row.failed = node.rules[i]->failed.load(std::memory_order_relaxed);
        RuleMeter& meter = m_rules[node.name + "/" + rule.name];
        meter.failed.sample(m_steadyNs, row.failed);
        row.failedPerSecond = meter.failed.perSecond();
        const std::int64_t minute = m_wallUs / 60'000'000;
        if (meter.minute != minute) {
            meter.minutes.emplace_back(row.passed, row.failed);
            meter.minute = minute;
            if (meter.minutes.size() > row.lastRuns.size())
                meter.minutes.pop_front();
        }
        // Each entry is where a minute began; it ends where the next begins, the last one now.
        for (std::size_t m = 0; m < meter.minutes.size(); ++m) {
            const auto [passed, failed] = meter.minutes[m];
            const bool isLast = m + 1 == meter.minutes.size();
            const std::uint64_t endPassed = isLast ? row.passed : meter.minutes[m + 1].first;
            const std::uint64_t endFailed = isLast ? row.failed : meter.minutes[m + 1].second;
            const bool hasRows = endPassed > passed || endFailed > failed;
            row.lastRuns[row.lastRuns.size() - meter.minutes.size() + m]
                = endFailed > failed ? 1 : (hasRows ? 0 : -1);
        }
        out.rules.push_back(std::move(row));
    }
}

void PipelineSampler::summarise(PipelineSnapshot& out)
{
    std::int64_t leastWatermark = INT64_MAX;
    for (const NodeSnapshot& node : out.nodes) {
        addUp(out.rejects, node.rejects);
        out.isConserved = out.isConserved && node.isConserved;
        if (node.role != NodeRole::Source)
            continue;
        out.rowsIn += node.rowsIn;
        out.rowsInPerSecond += node.rowsInPerSecond;
        out.bytesInPerSecond += node.bytesOutPerSecond;
        if (node.lagRows >= 0)
            out.lagRows = std::max<std::int64_t>(out.lagRows, 0) + node.lagRows;
        out.lagUs = std::max(out.lagUs, node.lagUs);
        leastWatermark = std::min(leastWatermark, node.watermarkUs);
    }
    m_rejected.sample(m_steadyNs, out.rejects.rejected());
    out.rejectedPerSecond = m_rejected.perSecond();
    const bool hasWatermark = leastWatermark != INT64_MAX && leastWatermark != INT64_MIN
        && leastWatermark < m_wallUs + 86'400'000'000;
    if (hasWatermark)
        out.watermarkDelayUs = std::max<std::int64_t>(0, m_wallUs - leastWatermark);
    const LatencyHistogram latency = m_run.latency().merged(m_steadyNs, 15);
    out.latency = {.p50Us = latency.quantile(0.5),
                   .p95Us = latency.quantile(0.95),
                   .p99Us = latency.quantile(0.99),
                   .maxUs = latency.count() > 0 ? latency.maxUs() : -1,
                   .count = latency.count()};
}

void PipelineSampler::recordValue(const std::string& name, double value)
{
    const auto [at, isNew] = m_seriesIds.try_emplace(name, 0);
    if (isNew)
        at->second = m_series.series(name);
    m_series.append(at->second, m_wallUs, value);
}

void PipelineSampler::record(const PipelineSnapshot& snapshot)
{
    if (snapshot.state != RunState::Running)
        return;
    const std::string pipeline = m_run.plan().pipeline + "/";
    const auto known = [&](const std::string& name, std::int64_t value) {
        if (value >= 0)
            recordValue(name, double(value));
    };
    std::map<std::string, double> layers{{"bronze", 0}, {"silver", 0}, {"gold", 0}};
    for (const NodeSnapshot& node : snapshot.nodes) {
        const std::string prefix = pipeline + node.name + "/";
        recordValue(prefix + "rows_in", node.rowsInPerSecond);
        recordValue(prefix + "rows_out", node.rowsOutPerSecond);
        recordValue(prefix + "busy", node.busyShare);
        recordValue(prefix + "blocked", node.blockedShare);
        known(prefix + "freshness_us", node.freshnessUs);
        known(prefix + "lag_us", node.lagUs);
        if (node.stateKeys > 0)
            recordValue(prefix + "state_bytes", double(node.stateBytes));
        if (layers.contains(node.layer))
            layers[node.layer] += node.rowsInPerSecond;
    }
    for (const EdgeSnapshot& edge : snapshot.edges) {
        const std::string prefix = pipeline + edge.from + "->" + edge.to + "/";
        recordValue(prefix + "rows", edge.rowsPerSecond);
        recordValue(prefix + "fill", edge.fillShare);
    }
    for (const RuleSnapshot& rule : snapshot.rules) {
        const std::string prefix = pipeline + rule.node + "/" + rule.name + "/";
        const double rows = double(rule.passed + rule.failed);
        if (rows > 0)
            recordValue(prefix + "pass_share", double(rule.passed) / rows);
        recordValue(prefix + "failed", rule.failedPerSecond);
    }
    for (const auto& [layer, rate] : layers)
        recordValue(pipeline + "rows_" + layer, rate);
    recordValue(pipeline + "rows_in", snapshot.rowsInPerSecond);
    known(pipeline + "latency_p50", snapshot.latency.p50Us);
    known(pipeline + "latency_p95", snapshot.latency.p95Us);
    known(pipeline + "latency_p99", snapshot.latency.p99Us);
    known(pipeline + "lag_us", snapshot.lagUs);
    known(pipeline + "lag_rows", snapshot.lagRows);
    known(pipeline + "watermark_delay_us", snapshot.watermarkDelayUs);
    recordValue(pipeline + "rejected", snapshot.rejectedPerSecond);
    const std::pair<const char*, std::uint64_t> reasons[]
        = {{"rejected_late", snapshot.rejects.late},
           {"rejected_dead_letter", snapshot.rejects.deadLetter},
           {"rejected_quarantined", snapshot.rejects.quarantined},
           {"rejected_dropped", snapshot.rejects.dropped}};
    for (const auto& [name, count] : reasons) {
        RateMeter& meter = m_rejectedBy[name];
        meter.sample(m_steadyNs, count);
        recordValue(pipeline + name, meter.perSecond());
    }
}

} // namespace sluice::api
