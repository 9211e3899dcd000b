// SPDX-License-Identifier: Apache-2.0
#include "engine/api/objective_desk.h"

#include <algorithm>

namespace sluice::api {
namespace {

std::optional<double> freshness(const PipelineSnapshot& pipeline, const std::string& table)
{
    for (const NodeSnapshot& node : pipeline.nodes)
        if (node.target == table && node.freshnessUs >= 0)
            return double(node.freshnessUs) / 1e6;
    return std::nullopt;
}

std::optional<double> quality(const PipelineSnapshot& pipeline)
{
    if (pipeline.rowsIn == 0)
        return std::nullopt;
    return 1 - double(pipeline.rejects.rejected()) / double(pipeline.rowsIn);
}

std::optional<double> measure(const slo::Objective& objective, const PipelineSnapshot& pipeline,
                              std::int64_t nowUs)
{
    if (objective.indicator == slo::Indicator::Availability)
        return pipeline.state == RunState::Running ? 1.0
            : pipeline.state == RunState::Failed   ? std::optional(0.0)
                                                   : std::nullopt;
    if (pipeline.state != RunState::Running)
        return std::nullopt;
    // A pipeline that has just started has no rate and no latency to be judged yet.
    constexpr std::int64_t kWarmUpUs = 5'000'000;
    if (nowUs - pipeline.startedUs < kWarmUpUs)
        return std::nullopt;
    switch (objective.indicator) {
    case slo::Indicator::Freshness: return freshness(pipeline, objective.table);
    case slo::Indicator::LatencyP99:
        return pipeline.latency.p99Us < 0 ? std::nullopt
                                          : std::optional(double(pipeline.latency.p99Us) / 1e6);
    case slo::Indicator::Throughput: return pipeline.rowsInPerSecond;
    case slo::Indicator::Quality: return quality(pipeline);
    case slo::Indicator::Availability: break;
    }
    return std::nullopt;
}

const char* unitOf(slo::Indicator indicator)
{
    switch (indicator) {
    case slo::Indicator::Throughput: return "rec/s";
    case slo::Indicator::Quality:
    case slo::Indicator::Availability: return "%";
    default: return "s";
    }
}

} // namespace

void ObjectiveDesk::setDocument(const std::string& pipeline, const DocumentNode& document)
{
    Diagnostics unused;
    std::vector<slo::ObjectiveTracker> now;
    std::vector<slo::ObjectiveTracker>& before = m_trackers[pipeline];
    for (slo::Objective& objective : slo::readObjectives(document, unused)) {
        const auto same = std::ranges::find_if(before, [&](const slo::ObjectiveTracker& tracker) {
            const slo::Objective& old = tracker.objective();
            return old.name == objective.name && old.indicator == objective.indicator
                && old.threshold == objective.threshold && old.table == objective.table;
        });
        if (same != before.end())
            now.push_back(*same);
        else
            now.emplace_back(std::move(objective));
    }
    before = std::move(now);
}

void ObjectiveDesk::sample(EngineSnapshot& snapshot)
{
    const std::int64_t second = snapshot.timeUs / 1'000'000;
    const bool isDue = second != m_second;
    m_second = second;
    for (const PipelineSnapshot& pipeline : snapshot.pipelines) {
        const auto found = m_trackers.find(pipeline.name);
        if (found == m_trackers.end())
            continue;
        for (slo::ObjectiveTracker& tracker : found->second) {
            if (isDue)
                tracker.observe(snapshot.timeUs,
                                measure(tracker.objective(), pipeline, snapshot.timeUs));
            const slo::Objective& objective = tracker.objective();
            const bool isShare = objective.indicator == slo::Indicator::Quality
                || objective.indicator == slo::Indicator::Availability;
            const double scale = isShare ? 100 : 1;
            ObjectiveSnapshot out{.name = objective.name,
                                  .pipeline = pipeline.name,
                                  .indicator = slo::indicatorName(objective.indicator),
                                  .table = objective.table,
                                  .unit = unitOf(objective.indicator)};
            out.hasValue = tracker.value().has_value();
            out.value = tracker.value().value_or(0) * scale;
            out.threshold = objective.threshold * scale;
            out.isUpperBound = objective.isUpperBound();
            out.targetShare = objective.targetShare;
            out.goodShare = tracker.goodShare(snapshot.timeUs);
            out.budgetLeftShare = tracker.budgetLeftShare(snapshot.timeUs);
            out.burn1h = tracker.burnRate(snapshot.timeUs, 3'600'000'000);
            out.burn6h = tracker.burnRate(snapshot.timeUs, 6 * 3'600'000'000ll);
            out.isMet = out.hasValue && out.budgetLeftShare >= 0;
            snapshot.objectives.push_back(std::move(out));
        }
    }
}

} // namespace sluice::api
