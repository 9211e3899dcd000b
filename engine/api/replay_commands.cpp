// SPDX-License-Identifier: Apache-2.0
// How rejects are tried again: the half of EngineImpl that hands them to a run. What is to be read
// is found on a thread of its own, kept durably in the pipeline's state folder, and read by the run
// that goes on or by one that is started for it alone.
#include "engine/api/engine_impl.h"
#include "engine/api/reject_replay.h"
#include "engine/base/durable_file.h"

#include <algorithm>

namespace sluice::api {
namespace {

constexpr auto kNow = std::chrono::seconds(0);

} // namespace

void EngineImpl::carryOut(CommandId id, ReplayRejects& command)
{
    const std::string& pipeline = command.filter.pipeline;
    const PipelineSlot* slot = find(pipeline);
    Status status = needsRights("replay rejects");
    if (status && !slot)
        status = pipelineError(pipeline, ErrorCode::ConfigUnknown,
                               "there is no pipeline \"" + pipeline + "\"",
                               "Deploy its document first.");
    if (status && std::ranges::any_of(m_replays, [&](const PendingReplay& other) {
            return other.pipeline == pipeline;
        }))
        status = pipelineError(pipeline, ErrorCode::Conflict,
                               "another replay of this pipeline is on its way",
                               "Wait until it is done, or cancel it.");
    if (!status) {
        refused(id, std::move(status).takeError());
        return;
    }
    PendingReplay pending;
    pending.id = id;
    pending.pipeline = pipeline;
    pending.isDryRun = command.isDryRun;
    pending.orderKey = command.key;
    pending.preparing
        = std::async(std::launch::async,
                     [link = m_workspace.get(), wish = command, path = slot->documentPath(),
                      text = slot->text()]() -> Result<PreparedReplay> {
                         Diagnostics diagnostics(path);
                         const runtime::Plan plan
                             = checkDocument(text, path, link->servicesFor(path), diagnostics);
                         if (diagnostics.hasErrors())
                             return pipelineError(wish.filter.pipeline, ErrorCode::ConfigInvalid,
                                                  diagnostics.text(),
                                                  "Mend the document and deploy it first.");
                         return prepareReplay(*link, plan, wish);
                     });
    m_replays.push_back(std::move(pending));
}

void EngineImpl::carryOut(CommandId id, CancelReplay& command)
{
    PipelineSlot* slot = find(command.pipeline);
    const bool isOnItsWay = std::ranges::any_of(m_replays, [&](const auto& pending) {
        return pending.pipeline == command.pipeline
            && (command.key.empty() || pending.orderKey == command.key);
    });
    if (!slot) {
        refused(id,
                pipelineError(command.pipeline, ErrorCode::ConfigUnknown,
                              "there is no pipeline \"" + command.pipeline + "\"", {}));
        return;
    }
    if (!command.key.empty() && !isOnItsWay) {
        refused(id,
                pipelineError(command.pipeline, ErrorCode::NotFound,
                              "this is not being carried out"));
        return;
    }
    for (PendingReplay& pending : m_replays)
        if (pending.pipeline == command.pipeline)
            pending.isCancelled = true;
    if (slot->isRunning())
        slot->cancelReplay();
    else
        runtime::ReplayStore(m_workspace->workspace().stateFolder(command.pipeline)).removeAll();
    done(id,
         command.pipeline
             + (isOnItsWay ? ": the replay is cancelled; what was read of it stays"
                           : ": no replay is on its way"));
}

// A replay of this name may have been begun and wait for its rest.
bool EngineImpl::isNothing(const std::string& pipeline, const PreparedReplay& prepared) const
{
    if (!prepared.load.records.empty())
        return false;
    const runtime::ReplayStore store(m_workspace->workspace().stateFolder(pipeline));
    const auto waiting = store.waiting();
    return !waiting || !*waiting || (*waiting)->id != prepared.load.id;
}

// Called with every snapshot.
void EngineImpl::followReplays()
{
    for (auto it = m_replays.begin(); it != m_replays.end();) {
        if (it->preparing.valid() && it->preparing.wait_for(kNow) == std::future_status::ready)
            takePrepared(*it);
        if (!it->preparing.valid())
            followReplay(*it);
        it = it->isOver ? m_replays.erase(it) : std::next(it);
    }
}

void EngineImpl::takePrepared(PendingReplay& pending)
{
    Result<PreparedReplay> prepared = pending.preparing.get();
    PipelineSlot* slot = find(pending.pipeline);
    Status status = ok();
    if (!prepared)
        status = prepared.error();
    else if (!slot || pending.isCancelled)
        status
            = pipelineError(pending.pipeline, ErrorCode::Cancelled, "the replay was cancelled", {});
    if (status && (pending.isDryRun || isNothing(pending.pipeline, *prepared))) {
        pending.isOver = true;
        done(pending.id,
             pending.pipeline + (pending.isDryRun ? ": would replay " : ": nothing to replay: ")
                 + prepared->text());
        return;
    }
    if (status)
        status = beginReplay(pending, *slot, *prepared);
    if (!status) {
        pending.isOver = true;
        refused(pending.id, std::move(status).takeError());
    }
}

Status EngineImpl::beginReplay(PendingReplay& pending, PipelineSlot& slot,
                               const PreparedReplay& prepared)
{
    if (m_swaps.contains(slot.name()) || slot.isStopRequested())
        return pipelineError(slot.name(), ErrorCode::Conflict,
                             "the pipeline is being changed or stopped at this moment",
                             "Wait until it is done.");
    const std::string folder = m_workspace->workspace().stateFolder(slot.name());
    SLUICE_TRY(makeFolder(folder));
    const runtime::ReplayStore store(folder);
    SLUICE_TRY(const auto waiting, store.waiting());
    if (waiting && waiting->id != prepared.load.id)
        return pipelineError(slot.name(), ErrorCode::Conflict,
                             "replay " + waiting->id + " was not read to its end",
                             "It goes on when the pipeline runs; or cancel it: sluicectl rejects "
                             "cancel "
                                 + slot.name() + ".");
    pending.key = waiting ? waiting->key : prepared.load.key; // one that was begun goes on
    pending.text = "replay " + prepared.load.id + ": " + prepared.text();
    if (!waiting) {
        SLUICE_TRY(store.keep(prepared.load));
    }
    if (slot.isRunning()) {
        slot.lookForReplay();
        return ok();
    }
    pending.ownsRun = true;
    return start(slot, 0, true);
}

// Tells the outcome when all is read, and ends a run that was started for it.
void EngineImpl::followReplay(PendingReplay& pending)
{
    PipelineSlot* slot = find(pending.pipeline);
    if (pending.isOver)
        return;
    if (!slot || !slot->isRunning()) {
        pending.isOver = true;
        refused(pending.id,
                pipelineError(pending.pipeline, ErrorCode::Cancelled,
                              "the pipeline ended before all was read"
                                  + (slot ? ": " + slot->stateReason() : std::string()),
                              "The rest is read when it runs again."));
        return;
    }
    const runtime::ReplayProgress progress = slot->run()->status().replay;
    if (progress.key != pending.key || !progress.isOver())
        return;
    pending.isOver = true;
    if (pending.ownsRun)
        slot->requestStop(false);
    if (progress.trouble.empty())
        done(pending.id, pending.pipeline + ": " + pending.text);
    else
        refused(pending.id,
                pipelineError(pending.pipeline, ErrorCode::Cancelled, progress.trouble,
                              std::to_string(progress.done) + " of "
                                  + std::to_string(progress.total) + " records were read."));
}

} // namespace sluice::api
