// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/pipeline_run.h"

#include "engine/base/durable_file.h"
#include "engine/base/log.h"

#include <algorithm>

#include <pthread.h>

namespace sluice::runtime {
namespace {

constexpr std::chrono::nanoseconds kFirstAfterRestart = std::chrono::milliseconds(30);

}

PipelineRun::PipelineRun(Plan plan, RunEnvironment environment)
    : m_plan(std::move(plan))
    , m_environment(std::move(environment))
    , m_manifests(m_environment.stateFolder)
    , m_replays(m_environment.stateFolder)
{
    // A source counts as busy until it says otherwise.
    for (const PlannedNode& node : m_plan.nodes)
        if (node.bound.createSource)
            m_sourceStates[node.name] = flow::PollOutcome::More;
    m_status.startedUs = m_environment.services.clock->wallNow().us;
    if (!m_environment.hasThread)
        return;
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
    wakeCoordinator();
    if (m_thread.joinable())
        m_thread.join();
}

void PipelineRun::requestStop(bool closesWindows)
{
    {
        const std::lock_guard lock(m_mutex);
        m_stops = true;
        m_closesWindows = closesWindows;
    }
    wakeCoordinator();
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
    if (m_looksForReplay || !m_status.replay.isOver())
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
        wakeCoordinator();
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
    wakeCoordinator();
}

void PipelineRun::sourceState(const std::string& node, flow::PollOutcome outcome)
{
    bool isOver = false;
    {
        const std::lock_guard lock(m_mutex);
        m_sourceStates[node] = outcome;
        const bool isBusy = std::ranges::any_of(m_sourceStates, [](const auto& source) {
            return source.second == flow::PollOutcome::More
                || source.second == flow::PollOutcome::Waiting;
        });
        if (isBusy)
            m_idleSinceNs = -1;
        else if (m_idleSinceNs < 0)
            m_idleSinceNs = m_environment.services.clock->steadyNow().ns;
        isOver = !isBusy && outcome == flow::PollOutcome::Finished;
    }
    if (isOver)
        tellNews();
}

void PipelineRun::tellNews() const
{
    if (m_environment.tellNews)
        m_environment.tellNews();
}

void PipelineRun::setPhase(RunPhase phase, std::string reason)
{
    {
        const std::lock_guard lock(m_mutex);
        m_status.phase = phase;
        m_status.reason = std::move(reason);
    }
    m_changed.notify_all();
    tellNews();
}

void PipelineRun::warn(std::string text)
{
    log(LogLevel::Warning, m_plan.pipeline + ": " + text);
    const std::lock_guard lock(m_mutex);
    m_status.warnings.push_back(std::move(text));
}

void PipelineRun::wakeCoordinator()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isWoken = true;
    }
    m_changed.notify_all();
}

void PipelineRun::coordinate()
{
    bool isEpochDue = false;
    for (;;) {
        const StepOutcome next = step(isEpochDue);
        if (isOver())
            return;
        const auto isWoken = [this] { return m_isWoken; };
        std::unique_lock lock(m_mutex);
        if (next.next == StepOutcome::Next::WaitUntil) {
            const std::int64_t now = m_environment.services.clock->steadyNow().ns;
            isEpochDue
                = !m_changed.wait_for(lock, std::chrono::nanoseconds(next.untilNs - now), isWoken);
        } else {
            m_changed.wait(lock, isWoken);
            isEpochDue = false;
        }
        m_isWoken = false;
    }
}

StepOutcome PipelineRun::step(bool isEpochDue)
{
    switch (m_stage) {
    case Stage::Start: return begin();
    case Stage::BetweenEpochs: return askForEpoch(isEpochDue);
    case Stage::Collecting: return collectEpoch();
    case Stage::Over: break;
    }
    return StepOutcome::wait();
}

StepOutcome PipelineRun::begin()
{
    if (Status started = start(); !started) {
        m_stage = Stage::Over;
        setPhase(RunPhase::Failed, started.error().text());
        return StepOutcome::wait();
    }
    {
        // Benchmarks count from here: restoring state and opening sources is over.
        const std::lock_guard lock(m_mutex);
        m_status.startedUs = m_environment.services.clock->wallNow().us;
    }
    setPhase(RunPhase::Running);
    m_graph->wakeAll();
    // After a restart new rows are seen soon, and not only when a whole epoch is over.
    const std::chrono::nanoseconds length = m_plan.epochLength;
    const std::chrono::nanoseconds first
        = m_manifest.epoch > 0 ? std::min(length, kFirstAfterRestart) : length;
    m_epochAskedNs = m_environment.services.clock->steadyNow().ns - (length - first).count();
    return waitForEpoch();
}

// From request to request: the time that a commit takes is not added to the next epoch.
StepOutcome PipelineRun::waitForEpoch()
{
    m_stage = Stage::BetweenEpochs;
    const std::chrono::nanoseconds length = m_plan.epochLength;
    m_epochDueNs
        = std::max(m_environment.services.clock->steadyNow().ns, m_epochAskedNs + length.count());
    return StepOutcome::waitUntil(m_epochDueNs);
}

StepOutcome PipelineRun::askForEpoch(bool isEpochDue)
{
    std::shared_ptr<EpochRequest> request;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_stopsAtOnce && !m_failure) {
            if (!m_stops && !isEpochDue)
                return StepOutcome::waitUntil(m_epochDueNs);
            if (m_stops)
                m_status.phase = RunPhase::Stopping;
            request = makeRequest(m_stops, m_stops && m_closesWindows);
        }
    }
    if (!request)
        return end(false);
    m_taken = 0;
    if (!request->isFinal)
        takeReplay(*request);
    {
        const std::lock_guard lock(m_mutex);
        m_current = {request, {}};
    }
    m_stage = Stage::Collecting;
    m_epochAskedNs = m_environment.services.clock->steadyNow().ns;
    for (RunNode& node : m_graph->nodes()) {
        if (node.source)
            node.source->requestEpoch(request);
    }
    return collectEpoch();
}

StepOutcome PipelineRun::collectEpoch()
{
    EpochParts whole;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_stopsAtOnce && !m_failure) {
            if (m_current.parts.size() < m_graph->nodes().size())
                return StepOutcome::wait();
            whole = std::move(m_current);
            m_current = {};
        }
    }
    if (!whole.request)
        return end(false);
    const bool isFinal = whole.request->isFinal;
    if (Status finished = finishEpoch(std::move(whole)); !finished) {
        failed("epoch", std::move(finished).takeError());
        return end(false);
    }
    return isFinal ? end(true) : waitForEpoch();
}

StepOutcome PipelineRun::end(bool isClean)
{
    m_graph->retireAll();
    m_stage = Stage::Over;
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
    return StepOutcome::wait();
}

} // namespace sluice::runtime
