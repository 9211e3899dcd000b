// SPDX-License-Identifier: Apache-2.0
#include "engine/api/engine_impl.h"

#include "engine/api/demo_plant.h"
#include "engine/base/log.h"
#include "engine/columns/batch.h"

#include <algorithm>
#include <iterator>

namespace sluice::api {
namespace {

constexpr auto kTick = std::chrono::milliseconds(100);
constexpr std::size_t kMaxEvents = 500;

int workersFor(const EngineOptions& options)
{
    return options.workers > 0 ? options.workers : processorCount();
}

} // namespace

EngineImpl::EngineImpl(EngineOptions options, std::unique_ptr<WorkspaceLink> workspace)
    : m_options(std::move(options))
    , m_workspace(std::move(workspace))
    , m_scheduler(workersFor(m_options))
    , m_queries(*m_workspace, m_series, [this] { wake(); })
    , m_history(m_series, m_workspace->workspace(), m_options.isReadOnly)
{
    m_startedUs = systemClock().wallNow().us;
    loadPipelines();
    loadShadows();
    if (const Status restored = m_history.restore(m_startedUs); !restored)
        noteEvent(EventSnapshot::Level::Warning, "workspace", restored.error().text());
    publish();
    m_thread = std::thread([this] { control(); });
    openControl();
}

EngineImpl::~EngineImpl()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isStopping = true;
    }
    wake();
    m_thread.join();
}

void EngineImpl::loadPipelines()
{
    const auto stored = m_workspace->workspace().pipelines();
    if (!stored) {
        noteEvent(EventSnapshot::Level::Critical, "workspace", stored.error().text());
        return;
    }
    for (const workspace::StoredPipeline& pipeline : *stored)
        m_slots[pipeline.name]
            = std::make_unique<PipelineSlot>(pipeline.name, pipeline.version, pipeline.documentPath,
                                             pipeline.text);
}

std::vector<Outcome> EngineImpl::takeOutcomes()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_outcomes, {});
}

void EngineImpl::control()
{
    auto next = std::chrono::steady_clock::now();
    for (;;) {
        std::deque<std::pair<CommandId, Command>> commands;
        bool hasNews = false;
        {
            std::unique_lock lock(m_mutex);
            m_wakes.wait_until(lock, next,
                               [&] { return m_isStopping || m_hasNews || !m_commands.empty(); });
            if (m_isStopping)
                break;
            commands.swap(m_commands);
            hasNews = std::exchange(m_hasNews, false);
        }
        for (auto& [id, command] : commands)
            std::visit([this, commandId = id](auto& each) { carryOut(commandId, each); }, command);
        answerDecisionRequests();
        m_queries.answerLive([this](const Query& query) { return answerLive(query); });
        const bool isDue = std::chrono::steady_clock::now() >= next;
        if (!isDue && !hasNews)
            continue;
        publish();
        if (isDue)
            next = std::max(next + kTick, std::chrono::steady_clock::now());
    }
    stopAll();
}

// On a thread of a run. It is not made to wait for the next tick: a bounded input that is over is
// stopped by whoever looks.
void EngineImpl::tellNews()
{
    {
        const std::lock_guard lock(m_mutex);
        m_hasNews = true;
    }
    wake();
}

void EngineImpl::stopAll()
{
    m_swaps.clear();
    for (auto& [name, shadow] : m_shadows)
        if (shadow.step != ShadowRun::Step::Adopting)
            shadow.step = ShadowRun::Step::Idle; // it goes on when it is asked for again
    for (auto& [name, slot] : m_slots)
        slot->requestStop(false);
    for (;;) {
        publish();
        if (std::ranges::none_of(m_slots,
                                 [](const auto& item) { return item.second->isRunning(); }))
            return;
        std::unique_lock lock(m_mutex);
        m_wakes.wait_for(lock, std::chrono::milliseconds(10));
    }
}

AnswerBody EngineImpl::answerLive(const Query& query) const
{
    const auto unknown = [](const std::string& name) {
        return Error{.code = ErrorCode::ConfigUnknown,
                     .message = "there is no pipeline \"" + name + "\"",
                     .object = name,
                     .hint = {},
                     .cause = {}};
    };
    if (const auto* document = std::get_if<DocumentQuery>(&query)) {
        const auto slot = m_slots.find(document->pipeline);
        if (slot == m_slots.end())
            return unknown(document->pipeline);
        return DocumentAnswer{slot->second->text()};
    }
    if (const auto* decisions = std::get_if<DecisionsQuery>(&query))
        return answerDecisions(*decisions);
    const auto& recent = std::get<RecentRecordsQuery>(query);
    const auto slot = m_slots.find(recent.pipeline);
    if (slot == m_slots.end())
        return unknown(recent.pipeline);
    const runtime::TaskGraph* graph = slot->second->run() ? slot->second->run()->graph() : nullptr;
    RecentRecordsAnswer out;
    for (std::size_t i = 0; graph && i < graph->edges().size(); ++i) {
        const runtime::RunEdge& edge = graph->edges()[i];
        if (edge.from != recent.from || edge.to != recent.to)
            continue;
        for (const runtime::EdgeTap::Sample& sample : edge.queue->tap().samples()) {
            const Grid part = gridOf(sample.batch.columns->schema(), {sample.batch.columns}, 256);
            if (out.grid.columns.empty()) {
                out.grid.columns = {{"seen", "timestamp", false}};
                out.grid.columns.insert(out.grid.columns.end(), part.columns.begin(),
                                        part.columns.end());
            }
            for (const auto& row : part.rows) {
                std::vector<std::optional<std::string>> cells{timestampText(sample.wallUs)};
                cells.insert(cells.end(), row.begin(), row.end());
                out.grid.rows.push_back(std::move(cells));
            }
        }
    }
    return out;
}

void EngineImpl::noteEvent(EventSnapshot::Level level, std::string object, std::string text)
{
    log(level == EventSnapshot::Level::Info ? LogLevel::Info : LogLevel::Warning,
        object + ": " + text);
    m_events.push_back({systemClock().wallNow().us, level, std::move(object), std::move(text)});
    if (m_events.size() > kMaxEvents)
        m_events.pop_front();
}

// A node's trouble becomes an event when it comes, changes or goes.
void EngineImpl::noteTroubles(const PipelineSnapshot& pipeline)
{
    for (const NodeSnapshot& node : pipeline.nodes) {
        const std::string object = pipeline.name + "/" + node.name;
        std::string& last = m_troubles[object];
        if (node.trouble == last)
            continue;
        if (node.trouble.empty())
            noteEvent(EventSnapshot::Level::Info, object, "is well again");
        else
            noteEvent(EventSnapshot::Level::Warning, object, node.trouble);
        last = node.trouble;
    }
}

void EngineImpl::noteEnd(const PipelineSnapshot& pipeline)
{
    const bool isFailed = pipeline.state == RunState::Failed;
    const char* outcome = isFailed             ? "failed"
        : pipeline.state == RunState::Finished ? "finished"
                                               : "stopped";
    noteEvent(isFailed ? EventSnapshot::Level::Critical : EventSnapshot::Level::Info, pipeline.name,
              isFailed ? "failed: " + pipeline.stateReason : outcome);
    if (const auto run = m_runs.find(pipeline.name); run != m_runs.end()) {
        const Status ended
            = m_workspace->workspace().endRun(run->second.id, outcome, pipeline.stateReason,
                                              systemClock().wallNow().us);
        if (!ended)
            noteEvent(EventSnapshot::Level::Warning, "workspace", ended.error().text());
        m_runs.erase(run);
    }
}

void EngineImpl::samplePipelines(EngineSnapshot& out)
{
    const std::int64_t steadyNs = systemClock().steadyNow().ns;
    for (auto& [name, slot] : m_slots) {
        PipelineSnapshot pipeline;
        const bool hasEnded = slot->sample(steadyNs, out.timeUs, pipeline);
        noteTroubles(pipeline);
        settle(pipeline);
        if (hasEnded) {
            noteEnd(pipeline);
            if (continueSwap(*slot))
                pipeline.state = RunState::Starting;
        }
        // Stopped only for its shadow: who waits for its end waits on.
        if (const auto shadow = m_shadows.find(name); shadow != m_shadows.end()
            && shadow->second.isHandingOver() && shadow->second.startsReal && !slot->isRunning())
            pipeline.state = RunState::Starting;
        if (const auto shadow = m_shadows.find(realName(name)); shadow != m_shadows.end())
            pipeline.rowsExpected = shadow->second.spec.isFromSource()
                ? std::int64_t(pipeline.rowsIn) + std::max<std::int64_t>(pipeline.lagRows, 0)
                : shadow->second.spec.rows;
        out.pipelines.push_back(std::move(pipeline));
    }
}

void EngineImpl::sampleMachine(EngineSnapshot& out)
{
    const ProcessUsage usage = processUsage();
    m_cpu.sample(systemClock().steadyNow().ns, std::uint64_t(usage.cpuNs));
    out.cpuShare = m_cpu.perSecond() / 1e9 / processorCount();
    out.residentBytes = usage.residentBytes;
    for (const workspace::StoredConnection& stored : m_workspace->storedConnections()) {
        ConnectionSnapshot connection{.name = stored.name, .kind = stored.kind};
        if (const auto servers = stored.options.find("bootstrap.servers");
            servers != stored.options.end())
            connection.summary = servers->second;
        connection.options.assign(stored.options.begin(), stored.options.end());
        out.connections.push_back(std::move(connection));
    }
}

void EngineImpl::publish()
{
    auto next = std::make_shared<EngineSnapshot>();
    next->generation = ++m_generation;
    next->timeUs = systemClock().wallNow().us;
    next->workspaceName = m_workspace->name();
    next->workspacePath = m_workspace->folder();
    next->historySeconds = std::uint64_t((next->timeUs - m_startedUs) / 1'000'000);
    samplePipelines(*next);
    followReplays();
    followShadows();
    sampleMachine(*next);
    m_objectives.sample(*next);
    next->events.assign(m_events.begin(), m_events.end());
    if (const Status kept = m_history.keep(*next);
        !kept && m_troubles["workspace"] != kept.error().message) {
        m_troubles["workspace"] = kept.error().message;
        noteEvent(EventSnapshot::Level::Warning, "workspace", kept.error().text());
    }
    m_snapshot.publish(std::move(next));
    handOut();
}

Result<std::unique_ptr<Engine>> openEngine(const EngineOptions& options)
{
    initializeColumns();
    SLUICE_TRY(auto workspace, WorkspaceLink::open(options.workspace, options.isReadOnly));
    return std::unique_ptr<Engine>(std::make_unique<EngineImpl>(options, std::move(workspace)));
}

} // namespace sluice::api
