// SPDX-License-Identifier: Apache-2.0
#include "engine/api/demo_plant.h"
#include "engine/api/engine_impl.h"

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

void EngineImpl::carryOut(CommandId id, StartPipeline& command)
{
    PipelineSlot* slot = find(command.pipeline);
    if (Status rights = needsRights("start a pipeline"); !rights)
        refused(id, std::move(rights).takeError());
    else if (!slot)
        refused(id, notThere(command.pipeline));
    else if (const auto shadow = m_shadows.find(command.pipeline);
             shadow != m_shadows.end() && shadow->second.isHandingOver())
        refused(id,
                {.code = ErrorCode::Conflict,
                 .message = "its tables are being made anew at this moment",
                 .object = command.pipeline,
                 .hint = "It starts by itself if it ran before.",
                 .cause = {}});
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
    giveUpSwap(command.pipeline, "the pipeline was stopped meanwhile");
    slot->requestStop(command.isInputOver);
    m_pending.push_back({id, command.pipeline, false, slot->version()});
}

void EngineImpl::carryOut(CommandId id, SetRate& command)
{
    const PipelineSlot* slot = find(command.pipeline);
    const runtime::TaskGraph* graph = slot && slot->run() ? slot->run()->graph() : nullptr;
    if (!graph) {
        refused(id, notThere(command.pipeline));
        return;
    }
    for (const runtime::RunNode& node : graph->nodes()) {
        if (node.name != command.node || (!node.source && !node.sink))
            continue;
        node.task->rateLimit().setRate(command.rowsPerSecond);
        done(id,
             command.pipeline + "/" + command.node
                 + (command.rowsPerSecond > 0 ? ": at most "
                            + std::to_string(std::int64_t(command.rowsPerSecond)) + " rows a second"
                                              : std::string(": no limit")));
        return;
    }
    refused(id,
            {.code = ErrorCode::ConfigUnknown,
             .message = "there is no source or sink \"" + command.node + "\"",
             .object = command.pipeline,
             .hint = "sluicectl status lists the nodes.",
             .cause = {}});
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
        if (Status deployed = deploy({.path = {}, .text = document.text}); !deployed) {
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
