// SPDX-License-Identifier: Apache-2.0
#include "engine/api/pipeline_slot.h"

namespace sluice::api {

PipelineSlot::PipelineSlot(std::string name, int version, std::string documentPath,
                           std::string text)
    : m_name(std::move(name))
    , m_version(version)
    , m_documentPath(std::move(documentPath))
    , m_text(std::move(text))
{
}

void PipelineSlot::setDocument(int version, std::string documentPath, std::string text)
{
    m_version = version;
    m_documentPath = std::move(documentPath);
    m_text = std::move(text);
}

void PipelineSlot::start(runtime::Plan plan, runtime::RunEnvironment environment,
                         SeriesStore& series)
{
    m_last.reset();
    m_isStopRequested = false;
    m_run = std::make_unique<runtime::PipelineRun>(std::move(plan), std::move(environment));
    m_sampler = std::make_unique<PipelineSampler>(*m_run, series);
}

void PipelineSlot::requestStop(bool isInputOver)
{
    m_isStopRequested = true;
    if (m_run)
        m_run->requestStop(isInputOver);
}

void PipelineSlot::fail(const std::string& reason)
{
    m_last.emplace();
    m_last->state = RunState::Failed;
    m_last->stateReason = reason;
}

bool PipelineSlot::sample(std::int64_t steadyNs, std::int64_t wallUs, PipelineSnapshot& out)
{
    bool hasEnded = false;
    if (m_run) {
        m_sampler->sample(steadyNs, wallUs, out);
        out.description = m_run->plan().description;
        out.canvas = m_run->plan().canvas;
        out.isInputOver = m_run->hasBeenIdle(std::chrono::seconds(2));
        hasEnded = out.state == RunState::Stopped || out.state == RunState::Finished
            || out.state == RunState::Failed;
        if (hasEnded) {
            m_last = out;
            for (NodeSnapshot& node : m_last->nodes)
                node.rowsInPerSecond = node.rowsOutPerSecond = node.bytesOutPerSecond = 0;
            for (EdgeSnapshot& edge : m_last->edges)
                edge.rowsPerSecond = edge.bytesPerSecond = edge.fillShare = 0;
            m_last->rowsInPerSecond = m_last->bytesInPerSecond = m_last->rejectedPerSecond = 0;
            m_sampler.reset();
            m_run.reset();
        }
    } else if (m_last) {
        out = *m_last;
    }
    out.name = m_name;
    out.version = m_version;
    out.documentPath = m_documentPath;
    return hasEnded;
}

} // namespace sluice::api
