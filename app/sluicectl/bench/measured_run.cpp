// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/bench/measured_run.h"

#include "app/sluicectl/bench/benchmark.h"
#include "engine/base/time.h"
#include "engine/telemetry/process_usage.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

namespace sluice::ctl {
namespace {

Error failure(const std::string& what, const std::string& document)
{
    return {
        .code = ErrorCode::Internal, .message = what, .object = document, .hint = {}, .cause = {}};
}

// One run, looked at every millisecond until it is over. The engine tells when it began only later,
// so the processor time used so far is noted at every look until then.
class Watch
{
public:
    Watch(api::Engine& engine, const RunOrder& order)
        : m_engine(engine)
        , m_order(order)
    {
    }

    Result<RunCost> run()
    {
        for (const api::Command& command : m_order.before)
            m_engine.submit(command);
        m_engine.submit(api::DeployPipeline{.documentPath = m_order.document, .text = {}});
        for (;;) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            if (m_beginUs == 0)
                m_looks.emplace_back(systemClock().wallNow().us, processUsage().cpuNs);
            for (const api::Outcome& outcome : m_engine.takeOutcomes())
                if (outcome.error)
                    return *outcome.error;
            const api::EngineSnapshotPtr snapshot = m_engine.snapshot();
            if (snapshot->generation == m_generation || snapshot->pipelines.empty())
                continue;
            m_generation = snapshot->generation;
            const api::PipelineSnapshot& pipeline = snapshot->pipelines.front();
            if (pipeline.state == api::RunState::Failed)
                return failure(pipeline.stateReason, m_order.document);
            if (pipeline.state == api::RunState::Finished && m_isStopping)
                return cost(pipeline);
            if (pipeline.state == api::RunState::Running)
                look(pipeline);
        }
    }

private:
    void look(const api::PipelineSnapshot& pipeline)
    {
        if (m_beginUs == 0) {
            m_beginUs = pipeline.startedUs;
            const auto next = std::ranges::lower_bound(m_looks, m_beginUs, {},
                                                       [](const auto& one) { return one.first; });
            m_beginCpuNs = next == m_looks.end() ? processUsage().cpuNs : next->second;
        }
        if (pipeline.latency.count > 0) {
            m_cost.p50Ms = double(pipeline.latency.p50Us) / 1000;
            m_cost.p99Ms = double(pipeline.latency.p99Us) / 1000;
            m_cost.maxMs = double(pipeline.latency.maxUs) / 1000;
        }
        const bool isOver = m_order.stopsAfterRows > 0 ? pipeline.rowsIn >= m_order.stopsAfterRows
                                                       : pipeline.isInputOver;
        if (isOver && !m_isStopping) {
            m_isStopping = true;
            m_engine.submit(api::StopPipeline{.pipeline = pipeline.name, .isInputOver = true});
        }
    }

    Result<RunCost> cost(const api::PipelineSnapshot& pipeline)
    {
        m_cost.rows = double(pipeline.rowsIn);
        m_cost.seconds = double(pipeline.lastCommitUs - m_beginUs) * 1e-6;
        m_cost.cpuSeconds = double(processUsage().cpuNs - m_beginCpuNs) * 1e-9;
        m_cost.last = pipeline;
        if (m_cost.rows <= 0 || m_cost.seconds <= 0)
            return failure("the run was over before it could be measured; take more events",
                           m_order.document);
        if (!pipeline.isConserved)
            return failure("rows were lost or made up", m_order.document);
        return m_cost;
    }

    api::Engine& m_engine;
    const RunOrder& m_order;
    RunCost m_cost;
    std::vector<std::pair<std::int64_t, std::int64_t>> m_looks; // wall us, processor ns
    std::uint64_t m_generation = 0;
    std::int64_t m_beginUs = 0, m_beginCpuNs = 0;
    bool m_isStopping = false;
};

} // namespace

Result<RunCost> runToEnd(const RunOrder& order)
{
    std::error_code error;
    std::filesystem::remove_all(order.workspace, error);
    SLUICE_TRY(auto engine,
               api::openEngine({.workspace = order.workspace, .workers = order.workers}));
    return Watch(*engine, order).run();
}

Result<std::vector<RunCost>> runOften(const RunOrder& order, int runs,
                                      const std::function<void()>& before)
{
    std::vector<RunCost> out;
    for (int i = 0; i < runs; ++i) {
        note("run " + std::to_string(i + 1) + " of " + std::to_string(runs) + " ...");
        if (before)
            before();
        SLUICE_TRY(RunCost cost, runToEnd(order));
        out.push_back(std::move(cost));
    }
    return out;
}

} // namespace sluice::ctl
