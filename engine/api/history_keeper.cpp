// SPDX-License-Identifier: Apache-2.0
#include "engine/api/history_keeper.h"

#include <algorithm>

namespace sluice::api {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kWriteEveryUs = 10 * kSecondUs;
constexpr std::int64_t kTrimEveryUs = 3600 * kSecondUs;
constexpr std::int64_t kKeptUs = 24 * 3600 * kSecondUs;

// Series of nodes and edges are not kept: "orders/rows_in" is, "orders/bronze/rows_in" is not.
bool isKept(const std::string& name)
{
    return std::ranges::count(name, '/') <= 1;
}

} // namespace

HistoryKeeper::HistoryKeeper(SeriesStore& series, workspace::Workspace& workspace, bool isReadOnly)
    : m_series(series)
    , m_workspace(workspace)
    , m_isReadOnly(isReadOnly)
{
}

Status HistoryKeeper::restore(std::int64_t nowUs)
{
    m_writtenUs = m_trimmedUs = nowUs;
    SLUICE_TRY(const auto points, m_workspace.points(nowUs - kKeptUs));
    std::map<std::string, SeriesStore::SeriesId> ids;
    for (const workspace::StoredPoint& point : points) {
        const auto [at, isNew] = ids.try_emplace(point.metric, 0);
        if (isNew)
            at->second = m_series.series(point.metric);
        m_series.restore(at->second,
                         {.timeUs = point.timeUs,
                          .min = float(point.least),
                          .max = float(point.greatest),
                          .last = float(point.last),
                          .sum = float(point.total),
                          .count = std::uint32_t(point.count)});
    }
    return ok();
}

void HistoryKeeper::recordTotals(const EngineSnapshot& snapshot)
{
    std::map<std::string, double> totals{{"rows_in", 0},
                                         {"rows_bronze", 0},
                                         {"rows_silver", 0},
                                         {"rows_gold", 0}};
    std::map<std::string, double> worst;
    bool isRunning = false;
    for (const PipelineSnapshot& pipeline : snapshot.pipelines) {
        if (pipeline.state != RunState::Running)
            continue;
        isRunning = true;
        totals["rows_in"] += pipeline.rowsInPerSecond;
        for (const NodeSnapshot& node : pipeline.nodes)
            if (node.role == NodeRole::Sink && !node.layer.empty())
                totals["rows_" + node.layer] += node.rowsInPerSecond;
        for (const char* reason : {"rejected_late", "rejected_dead_letter", "rejected_quarantined",
                                   "rejected_dropped"}) {
            double value = 0;
            if (m_series.last(pipeline.name + "/" + reason, value))
                totals[reason] += value;
        }
        const std::pair<const char*, std::int64_t> figures[]
            = {{"latency_p50", pipeline.latency.p50Us},
               {"latency_p95", pipeline.latency.p95Us},
               {"latency_p99", pipeline.latency.p99Us},
               {"lag_us", pipeline.lagUs},
               {"lag_rows", pipeline.lagRows},
               {"watermark_delay_us", pipeline.watermarkDelayUs}};
        for (const auto& [name, value] : figures)
            if (value >= 0)
                worst[name] = std::max(worst[name], double(value));
    }
    if (isRunning)
        for (const auto& [name, value] : totals)
            m_series.append(m_series.series(name), snapshot.timeUs, value);
    for (const auto& [name, value] : worst)
        m_series.append(m_series.series(name), snapshot.timeUs, value);
    m_series.append(m_series.series("cpu"), snapshot.timeUs, snapshot.cpuShare);
    m_series.append(m_series.series("resident_bytes"), snapshot.timeUs,
                    double(snapshot.residentBytes));
}

Status HistoryKeeper::writePoints(std::int64_t nowUs)
{
    std::vector<workspace::StoredPoint> points;
    for (const SeriesStore::Finished& finished : m_series.takeFinished(nowUs))
        if (isKept(finished.name))
            points.push_back({finished.name, finished.point.timeUs, finished.point.min,
                              finished.point.max, finished.point.last, finished.point.sum,
                              finished.point.count});
    return m_workspace.appendPoints(points);
}

Status HistoryKeeper::writeRules(const EngineSnapshot& snapshot)
{
    std::vector<workspace::StoredRuleResult> results;
    for (const PipelineSnapshot& pipeline : snapshot.pipelines) {
        for (const RuleSnapshot& rule : pipeline.rules) {
            auto& [passed, failed] = m_rules[pipeline.name + "/" + rule.node + "/" + rule.name];
            if (rule.passed < passed) // a new run counts from zero
                passed = failed = 0;
            if (rule.passed + rule.failed > passed + failed)
                results.push_back({pipeline.name, rule.node, rule.name, m_minute * 60 * kSecondUs,
                                   std::int64_t(rule.passed - passed),
                                   std::int64_t(rule.failed - failed)});
            passed = rule.passed;
            failed = rule.failed;
        }
    }
    return m_workspace.addRuleResults(results);
}

Status HistoryKeeper::keep(const EngineSnapshot& snapshot)
{
    recordTotals(snapshot);
    if (m_isReadOnly)
        return ok();
    const std::int64_t minute = snapshot.timeUs / (60 * kSecondUs);
    if (m_minute >= 0 && minute != m_minute)
        SLUICE_TRY(writeRules(snapshot));
    m_minute = minute;
    if (snapshot.timeUs - m_writtenUs >= kWriteEveryUs) {
        m_writtenUs = snapshot.timeUs;
        SLUICE_TRY(writePoints(snapshot.timeUs));
    }
    if (snapshot.timeUs - m_trimmedUs >= kTrimEveryUs) {
        m_trimmedUs = snapshot.timeUs;
        SLUICE_TRY(m_workspace.trimPoints(snapshot.timeUs - kKeptUs));
    }
    return ok();
}

} // namespace sluice::api
