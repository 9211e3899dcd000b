// SPDX-License-Identifier: Apache-2.0
// How pipelines are replayed beside themselves and rebuilt: the half of EngineImpl that takes the
// orders and starts shadows. How one goes its way after that: shadow_follow.cpp.
#include "engine/api/engine_impl.h"
#include "engine/api/replay_range.h"
#include "engine/lake/delta_table.h"

namespace sluice::api {
void EngineImpl::loadShadows()
{
    for (const auto& [name, slot] : m_slots) {
        Result<std::optional<ShadowSpec>> spec = readShadow(*m_workspace, name);
        if (!spec)
            noteEvent(EventSnapshot::Level::Warning, name, spec.error().text());
        if (!spec || !*spec)
            continue;
        ShadowRun& shadow = m_shadows[name];
        shadow.spec = std::move(**spec);
        if (shadow.spec.phase == ShadowSpec::Phase::Adopting && !m_options.isReadOnly)
            finishAdopting(shadow, adoptNow(shadow));
    }
}

Result<runtime::Plan> EngineImpl::planOf(const ShadowSpec& spec, bool isShadow)
{
    Diagnostics diagnostics(spec.documentPath);
    std::function<void(DocumentNode&)> edit;
    if (isShadow)
        edit = [&spec](DocumentNode& document) { editForShadow(spec, document); };
    runtime::Plan plan
        = checkDocument(spec.text, spec.documentPath, m_workspace->servicesFor(spec.documentPath),
                        diagnostics, edit);
    if (diagnostics.hasErrors())
        return pipelineError(spec.pipeline, ErrorCode::ConfigInvalid, diagnostics.text());
    return plan;
}

Status EngineImpl::startShadow(ShadowRun& shadow)
{
    const ShadowSpec& spec = shadow.spec;
    SLUICE_TRY(runtime::Plan plan, planOf(spec, true));
    const std::string name = shadowName(spec.pipeline);
    runtime::RunEnvironment environment = environmentOf(name, spec.documentPath);
    environment.savesWholeAtEnd = true;
    environment.planAgain
        = [this, spec](const runtime::FormerDocument&) { return planOf(spec, true); };
    for (const auto& [source, table] : spec.tables)
        if (!shadow.ends.contains(source))
            shadow.ends[source] = std::make_shared<lake::RawEnd>();
    environment.replaceSource
        = [spec, ends = shadow.ends, lake = m_workspace->lakeFolder()](
              const std::string& node,
              std::unique_ptr<flow::Source> source) -> Result<std::unique_ptr<flow::Source>> {
        if (spec.isFromSource()) {
            SLUICE_TRY(source->readAgain(spec.range, spec.upTo.at(node)));
            return source;
        }
        const std::string& table = spec.tables.at(node);
        SLUICE_TRY(std::string folder, lake::tableFolder(lake, table));
        return std::unique_ptr<flow::Source>(
            std::make_unique<lake::RawSource>(lake::RawSourceConfig{.table = table,
                                                                    .tableFolder = folder,
                                                                    .source = spec.names.at(node),
                                                                    .end = ends.at(node),
                                                                    .range = spec.range},
                                              std::move(source)));
    };
    m_slots[name] = std::make_unique<PipelineSlot>(name, 0, spec.documentPath, spec.text);
    m_slots[name]->start(std::move(plan), std::move(environment), m_series);
    return ok();
}

// One that was begun goes on where it was, if the same is asked for.
Status EngineImpl::resumeShadow(ShadowRun& shadow, const ShadowSpec& asked)
{
    const ShadowSpec& spec = shadow.spec;
    const bool isOpen
        = shadow.step == ShadowRun::Step::Idle && spec.phase == ShadowSpec::Phase::Reading;
    if (!isOpen || spec.text != asked.text || spec.isRebuild != asked.isRebuild)
        return pipelineError(spec.pipeline, ErrorCode::Conflict,
                             "there is a shadow of this pipeline already",
                             "Compare it, then swap or discard it.");
    if (spec.from != asked.from || spec.bounds != asked.bounds
        || spec.closesWindows != asked.closesWindows)
        return pipelineError(spec.pipeline, ErrorCode::Conflict,
                             "another replay of this pipeline was begun and not read to its end",
                             "It goes on by: sluicectl replay " + spec.pipeline
                                 + optionsOf(spec.from, spec.bounds)
                                 + (spec.closesWindows ? " --close-windows" : "")
                                 + "; or discard it.");
    SLUICE_TRY(startShadow(shadow));
    shadow.step = ShadowRun::Step::Reading;
    return ok();
}

Status EngineImpl::beginShadow(const runtime::Plan& plan, const ShadowWish& wish, bool isRebuild,
                               ShadowOrder order)
{
    const std::string& pipeline = plan.pipeline;
    SLUICE_TRY(ShadowSpec spec,
               planShadow(plan, m_workspace->servicesFor(plan.documentPath), wish));
    spec.isRebuild = isRebuild;
    if (const auto found = m_shadows.find(pipeline); found != m_shadows.end()) {
        SLUICE_TRY(resumeShadow(found->second, spec));
        found->second.order = std::move(order);
        return ok();
    }
    SLUICE_TRY(aimAtCommitted(*m_workspace, plan, spec));
    SLUICE_TRY(checkRange(*m_workspace, plan, spec));
    SLUICE_TRY(keepShadow(*m_workspace, spec));
    ShadowRun& shadow = m_shadows[pipeline];
    shadow.spec = std::move(spec);
    shadow.order = std::move(order);
    shadow.step = ShadowRun::Step::Reading;
    noteEvent(EventSnapshot::Level::Info, pipeline,
              std::string("is read again from ")
                  + (shadow.spec.isFromSource() ? "its sources" : "bronze") + " into "
                  + tablesText(shadow.spec));
    Status started = startShadow(shadow);
    if (!started) {
        (void)removeShadow(*m_workspace, shadow.spec);
        m_slots.erase(shadowName(pipeline));
        m_shadows.erase(pipeline);
    }
    return started;
}

void EngineImpl::carryOut(CommandId id, ReplayPipeline& command)
{
    const PipelineSlot* slot = find(command.pipeline);
    Status status = needsRights("replay a pipeline");
    if (status && !slot)
        status = pipelineError(command.pipeline, ErrorCode::ConfigUnknown,
                               "there is no pipeline \"" + command.pipeline + "\"",
                               "Deploy its document first.");
    if (status) {
        Diagnostics diagnostics(slot->documentPath());
        const runtime::Plan plan
            = checkDocument(slot->text(), slot->documentPath(),
                            m_workspace->servicesFor(slot->documentPath()), diagnostics);
        if (diagnostics.hasErrors())
            status = pipelineError(command.pipeline, ErrorCode::ConfigInvalid, diagnostics.text());
        else
            status = beginShadow(plan,
                                 {.nodes = {},
                                  .from = command.from,
                                  .bounds = command.bounds,
                                  .closesWindows = command.closesWindows},
                                 false, {id, command.key, false});
    }
    if (!status)
        refused(id, std::move(status).takeError());
}

namespace {

Error partialError(const ShadowSpec& spec)
{
    if (!spec.range.isAll())
        return pipelineError(
            spec.pipeline, ErrorCode::Conflict,
            "the shadow holds a part of the records only; the tables would lose the "
            "rows of all others",
            "Replay without bounds; or say --force.");
    return pipelineError(
        spec.pipeline, ErrorCode::Conflict,
        "the shadow was read from the source, which may have forgotten records that "
        "the tables hold; their rows would be lost",
        "Look with compare; replay from bronze if it keeps them all; or say "
        "--force.");
}

} // namespace

void EngineImpl::carryOut(CommandId id, SwapShadow& command)
{
    const auto found = m_shadows.find(command.pipeline);
    Status status = needsRights("swap tables");
    if (status && found == m_shadows.end())
        status = pipelineError(command.pipeline, ErrorCode::NotFound, "this pipeline has no shadow",
                               "sluicectl replay makes one.");
    else if (status && found->second.step != ShadowRun::Step::Idle)
        status = pipelineError(command.pipeline, ErrorCode::Conflict,
                               "the shadow is still being read", "Wait until it has caught up.");
    else if (status && found->second.spec.phase == ShadowSpec::Phase::Reading)
        status = pipelineError(command.pipeline, ErrorCode::Conflict,
                               "the shadow was not read to its end", "sluicectl replay goes on.");
    else if (status && found->second.spec.isPartial() && !command.isForced)
        status = partialError(found->second.spec);
    if (status) {
        ShadowRun& shadow = found->second;
        shadow.order = {id, command.key, true};
        // What can be read beside the pipeline is, so that it stands still for the rest only.
        const bool hasMore = shadow.spec.isFromSource() || shadow.spec.range.hasEnd();
        status = hasMore ? readOn(shadow) : beginHandOver(shadow);
        if (!status)
            shadow.order = {};
    }
    if (!status)
        refused(id, std::move(status).takeError());
}

void EngineImpl::carryOut(CommandId id, DiscardShadow& command)
{
    const auto found = m_shadows.find(command.pipeline);
    Status status = needsRights("discard a shadow");
    if (status && found == m_shadows.end())
        status
            = pipelineError(command.pipeline, ErrorCode::NotFound, "this pipeline has no shadow");
    else if (status
             && (found->second.isHandingOver()
                 || found->second.spec.phase == ShadowSpec::Phase::Adopting))
        status = pipelineError(command.pipeline, ErrorCode::Conflict,
                               "its tables are taking the place of the real ones",
                               "Wait until it is done.");
    if (!status) {
        refused(id, std::move(status).takeError());
        return;
    }
    if (found->second.order.id != 0)
        refused(found->second.order.id,
                pipelineError(command.pipeline, ErrorCode::Cancelled, "the replay was cancelled",
                              "Nothing is left of it."));
    m_slots.erase(shadowName(command.pipeline)); // stops its run
    if (Status removed = removeShadow(*m_workspace, found->second.spec); !removed)
        refused(id, std::move(removed).takeError());
    else
        done(id, command.pipeline + ": the shadow is discarded, nothing is left of it");
    m_shadows.erase(found);
}

void EngineImpl::carryOut(CommandId id, CancelShadow& command)
{
    using Step = ShadowRun::Step;
    const auto found = m_shadows.find(command.pipeline);
    if (found == m_shadows.end() || command.key.empty() || found->second.order.key != command.key) {
        refused(id,
                pipelineError(command.pipeline, ErrorCode::NotFound,
                              "this is not being carried out"));
        return;
    }
    ShadowRun& shadow = found->second;
    const bool isReading = shadow.step == Step::Reading || shadow.step == Step::Ending
        || shadow.step == Step::CatchingUp || shadow.step == Step::EndingTail;
    if (!isReading) { // the real pipeline is about to stop, or tables change places
        refused(id,
                pipelineError(command.pipeline, ErrorCode::Conflict,
                              "it cannot be given up at this moment"));
        return;
    }
    const bool isSwap = shadow.order.isSwap;
    giveUpShadow(shadow,
                 pipelineError(command.pipeline, ErrorCode::Cancelled,
                               isSwap ? "the swap was given up" : "the replay was cancelled",
                               isSwap ? "The shadow is still there." : "Nothing is left of it."));
    if (!isSwap) {
        if (Status removed = removeShadow(*m_workspace, shadow.spec); !removed)
            noteEvent(EventSnapshot::Level::Warning, command.pipeline, removed.error().text());
        m_shadows.erase(found);
    }
    done(id, command.pipeline + ": given up");
}

} // namespace sluice::api
