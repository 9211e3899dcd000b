// SPDX-License-Identifier: Apache-2.0
// How a document comes to run: the half of EngineImpl that starts pipelines and changes running
// ones. A change ends an epoch of the version that runs, commits it, and only then keeps the new
// version and starts it from there; a crash at any moment leaves the one or the other.
#include "engine/api/engine_impl.h"
#include "engine/base/durable_file.h"
#include "engine/base/fail_point.h"
#include "engine/lake/table_sink.h"

#include <filesystem>

namespace sluice::api {
namespace {

Error documentError(const Diagnostics& diagnostics)
{
    std::string text = diagnostics.text();
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return {
        .code = ErrorCode::ConfigInvalid, .message = text, .object = {}, .hint = {}, .cause = {}};
}

} // namespace

// Tells the outcome of starts and stops that were waiting for it.
void EngineImpl::settle(const PipelineSnapshot& snapshot)
{
    for (auto it = m_pending.begin(); it != m_pending.end();) {
        const Pending pending = *it;
        const bool isOver = snapshot.state == RunState::Stopped
            || snapshot.state == RunState::Finished || snapshot.state == RunState::Failed;
        const bool isMine = pending.pipeline == snapshot.name;
        if (!isMine
            || (pending.waitsForStart ? !isOver && snapshot.state != RunState::Running : !isOver)) {
            ++it;
            continue;
        }
        it = m_pending.erase(it);
        if (pending.waitsForStart && snapshot.state == RunState::Running)
            m_swaps.erase(snapshot.name);
        const std::string version = snapshot.name + ": version " + std::to_string(snapshot.version);
        if (snapshot.state == RunState::Failed)
            refused(pending.id,
                    {.code = ErrorCode::Internal,
                     .message = snapshot.stateReason,
                     .object = snapshot.name,
                     .hint = {},
                     .cause = {}});
        else
            done(pending.id, version + (pending.waitsForStart ? " runs" : " has stopped"));
    }
}

runtime::RunEnvironment EngineImpl::environmentOf(const std::string& pipeline,
                                                  const std::string& documentPath)
{
    runtime::RunEnvironment environment;
    environment.scheduler = &m_scheduler;
    environment.services = m_workspace->servicesFor(documentPath);
    environment.stateFolder = m_workspace->workspace().stateFolder(pipeline);
    environment.makeRejectSink
        = [](Verdict verdict,
             const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Sink>> {
        return lake::makeRejectSink(runtime::rejectTable(verdict, create.pipeline),
                                    create.services->lakeFolder, create.pipeline,
                                    verdictName(verdict), *create.services->clock);
    };
    environment.makeReplayedSink = [lake = environment.services.lakeFolder, name = pipeline,
                                    clock = environment.services.clock] {
        return lake::makeReplayedSink(runtime::replayedTable(name), lake, name, *clock);
    };
    environment.tellNews = [this] { tellNews(); };
    environment.planAgain = [this](const runtime::FormerDocument& former) -> Result<runtime::Plan> {
        Diagnostics found(former.path);
        runtime::Plan again
            = checkDocument(former.text, former.path, m_workspace->servicesFor(former.path), found);
        if (found.hasErrors())
            return documentError(found);
        return again;
    };
    return environment;
}

Status EngineImpl::start(PipelineSlot& slot, CommandId id, bool readsOnlyKept)
{
    if (const auto shadow = m_shadows.find(slot.name());
        shadow != m_shadows.end() && shadow->second.spec.phase == ShadowSpec::Phase::Adopting)
        return Error{.code = ErrorCode::Conflict,
                     .message = "its tables have not all changed places yet",
                     .object = slot.name(),
                     .hint
                     = "Open the workspace anew: that is finished first; its trouble stands in "
                       "the log.",
                     .cause = {}};
    const flow::Services services = m_workspace->servicesFor(slot.documentPath());
    Diagnostics diagnostics(slot.documentPath());
    runtime::Plan plan = checkDocument(slot.text(), slot.documentPath(), services, diagnostics);
    if (diagnostics.hasErrors()) {
        slot.fail(diagnostics.text());
        return documentError(diagnostics);
    }
    m_objectives.setDocument(slot.name(), plan.document);
    runtime::RunEnvironment environment = environmentOf(slot.name(), slot.documentPath());
    environment.pipelineVersion = slot.version();
    environment.readsOnlyKept = readsOnlyKept;
    SLUICE_TRY(makeFolderDurably(environment.stateFolder));
    SLUICE_TRY(const std::int64_t run,
               m_workspace->workspace().beginRun(slot.name(), slot.version(),
                                                 systemClock().wallNow().us));
    if (!plan.document.find("epoch"))
        plan.epochLength = Micros(std::int64_t(m_options.epochSeconds * 1e6));
    m_runs[slot.name()] = {run};
    slot.start(std::move(plan), std::move(environment), m_series);
    m_pending.push_back({id, slot.name(), true, slot.version()});
    noteEvent(EventSnapshot::Level::Info, slot.name(),
              "version " + std::to_string(slot.version()) + " starts");
    return ok();
}

Status EngineImpl::deploy(Deployment command)
{
    const std::string& path = command.path;
    std::string text = std::move(command.text);
    SLUICE_TRY(needsRights("deploy"));
    std::error_code error;
    const std::string absolute = path.empty()
        ? std::string()
        : std::filesystem::absolute(path, error).lexically_normal().string();
    if (text.empty()) {
        SLUICE_TRY(text, readFile(absolute));
    }
    Diagnostics diagnostics(path);
    const runtime::Plan plan
        = checkDocument(text, absolute, m_workspace->servicesFor(absolute), diagnostics);
    if (diagnostics.hasErrors())
        return documentError(diagnostics);
    PipelineSlot* slot = find(plan.pipeline);
    if (slot && !command.rebuild.empty())
        return beginShadow(plan, {.nodes = {command.rebuild.begin(), command.rebuild.end()}}, true,
                           {command.id, command.key, false});
    if (const auto shadow = m_shadows.find(plan.pipeline);
        shadow != m_shadows.end() && shadow->second.isHandingOver())
        return Error{.code = ErrorCode::Conflict,
                     .message = "its tables are being made anew at this moment",
                     .object = plan.pipeline,
                     .hint = "Wait until it is done.",
                     .cause = {}};
    if (slot && slot->isRunning())
        return beginSwap(*slot, {.id = command.id, .path = absolute, .text = text});
    SLUICE_TRY(const int version,
               m_workspace->workspace().savePipeline(plan.pipeline, text, absolute,
                                                     systemClock().wallNow().us));
    if (!slot) {
        m_slots[plan.pipeline]
            = std::make_unique<PipelineSlot>(plan.pipeline, version, absolute, text);
        slot = m_slots[plan.pipeline].get();
    }
    slot->setDocument(version, absolute, text);
    if (command.starts)
        return start(*slot, command.id);
    done(command.id, plan.pipeline + ": version " + std::to_string(version) + " is kept");
    return ok();
}

// Asks the version that runs to end an epoch and stop; the rest is done when it has.
Status EngineImpl::beginSwap(PipelineSlot& slot, Swap swap)
{
    if (m_swaps.contains(slot.name()) || slot.isStopRequested())
        return Error{.code = ErrorCode::Conflict,
                     .message = "the pipeline is being changed or stopped at this moment",
                     .object = slot.name(),
                     .hint = "Wait until it is done.",
                     .cause = {}};
    swap.formerPath = slot.documentPath();
    swap.formerText = slot.text();
    m_swaps[slot.name()] = std::move(swap);
    slot.requestStop(false);
    return ok();
}

// A run has ended: if another version is to follow it, starts that. If the version that followed
// did not come up, the former one is kept and started again. Returns true if something starts.
bool EngineImpl::continueSwap(PipelineSlot& slot)
{
    const auto found = m_swaps.find(slot.name());
    if (found == m_swaps.end())
        return false;
    Swap& swap = found->second;
    if (!swap.hasStarted) {
        swap.hasStarted = true;
        Status started = keepAndStart(slot, swap.path, swap.text, swap.id);
        if (started)
            return true;
        refused(swap.id, std::move(started).takeError());
    }
    const Swap former = std::move(swap);
    m_swaps.erase(found);
    noteEvent(EventSnapshot::Level::Warning, slot.name(),
              "the new version did not start; the former one goes on");
    Status back = keepAndStart(slot, former.formerPath, former.formerText, 0);
    if (!back)
        noteEvent(EventSnapshot::Level::Critical, slot.name(), back.error().text());
    return bool(back);
}

Status EngineImpl::keepAndStart(PipelineSlot& slot, const std::string& path,
                                const std::string& text, CommandId id)
{
    SLUICE_TRY(failPoint("swap.stopped", slot.name()));
    SLUICE_TRY(const int version,
               m_workspace->workspace().savePipeline(slot.name(), text, path,
                                                     systemClock().wallNow().us));
    SLUICE_TRY(failPoint("swap.kept", slot.name()));
    slot.setDocument(version, path, text);
    return start(slot, id);
}

void EngineImpl::giveUpSwap(const std::string& pipeline, const char* why)
{
    const auto found = m_swaps.find(pipeline);
    if (found == m_swaps.end())
        return;
    if (!found->second.hasStarted)
        refused(found->second.id,
                {.code = ErrorCode::Conflict,
                 .message = std::string("the new version was not started: ") + why,
                 .object = pipeline,
                 .hint = "Deploy it again.",
                 .cause = {}});
    m_swaps.erase(found);
}

void EngineImpl::carryOut(CommandId id, DeployPipeline& command)
{
    if (Status status = deploy({.id = id,
                                .path = command.documentPath,
                                .text = std::move(command.text),
                                .starts = command.starts,
                                .rebuild = command.rebuild,
                                .key = command.key});
        !status)
        refused(id, std::move(status).takeError());
}

} // namespace sluice::api
