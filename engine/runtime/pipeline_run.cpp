// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/pipeline_run.h"

#include "engine/base/durable_file.h"
#include "engine/base/log.h"

#include <algorithm>

#include <pthread.h>

namespace sluice::runtime {

PipelineRun::PipelineRun(Plan plan, RunEnvironment environment)
    : m_plan(std::move(plan))
    , m_environment(std::move(environment))
    , m_manifests(m_environment.stateFolder)
{
    // A source counts as busy until it says otherwise.
    for (const PlannedNode& node : m_plan.nodes)
        if (node.bound.createSource)
            m_sourceStates[node.name] = flow::PollOutcome::More;
    m_status.startedUs = m_environment.services.clock->wallNow().us;
    m_thread = std::thread([this] {
        pthread_setname_np(pthread_self(), "sluice-epoch");
        coordinate();
    });
}

PipelineRun::~PipelineRun()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopsAtOnce = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

void PipelineRun::requestStop(bool closesWindows)
{
    {
        const std::lock_guard lock(m_mutex);
        m_stops = true;
        m_closesWindows = closesWindows;
    }
    m_changed.notify_all();
}

void PipelineRun::wait()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] {
        return m_status.phase == RunPhase::Stopped || m_status.phase == RunPhase::Finished
            || m_status.phase == RunPhase::Failed;
    });
}

RunStatus PipelineRun::status() const
{
    const std::lock_guard lock(m_mutex);
    return m_status;
}

bool PipelineRun::hasBeenIdle(std::chrono::nanoseconds atLeast) const
{
    const std::lock_guard lock(m_mutex);
    if (m_idleSinceNs < 0 || m_status.phase != RunPhase::Running)
        return false;
    // Bounded input that has been read is over at once; a live one must stay silent for a while.
    const bool isFinished = std::ranges::all_of(m_sourceStates, [](const auto& source) {
        return source.second == flow::PollOutcome::Finished;
    });
    return isFinished
        || m_environment.services.clock->steadyNow().ns - m_idleSinceNs >= atLeast.count();
}

void PipelineRun::partReady(const EpochRequest& request, EpochPart part)
{
    bool isWhole = false;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_current.request || m_current.request->epoch != request.epoch)
            return; // of an epoch that was given up
        m_current.parts.push_back(std::move(part));
        isWhole = m_current.parts.size() == m_graph->nodes().size();
    }
    if (isWhole)
        m_changed.notify_all();
}

void PipelineRun::failed(const std::string& node, Error error)
{
    {
        const std::lock_guard lock(m_mutex);
        if (!m_failure) {
            if (error.object.empty())
                error.object = node;
            m_failure = std::move(error);
        }
    }
    m_changed.notify_all();
}

void PipelineRun::sourceState(const std::string& node, flow::PollOutcome outcome)
{
    const std::lock_guard lock(m_mutex);
    m_sourceStates[node] = outcome;
    const bool isBusy = std::ranges::any_of(m_sourceStates, [](const auto& source) {
        return source.second == flow::PollOutcome::More;
    });
    if (isBusy)
        m_idleSinceNs = -1;
    else if (m_idleSinceNs < 0)
        m_idleSinceNs = m_environment.services.clock->steadyNow().ns;
}

void PipelineRun::setPhase(RunPhase phase, std::string reason)
{
    {
        const std::lock_guard lock(m_mutex);
        m_status.phase = phase;
        m_status.reason = std::move(reason);
    }
    m_changed.notify_all();
}

void PipelineRun::warn(std::string text)
{
    log(LogLevel::Warning, m_plan.pipeline + ": " + text);
    const std::lock_guard lock(m_mutex);
    m_status.warnings.push_back(std::move(text));
}

void PipelineRun::coordinate()
{
    if (Status started = start(); !started) {
        setPhase(RunPhase::Failed, started.error().text());
        return;
    }
    {
        const std::lock_guard lock(m_mutex);
        m_status.startedUs = m_environment.services.clock->wallNow().us;
    }
    setPhase(RunPhase::Running);
    m_graph->wakeAll();
    const bool isClean = runEpochs();
    m_graph->retireAll();
    std::optional<Error> failure;
    bool wasFinished = false;
    {
        const std::lock_guard lock(m_mutex);
        failure = m_failure;
        wasFinished = m_closesWindows;
    }
    if (failure)
        setPhase(RunPhase::Failed, failure->text());
    else
        setPhase(isClean && wasFinished ? RunPhase::Finished : RunPhase::Stopped);
}

bool PipelineRun::runEpochs()
{
    const auto length = std::chrono::microseconds(m_plan.epochLength);
    for (bool isFinal = false; !isFinal;) {
        EpochParts whole;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait_for(lock, length,
                               [this] { return m_stops || m_stopsAtOnce || m_failure; });
            if (m_stopsAtOnce || m_failure)
                return false;
            isFinal = m_stops;
            if (isFinal)
                m_status.phase = RunPhase::Stopping;
            m_current = {makeRequest(isFinal, isFinal && m_closesWindows), {}};
            const EpochRequestPtr request = m_current.request;
            lock.unlock();
            for (RunNode& node : m_graph->nodes()) {
                if (node.source)
                    node.source->requestEpoch(request);
            }
            lock.lock();
            m_changed.wait(lock, [this] {
                return m_stopsAtOnce || m_failure
                    || m_current.parts.size() == m_graph->nodes().size();
            });
            if (m_stopsAtOnce || m_failure)
                return false;
            whole = std::move(m_current);
            m_current = {};
        }
        if (Status finished = finishEpoch(std::move(whole)); !finished) {
            failed("epoch", std::move(finished).takeError());
            return false;
        }
    }
    return true;
}

} // namespace sluice::runtime
