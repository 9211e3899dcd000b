// SPDX-License-Identifier: Apache-2.0
// How pipelines are replayed beside themselves and rebuilt: the half of EngineImpl that runs
// shadows. A shadow reads bronze while the real pipeline goes on; to hand over, the real one ends
// an epoch, the shadow reads what that left in bronze, and then its tables and state are the real
// ones'.
#include "engine/api/engine_impl.h"
#include "engine/lake/delta_table.h"
#include "engine/lake/table_sink.h"

#include <algorithm>

namespace sluice::api {
namespace {

constexpr auto kNow = std::chrono::nanoseconds(0);
constexpr auto kNever = std::chrono::hours(24 * 365 * 100);

Error shadowError(const std::string& pipeline, ErrorCode code, std::string message,
                  std::string hint = {})
{
    return {.code = code,
            .message = std::move(message),
            .object = pipeline,
            .hint = std::move(hint),
            .cause = {}};
}

std::string tablesText(const ShadowSpec& spec)
{
    std::string out;
    for (const auto& [sink, table] : spec.sinks)
        out += (out.empty() ? "" : ", ") + shadowTable(table);
    return out;
}

} // namespace

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
        return shadowError(spec.pipeline, ErrorCode::ConfigInvalid, diagnostics.text());
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
        const std::string& table = spec.tables.at(node);
        SLUICE_TRY(std::string folder, lake::tableFolder(lake, table));
        return std::unique_ptr<flow::Source>(
            std::make_unique<lake::RawSource>(lake::RawSourceConfig{.table = table,
                                                                    .tableFolder = folder,
                                                                    .source = spec.names.at(node),
                                                                    .end = ends.at(node),
                                                                    .sinceUs = spec.sinceUs},
                                              std::move(source)));
    };
    m_slots[name] = std::make_unique<PipelineSlot>(name, 0, spec.documentPath, spec.text);
    m_slots[name]->start(std::move(plan), std::move(environment), m_series);
    return ok();
}

Status EngineImpl::beginShadow(const runtime::Plan& plan, const ShadowWish& wish, bool isRebuild,
                               CommandId id)
{
    const std::string& pipeline = plan.pipeline;
    if (const auto found = m_shadows.find(pipeline); found != m_shadows.end()) {
        ShadowRun& shadow = found->second;
        const bool isSame = shadow.spec.text == plan.text && shadow.spec.isRebuild == isRebuild;
        if (shadow.step != ShadowRun::Step::Idle || !isSame
            || shadow.spec.phase != ShadowSpec::Phase::Reading)
            return shadowError(pipeline, ErrorCode::Conflict,
                               "there is a shadow of this pipeline already",
                               "Compare it, then swap or discard it.");
        shadow.id = id; // it goes on where it was
        shadow.step = ShadowRun::Step::Reading;
        return startShadow(shadow);
    }
    SLUICE_TRY(ShadowSpec spec,
               planShadow(plan, m_workspace->servicesFor(plan.documentPath), wish));
    spec.isRebuild = isRebuild;
    SLUICE_TRY(keepShadow(*m_workspace, spec));
    ShadowRun& shadow = m_shadows[pipeline];
    shadow.spec = std::move(spec);
    shadow.id = id;
    shadow.step = ShadowRun::Step::Reading;
    noteEvent(EventSnapshot::Level::Info, pipeline,
              "is read again from bronze into " + tablesText(shadow.spec));
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
        status = shadowError(command.pipeline, ErrorCode::ConfigUnknown,
                             "there is no pipeline \"" + command.pipeline + "\"",
                             "Deploy its document first.");
    if (status) {
        Diagnostics diagnostics(slot->documentPath());
        const runtime::Plan plan
            = checkDocument(slot->text(), slot->documentPath(),
                            m_workspace->servicesFor(slot->documentPath()), diagnostics);
        if (diagnostics.hasErrors())
            status = shadowError(command.pipeline, ErrorCode::ConfigInvalid, diagnostics.text());
        else
            status = beginShadow(plan,
                                 {.nodes = {},
                                  .sinceUs = command.sinceUs,
                                  .closesWindows = command.closesWindows},
                                 false, id);
    }
    if (!status)
        refused(id, std::move(status).takeError());
}

void EngineImpl::carryOut(CommandId id, SwapShadow& command)
{
    const auto found = m_shadows.find(command.pipeline);
    Status status = needsRights("swap tables");
    if (status && found == m_shadows.end())
        status = shadowError(command.pipeline, ErrorCode::NotFound, "this pipeline has no shadow",
                             "sluicectl replay makes one.");
    else if (status && found->second.step != ShadowRun::Step::Idle)
        status = shadowError(command.pipeline, ErrorCode::Conflict,
                             "the shadow is still being read", "Wait until it has caught up.");
    else if (status && found->second.spec.phase == ShadowSpec::Phase::Reading)
        status = shadowError(command.pipeline, ErrorCode::Conflict,
                             "the shadow was not read to its end", "sluicectl replay goes on.");
    else if (status && found->second.spec.isPartial() && !command.isForced)
        status = shadowError(command.pipeline, ErrorCode::Conflict,
                             "the shadow holds a part of the records only; the tables would lose "
                             "the rows of all others",
                             "Replay without --from-time; or say --force.");
    if (status) {
        found->second.id = id;
        status = beginHandOver(found->second);
    }
    if (!status)
        refused(id, std::move(status).takeError());
}

void EngineImpl::carryOut(CommandId id, DiscardShadow& command)
{
    const auto found = m_shadows.find(command.pipeline);
    Status status = needsRights("discard a shadow");
    if (status && found == m_shadows.end())
        status = shadowError(command.pipeline, ErrorCode::NotFound, "this pipeline has no shadow");
    else if (status
             && (found->second.isHandingOver()
                 || found->second.spec.phase == ShadowSpec::Phase::Adopting))
        status = shadowError(command.pipeline, ErrorCode::Conflict,
                             "its tables are taking the place of the real ones",
                             "Wait until it is done.");
    if (!status) {
        refused(id, std::move(status).takeError());
        return;
    }
    if (found->second.id != 0)
        refused(found->second.id,
                shadowError(command.pipeline, ErrorCode::Cancelled, "the replay was cancelled",
                            "Nothing is left of it."));
    m_slots.erase(shadowName(command.pipeline)); // stops its run
    if (Status removed = removeShadow(*m_workspace, found->second.spec); !removed)
        refused(id, std::move(removed).takeError());
    else
        done(id, command.pipeline + ": the shadow is discarded, nothing is left of it");
    m_shadows.erase(found);
}

Status EngineImpl::beginHandOver(ShadowRun& shadow)
{
    PipelineSlot* real = find(shadow.spec.pipeline);
    if (!real || m_swaps.contains(shadow.spec.pipeline) || real->isStopRequested())
        return shadowError(shadow.spec.pipeline, ErrorCode::Conflict,
                           "the pipeline is being changed or stopped at this moment",
                           "Wait until it is done.");
    shadow.startsReal = real->isRunning();
    if (!real->isRunning()) {
        SLUICE_TRY(start(*real, 0, true));
        shadow.step = ShadowRun::Step::Settling;
        return ok();
    }
    real->requestStop(false);
    shadow.step = ShadowRun::Step::StoppingReal;
    return ok();
}

// Nothing more comes into bronze: what is there is to be read to its end.
Status EngineImpl::catchUp(ShadowRun& shadow)
{
    for (const auto& [source, table] : shadow.spec.tables) {
        SLUICE_TRY(const std::string folder, lake::tableFolder(m_workspace->lakeFolder(), table));
        SLUICE_TRY(const lake::Snapshot head, lake::DeltaLog(folder).load());
        auto& end = shadow.ends[source];
        if (!end)
            end = std::make_shared<lake::RawEnd>();
        end->version = head.version;
    }
    shadow.step = ShadowRun::Step::CatchingUp;
    const PipelineSlot* slot = find(shadowName(shadow.spec.pipeline));
    return slot && slot->isRunning() ? ok() : startShadow(shadow);
}

Status EngineImpl::adoptNow(ShadowRun& shadow)
{
    SLUICE_TRY(const runtime::Plan plan, planOf(shadow.spec, false));
    return adoptShadow(*m_workspace, plan, shadow.spec);
}

// The tables have changed places, or could not; what is left of the shadow goes.
void EngineImpl::finishAdopting(ShadowRun& shadow, Status adopted)
{
    const std::string pipeline = shadow.spec.pipeline;
    PipelineSlot* real = find(pipeline);
    if (adopted && real->text() != shadow.spec.text) {
        const auto version = m_workspace->workspace().savePipeline(pipeline, shadow.spec.text,
                                                                   shadow.spec.documentPath,
                                                                   systemClock().wallNow().us);
        if (version)
            real->setDocument(*version, shadow.spec.documentPath, shadow.spec.text);
        else
            adopted = version.error();
    }
    if (adopted)
        adopted = removeShadow(*m_workspace, shadow.spec);
    if (!adopted) {
        giveUpShadow(shadow, std::move(adopted).takeError());
        return;
    }
    const std::string what = pipeline + ": " + std::to_string(shadow.spec.sinks.size())
        + " tables are made anew, as epoch " + std::to_string(shadow.spec.epoch);
    noteEvent(EventSnapshot::Level::Info, pipeline, what);
    const CommandId id = shadow.id;
    const bool startsReal = shadow.startsReal;
    m_slots.erase(shadowName(pipeline));
    m_shadows.erase(pipeline);
    if (startsReal) {
        if (Status started = start(*real, 0); !started)
            noteEvent(EventSnapshot::Level::Critical, pipeline, started.error().text());
    }
    if (id != 0)
        done(id, what);
}

// The shadow stays as it is; a real pipeline that was stopped for it goes on.
void EngineImpl::giveUpShadow(ShadowRun& shadow, Error error)
{
    noteEvent(EventSnapshot::Level::Warning, shadow.spec.pipeline, error.text());
    m_slots.erase(shadowName(shadow.spec.pipeline));
    PipelineSlot* real = find(shadow.spec.pipeline);
    if (shadow.startsReal && real && !real->isRunning()
        && shadow.spec.phase != ShadowSpec::Phase::Adopting) {
        if (Status started = start(*real, 0); !started)
            noteEvent(EventSnapshot::Level::Critical, shadow.spec.pipeline, started.error().text());
    }
    shadow.step = ShadowRun::Step::Idle;
    shadow.startsReal = false;
    if (shadow.id != 0)
        refused(std::exchange(shadow.id, 0), std::move(error));
}

// Called with every snapshot.
void EngineImpl::followShadows()
{
    std::vector<std::string> names;
    for (const auto& [name, shadow] : m_shadows)
        if (shadow.step != ShadowRun::Step::Idle)
            names.push_back(name);
    for (const std::string& name : names)
        if (Status followed = followShadow(m_shadows.at(name)); !followed)
            giveUpShadow(m_shadows.at(name), std::move(followed).takeError());
}

Status EngineImpl::followShadow(ShadowRun& shadow)
{
    using Step = ShadowRun::Step;
    PipelineSlot* slot = find(shadowName(shadow.spec.pipeline));
    PipelineSlot* real = find(shadow.spec.pipeline);
    const bool isRunning = slot && slot->isRunning();
    const auto failureOf = [&](const PipelineSlot* ended) {
        return ended ? ended->stateReason() : std::string("it was stopped");
    };
    switch (shadow.step) {
    case Step::Reading:
        if (!isRunning)
            return shadowError(shadow.spec.pipeline, ErrorCode::Cancelled,
                               "the shadow ended before all was read: " + failureOf(slot),
                               "sluicectl replay goes on; sluicectl discard gives it up.");
        if (!slot->run()->hasBeenIdle(kNow))
            return ok();
        if (shadow.spec.isRebuild)
            return beginHandOver(shadow);
        slot->requestStop(shadow.spec.closesWindows);
        shadow.step = Step::Ending;
        return ok();
    case Step::Ending: return isRunning ? ok() : endReading(shadow, failureOf(slot));
    case Step::StoppingReal: return real->isRunning() ? ok() : catchUp(shadow);
    case Step::Settling:
        if (!real->isRunning())
            return failureOf(real).empty()
                ? catchUp(shadow)
                : shadowError(shadow.spec.pipeline, ErrorCode::Conflict, failureOf(real));
        if (!real->isStopRequested() && real->run()->status().phase == runtime::RunPhase::Running)
            real->requestStop(false);
        return ok();
    case Step::CatchingUp:
        if (!isRunning)
            return shadowError(shadow.spec.pipeline, ErrorCode::Cancelled,
                               "the shadow ended before all was read: " + failureOf(slot));
        if (!slot->run()->hasBeenIdle(kNever)) // true only when every source has finished
            return ok();
        slot->requestStop(false);
        shadow.step = Step::EndingTail;
        return ok();
    case Step::EndingTail:
        if (isRunning)
            return ok();
        if (!failureOf(slot).empty())
            return shadowError(shadow.spec.pipeline, ErrorCode::Cancelled, failureOf(slot));
        shadow.adopting
            = std::async(std::launch::async, [this, &shadow] { return adoptNow(shadow); });
        shadow.step = Step::Adopting;
        return ok();
    case Step::Adopting:
        if (shadow.adopting.wait_for(kNow) == std::future_status::ready)
            finishAdopting(shadow, shadow.adopting.get());
        return ok();
    case Step::Idle: break;
    }
    return ok();
}

Status EngineImpl::endReading(ShadowRun& shadow, const std::string& failure)
{
    const std::string& pipeline = shadow.spec.pipeline;
    if (!failure.empty())
        return shadowError(pipeline, ErrorCode::Cancelled, failure);
    std::int64_t rows = 0;
    for (const auto& [source, end] : shadow.ends)
        rows += end->rowsRead;
    shadow.spec.phase = ShadowSpec::Phase::Ready;
    SLUICE_TRY(keepShadow(*m_workspace, shadow.spec));
    shadow.step = ShadowRun::Step::Idle;
    m_slots.erase(shadowName(pipeline));
    done(std::exchange(shadow.id, 0),
         pipeline + ": " + std::to_string(rows) + " records were read into "
             + tablesText(shadow.spec) + "; compare, then swap or discard");
    return ok();
}

} // namespace sluice::api
