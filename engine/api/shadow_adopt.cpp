// SPDX-License-Identifier: Apache-2.0
// How a shadow takes the place of the real tables: noted durably, then table by table, then the
// manifest that makes it one epoch of the real pipeline. Each step may be done again.
#include "engine/api/shadow.h"
#include "engine/base/fail_point.h"
#include "engine/lake/table_sink.h"
#include "engine/lake/table_swap.h"
#include "engine/runtime/plan_diff.h"
#include "engine/runtime/state_chain.h"

#include <algorithm>
#include <optional>

namespace sluice::api {
namespace {

using runtime::Manifest;
using runtime::ManifestStore;

Error nothingToAdopt(const ShadowSpec& spec, const std::string& what)
{
    return {.code = ErrorCode::Conflict,
            .message = what,
            .object = spec.pipeline,
            .hint = "Run the pipeline once, so that its state is known.",
            .cause = {}};
}

Result<Manifest> newestOf(const ManifestStore& store, const ShadowSpec& spec, const char* what)
{
    std::vector<std::string> warnings;
    SLUICE_TRY(std::optional<Manifest> newest, store.newest(warnings));
    if (!newest)
        return nothingToAdopt(spec, what);
    return std::move(*newest);
}

Status swapTables(const WorkspaceLink& link, const ShadowSpec& spec)
{
    const Clock& clock = systemClock();
    for (const auto& [sink, table] : spec.sinks) {
        SLUICE_TRY(lake::swapTable({.lakeFolder = link.lakeFolder(),
                                    .table = table,
                                    .shadow = shadowTable(table),
                                    .appId = lake::sinkAppId(spec.pipeline, sink),
                                    .epoch = spec.epoch,
                                    .isBronze = spec.bronze.contains(sink)},
                                   clock));
        SLUICE_TRY(failPoint("shadow.table", table));
    }
    for (const Verdict verdict : {Verdict::DeadLetter, Verdict::Late, Verdict::Quarantined}) {
        const std::string shadow = runtime::rejectTable(verdict, shadowName(spec.pipeline));
        if (link.catalog().summary(shadow).version < 0)
            continue;
        SLUICE_TRY(lake::swapRejects({.lakeFolder = link.lakeFolder(),
                                      .table = runtime::rejectTable(verdict, spec.pipeline),
                                      .shadow = shadow,
                                      .appId = lake::sinkAppId(spec.pipeline, verdictName(verdict)),
                                      .epoch = spec.epoch},
                                     spec.made, clock));
        SLUICE_TRY(failPoint("shadow.table", shadow));
    }
    return ok();
}

// Checks that the real pipeline's nodes can go on from the state that the shadow made.
Status checkState(const Manifest& shadow, const runtime::Plan& plan, const ShadowSpec& spec)
{
    for (const std::string& node : spec.made) {
        const auto state = shadow.state.find(node);
        if (state == shadow.state.end())
            continue;
        const runtime::PlannedNode* planned = plan.find(node);
        const auto fingerprint = shadow.fingerprints.find(node);
        const bool isWhole
            = std::ranges::none_of(state->second, [](const runtime::StateSegment& segment) {
                  return segment.kind == flow::SaveKind::Changes;
              });
        if (!planned || fingerprint == shadow.fingerprints.end()
            || fingerprint->second != planned->fingerprint || !isWhole)
            return Error{.code = ErrorCode::Unsupported,
                         .message = "the state that was made cannot be handed over",
                         .object = spec.pipeline + "/" + node,
                         .hint = "Something below it is no table and reads other columns; compare "
                                 "and discard.",
                         .cause = {}};
    }
    return ok();
}

using Chains = std::map<std::string, runtime::StateChain>;

// Copies that state into files of the real pipeline's epoch.
Result<Chains> copyState(const ManifestStore& reals, const ManifestStore& shadows,
                         const Manifest& shadow, const ShadowSpec& spec)
{
    Chains out;
    std::map<std::string, std::pair<flow::SaveKind, std::string>> wholes;
    for (const std::string& node : spec.made) {
        const auto state = shadow.state.find(node);
        if (state == shadow.state.end())
            continue;
        std::optional<runtime::StateSegment> log;
        for (const runtime::StateSegment& segment : state->second) {
            SLUICE_TRY(const SharedBytes bytes, shadows.readState(segment));
            if (segment.kind == flow::SaveKind::Log) {
                SLUICE_TRY(log,
                           reals.appendLog(spec.epoch, node, log, bytes.view(), segment.until));
            } else {
                wholes[node] = {segment.kind, std::string(bytes.view())};
            }
        }
        if (log)
            out[node].push_back(*log);
    }
    SLUICE_TRY(const auto written, reals.writeState(spec.epoch, wholes));
    for (const auto& [node, segment] : written)
        out[node].insert(out[node].begin(), segment);
    return out;
}

// The real pipeline's next epoch: its positions, the state that is kept and the state that was
// made.
Status writeManifest(const ManifestStore& reals, const Manifest& real, const ManifestStore& shadows,
                     const runtime::Plan& plan, const ShadowSpec& spec)
{
    SLUICE_TRY(const Manifest shadow, newestOf(shadows, spec, "the shadow has not read anything"));
    Manifest next;
    next.epoch = spec.epoch;
    next.replays = real.replays;
    SLUICE_TRY(next.document, reals.keepDocument({spec.documentPath, spec.text}));
    SLUICE_TRY(const Chains made, copyState(reals, shadows, shadow, spec));
    for (const runtime::PlannedNode& node : plan.nodes) {
        next.fingerprints[node.name] = node.fingerprint;
        if (const auto chain = made.find(node.name); chain != made.end())
            next.state[node.name] = chain->second;
        if (spec.sinks.contains(node.name))
            next.written[node.name] = spec.epoch;
        const std::string saved = runtime::savedName(node, real);
        if (saved.empty() || real.fingerprints.at(saved) != node.fingerprint)
            continue;
        if (real.positions.contains(saved))
            next.positions[node.name] = real.positions.at(saved);
        if (!spec.made.contains(node.name) && real.state.contains(saved))
            next.state[node.name] = real.state.at(saved);
    }
    return reals.write(next);
}

} // namespace

Status adoptShadow(WorkspaceLink& link, const runtime::Plan& plan, ShadowSpec& spec)
{
    const ManifestStore reals(link.stateFolder(spec.pipeline)),
        shadows(link.stateFolder(shadowName(spec.pipeline)));
    SLUICE_TRY(const Manifest real,
               newestOf(reals, spec, "the pipeline has no state that its tables belong to"));
    if (spec.phase != ShadowSpec::Phase::Adopting) {
        // What cannot be handed over is found before anything is changed.
        SLUICE_TRY(const Manifest shadow,
                   newestOf(shadows, spec, "the shadow has not read anything"));
        SLUICE_TRY(checkState(shadow, plan, spec));
        spec.epoch = real.epoch + 1;
        spec.phase = ShadowSpec::Phase::Adopting;
        SLUICE_TRY(keepShadow(link, spec));
    }
    SLUICE_TRY(failPoint("shadow.noted", spec.pipeline));
    SLUICE_TRY(swapTables(link, spec));
    if (real.epoch < spec.epoch)
        SLUICE_TRY(writeManifest(reals, real, shadows, plan, spec));
    return failPoint("shadow.adopted", spec.pipeline);
}

} // namespace sluice::api
