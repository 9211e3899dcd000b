// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/rate_meter.h"
#include "engine/api/snapshot.h"
#include "engine/runtime/pipeline_run.h"
#include "engine/telemetry/series_store.h"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace sluice::api {

/// Looks at a running pipeline every 100 ms: turns its counters into a PipelineSnapshot and feeds
/// the time series. Keeps the rates of one run; made anew for each run. Control thread only.
class PipelineSampler
{
public:
    PipelineSampler(const runtime::PipelineRun& run, SeriesStore& series);

    /// Fills everything that follows from the run; name, version and document are the caller's.
    void sample(std::int64_t steadyNs, std::int64_t wallUs, PipelineSnapshot& out);

private:
    struct NodeMeters
    {
        RateMeter rowsIn, rowsOut, bytesOut, busy, blocked;
    };
    struct EdgeMeters
    {
        RateMeter rows, bytes;
    };
    struct RuleMeter
    {
        RateMeter failed;
        std::deque<std::pair<std::uint64_t, std::uint64_t>> minutes; // passed, failed at their end
        std::int64_t minute = -1;
    };

    void sampleNode(const runtime::RunNode& node, NodeSnapshot& out);
    void sampleEdges(PipelineSnapshot& out);
    void sampleRules(const runtime::RunNode& node, PipelineSnapshot& out);
    void summarise(PipelineSnapshot& out);
    void record(const PipelineSnapshot& snapshot);
    void recordValue(const std::string& name, double value);

    const runtime::PipelineRun& m_run;
    SeriesStore& m_series;
    std::map<std::string, NodeMeters> m_nodes;
    std::vector<EdgeMeters> m_edges;
    std::map<std::string, RuleMeter> m_rules;
    std::map<std::string, SeriesStore::SeriesId> m_seriesIds;
    RateMeter m_rejected;
    std::map<std::string, RateMeter> m_rejectedBy;
    std::int64_t m_steadyNs = 0, m_wallUs = 0;
};

NodeRole nodeRole(flow::NodeCategory category);
RunState runState(runtime::RunPhase phase);

} // namespace sluice::api
