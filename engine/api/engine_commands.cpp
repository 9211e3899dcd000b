// SPDX-License-Identifier: Apache-2.0
#include "engine/api/demo_plant.h"
#include "engine/api/engine_impl.h"
#include "engine/base/durable_file.h"
#include "engine/lake/table_sink.h"

#include <algorithm>
#include <filesystem>

namespace sluice::api {
namespace {

Error notThere(const std::string& pipeline)
{
    return {.code = ErrorCode::ConfigUnknown,
            .message = "there is no pipeline \"" + pipeline + "\"",
            .object = pipeline,
            .hint = "Deploy its document first.",
            .cause = {}};
}

Error documentError(const Diagnostics& diagnostics)
{
    std::string text = diagnostics.text();
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return {
        .code = ErrorCode::ConfigInvalid, .message = text, .object = {}, .hint = {}, .cause = {}};
}

} // namespace

void EngineImpl::done(CommandId id, std::string text)
{
    m_settled.push_back({id, std::move(text), std::nullopt});
}

void EngineImpl::refused(CommandId id, Error error)
{
    m_settled.push_back({id, {}, std::move(error)});
}

Status EngineImpl::needsRights(const char* what) const
{
    if (!m_options.isReadOnly)
        return ok();
    return Error{.code = ErrorCode::PermissionDenied,
                 .message
                 = std::string("the workspace was opened for looking only: cannot ") + what,
                 .object = m_options.workspace,
                 .hint = "Open it without the read-only option.",
                 .cause = {}};
}

PipelineSlot* EngineImpl::find(const std::string& pipeline)
{
    const auto found = m_slots.find(pipeline);
    return found == m_slots.end() ? nullptr : found->second.get();
}

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

Status EngineImpl::start(PipelineSlot& slot, CommandId id)
{
    const flow::Services services = m_workspace->servicesFor(slot.documentPath());
    Diagnostics diagnostics(slot.documentPath());
    runtime::Plan plan = checkDocument(slot.text(), slot.documentPath(), services, diagnostics);
    if (diagnostics.hasErrors()) {
        slot.fail(diagnostics.text());
        return documentError(diagnostics);
    }
    m_objectives.setDocument(slot.name(), plan.document);
    runtime::RunEnvironment environment;
    environment.scheduler = &m_scheduler;
    environment.services = services;
    environment.stateFolder = m_workspace->workspace().stateFolder(slot.name());
    environment.makeRejectSink
        = [](Verdict verdict,
             const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Sink>> {
        return lake::makeRejectSink(runtime::rejectTable(verdict, create.pipeline),
                                    create.services->lakeFolder, create.pipeline,
                                    verdictName(verdict), *create.services->clock);
    };
    SLUICE_TRY(makeFolder(environment.stateFolder));
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

Status EngineImpl::deploy(const std::string& path, std::string text, CommandId id)
{
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
    if (slot && slot->isRunning())
        return Error{.code = ErrorCode::Conflict,
                     .message = "the pipeline runs",
                     .object = plan.pipeline,
                     .hint = "Stop it first; its state stays.",
                     .cause = {}};
    SLUICE_TRY(const int version,
               m_workspace->workspace().savePipeline(plan.pipeline, text, absolute,
                                                     systemClock().wallNow().us));
    if (!slot) {
        m_slots[plan.pipeline]
            = std::make_unique<PipelineSlot>(plan.pipeline, version, absolute, text);
        slot = m_slots[plan.pipeline].get();
    }
    slot->setDocument(version, absolute, text);
    return start(*slot, id);
}

void EngineImpl::carryOut(CommandId id, DeployPipeline& command)
{
    if (Status status = deploy(command.documentPath, std::move(command.text), id); !status)
        refused(id, std::move(status).takeError());
}

void EngineImpl::carryOut(CommandId id, StartPipeline& command)
{
    PipelineSlot* slot = find(command.pipeline);
    if (Status rights = needsRights("start a pipeline"); !rights)
        refused(id, std::move(rights).takeError());
    else if (!slot)
        refused(id, notThere(command.pipeline));
    else if (slot->isRunning())
        done(id, command.pipeline + " runs already");
    else if (Status started = start(*slot, id); !started)
        refused(id, std::move(started).takeError());
}

void EngineImpl::carryOut(CommandId id, StopPipeline& command)
{
    PipelineSlot* slot = find(command.pipeline);
    if (!slot) {
        refused(id, notThere(command.pipeline));
        return;
    }
    if (!slot->isRunning()) {
        done(id, command.pipeline + " is not running");
        return;
    }
    slot->requestStop(command.isInputOver);
    m_pending.push_back({id, command.pipeline, false, slot->version()});
}

void EngineImpl::carryOut(CommandId id, RemovePipeline& command)
{
    PipelineSlot* slot = find(command.pipeline);
    if (!slot || slot->isRunning()) {
        refused(id,
                slot ? Error{.code = ErrorCode::Conflict,
                             .message = "the pipeline runs",
                             .object = command.pipeline,
                             .hint = "Stop it first.",
                             .cause = {}}
                     : notThere(command.pipeline));
        return;
    }
    Status removed = needsRights("remove a pipeline");
    if (removed)
        removed = m_workspace->workspace().removePipeline(command.pipeline);
    if (!removed) {
        refused(id, std::move(removed).takeError());
        return;
    }
    m_slots.erase(command.pipeline);
    m_objectives.remove(command.pipeline);
    done(id, command.pipeline + ": removed; its tables stay");
}

void EngineImpl::carryOut(CommandId id, StartDemoPlant& command)
{
    Status status = needsRights("start the demo plant");
    if (status && !m_demo) {
        Result<std::unique_ptr<DemoPlant>> plant = DemoPlant::start(command.rate);
        if (plant)
            m_demo = std::move(*plant);
        else
            status = plant.error();
    }
    if (!status) {
        refused(id, std::move(status).takeError());
        return;
    }
    m_workspace->addTemporary(DemoPlant::kConnection, m_demo->connectionOptions());
    for (const DemoPlant::Document& document : m_demo->documents()) {
        PipelineSlot* slot = find(document.pipeline);
        if (slot && slot->isRunning())
            continue;
        if (Status deployed = deploy({}, document.text, 0); !deployed) {
            refused(id, std::move(deployed).takeError());
            return;
        }
    }
    done(id, "the demo plant runs");
}

void EngineImpl::carryOut(CommandId id, SaveConnection& command)
{
    workspace::StoredConnection stored{command.name,
                                       command.kind,
                                       {command.options.begin(), command.options.end()}};
    Status status = needsRights("save a connection");
    if (status && command.name.empty())
        status = Error{.code = ErrorCode::ConfigInvalid,
                       .message = "a connection needs a name",
                       .object = "connection",
                       .hint = {},
                       .cause = {}};
    if (status)
        status = m_workspace->workspace().saveConnection(stored);
    if (status)
        status = m_workspace->refreshConnections();
    if (!status) {
        refused(id, std::move(status).takeError());
        return;
    }
    if (m_demo)
        m_workspace->addTemporary(DemoPlant::kConnection, m_demo->connectionOptions());
    done(id, command.name + ": saved");
}

void EngineImpl::carryOut(CommandId id, RemoveConnection& command)
{
    Status status = needsRights("remove a connection");
    if (status)
        status = m_workspace->workspace().removeConnection(command.name);
    if (status)
        status = m_workspace->refreshConnections();
    if (!status) {
        refused(id, std::move(status).takeError());
        return;
    }
    if (m_demo)
        m_workspace->addTemporary(DemoPlant::kConnection, m_demo->connectionOptions());
    done(id, command.name + ": removed");
}

} // namespace sluice::api
