// SPDX-License-Identifier: Apache-2.0
// How a shadow goes its way, step by step: the half of EngineImpl that follows them. A shadow reads
// bronze, or the sources again, while the real pipeline goes on; to hand over, the real one ends an
// epoch, the shadow reads what that left, and then its tables and state are the real ones'.
#include "engine/api/engine_impl.h"
#include "engine/lake/delta_table.h"

namespace sluice::api {
namespace {

constexpr auto kNow = std::chrono::nanoseconds(0);
constexpr auto kNever = std::chrono::hours(24 * 365 * 100);

} // namespace

// A swap of what has an end reads on beside the pipeline first. What had an end within the records
// is read anew: those behind it were passed over, and would come too late for its watermark.
Status EngineImpl::readOn(ShadowRun& shadow)
{
    ShadowSpec& spec = shadow.spec;
    if (spec.isFromSource()) {
        SLUICE_TRY(const runtime::Plan plan, planOf(spec, false));
        SLUICE_TRY(aimAtCommitted(*m_workspace, plan, spec));
    }
    if (spec.range.hasEnd()) {
        SLUICE_TRY(removeShadow(*m_workspace, spec));
        shadow.ends.clear();
    }
    spec.range = spec.range.withoutEnd();
    spec.bounds.untilTime.clear();
    spec.bounds.untilOffset.clear();
    spec.phase = ShadowSpec::Phase::Reading;
    SLUICE_TRY(keepShadow(*m_workspace, spec));
    SLUICE_TRY(startShadow(shadow));
    shadow.handsOver = true;
    shadow.step = ShadowRun::Step::Reading;
    return ok();
}

Status EngineImpl::beginHandOver(ShadowRun& shadow)
{
    PipelineSlot* real = find(shadow.spec.pipeline);
    if (!real || m_swaps.contains(shadow.spec.pipeline) || real->isStopRequested())
        return pipelineError(shadow.spec.pipeline, ErrorCode::Conflict,
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

// The real pipeline has ended: what it has read is to be read to its end.
Status EngineImpl::catchUp(ShadowRun& shadow)
{
    if (shadow.spec.isFromSource()) {
        SLUICE_TRY(const runtime::Plan plan, planOf(shadow.spec, false));
        SLUICE_TRY(aimAtCommitted(*m_workspace, plan, shadow.spec));
        shadow.trouble.clear();
    }
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
    const CommandId id = shadow.order.id;
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
    shadow.startsReal = shadow.handsOver = false;
    if (const ShadowOrder order = std::exchange(shadow.order, {}); order.id != 0)
        refused(order.id, std::move(error));
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
            return pipelineError(shadow.spec.pipeline, ErrorCode::Cancelled,
                                 "the shadow ended before all was read: " + failureOf(slot),
                                 "sluicectl replay goes on; sluicectl discard gives it up.");
        // Bronze has no end while the pipeline runs; a source that is read again has one.
        if (!slot->run()->hasBeenIdle(shadow.spec.isFromSource() ? kNever : kNow))
            return ok();
        if (shadow.spec.isRebuild)
            return beginHandOver(shadow);
        slot->requestStop(shadow.spec.closesWindows);
        shadow.step = Step::Ending;
        return ok();
    case Step::Ending: return isRunning ? ok() : endReading(shadow, *slot);
    case Step::StoppingReal: return real->isRunning() ? ok() : catchUp(shadow);
    case Step::Settling:
        if (!real->isRunning())
            return failureOf(real).empty()
                ? catchUp(shadow)
                : pipelineError(shadow.spec.pipeline, ErrorCode::Conflict, failureOf(real));
        if (!real->isStopRequested() && real->run()->status().phase == runtime::RunPhase::Running)
            real->requestStop(false);
        return ok();
    case Step::CatchingUp:
        if (!isRunning)
            return pipelineError(shadow.spec.pipeline, ErrorCode::Cancelled,
                                 "the shadow ended before all was read: " + failureOf(slot));
        if (!slot->run()->hasBeenIdle(kNever)) // true only when every source has finished
            return checkTrouble(shadow, *slot->run());
        slot->requestStop(false);
        shadow.step = Step::EndingTail;
        return ok();
    case Step::EndingTail:
        if (isRunning)
            return ok();
        if (!failureOf(slot).empty())
            return pipelineError(shadow.spec.pipeline, ErrorCode::Cancelled, failureOf(slot));
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

// The real pipeline stands still meanwhile: it goes on if the source cannot be read for long.
Status EngineImpl::checkTrouble(ShadowRun& shadow, const runtime::PipelineRun& run) const
{
    std::string trouble;
    if (const runtime::TaskGraph* graph = run.graph())
        for (const runtime::RunNode& node : graph->nodes())
            if (node.source && trouble.empty())
                trouble = node.source->trouble();
    if (shadow.trouble.isTooLong(!trouble.empty(), systemClock().steadyNow()))
        return pipelineError(shadow.spec.pipeline, ErrorCode::Cancelled,
                             "the rest could not be read: " + trouble,
                             "The pipeline goes on as it was; swap again.");
    return ok();
}

Status EngineImpl::endReading(ShadowRun& shadow, const PipelineSlot& ended)
{
    const std::string& pipeline = shadow.spec.pipeline;
    if (!ended.stateReason().empty())
        return pipelineError(pipeline, ErrorCode::Cancelled, ended.stateReason());
    const std::string rows = std::to_string(ended.rowsIn());
    shadow.spec.phase = ShadowSpec::Phase::Ready;
    SLUICE_TRY(keepShadow(*m_workspace, shadow.spec));
    shadow.step = ShadowRun::Step::Idle;
    m_slots.erase(shadowName(pipeline));
    if (std::exchange(shadow.handsOver, false))
        return beginHandOver(shadow);
    done(std::exchange(shadow.order, {}).id,
         pipeline + ": " + rows + " records were read into " + tablesText(shadow.spec)
             + "; compare, then swap or discard");
    return ok();
}

} // namespace sluice::api
