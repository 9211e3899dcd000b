// SPDX-License-Identifier: Apache-2.0
// How a run starts: the half of PipelineRun that reads the newest manifest and finishes it.
#include "engine/runtime/pipeline_run.h"

#include "engine/base/durable_file.h"
#include "engine/runtime/node_definition.h"
#include "engine/runtime/plan_diff.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <span>

namespace sluice::runtime {
namespace {

// Reads and checks the files of a log, two at the same time if a thread may be had.
Result<std::vector<SharedBytes>> readLog(const ManifestStore& store,
                                         std::span<const StateSegment> segments, std::launch beside)
{
    std::vector<SharedBytes> files(segments.size());
    std::atomic<std::size_t> next = 0;
    const auto readThose = [&]() -> Status {
        for (std::size_t i = next++; i < segments.size(); i = next++) {
            SLUICE_TRY(files[i], store.readState(segments[i]));
        }
        return ok();
    };
    std::future<Status> other
        = std::async(segments.size() > 1 ? beside : std::launch::deferred, readThose);
    const Status mine = readThose();
    SLUICE_TRY(other.get());
    SLUICE_TRY(mine);
    return files;
}

} // namespace

Status PipelineRun::start()
{
    SLUICE_TRY(makeFolderDurably(m_environment.stateFolder));
    std::vector<std::string> warnings;
    SLUICE_TRY(std::optional<Manifest> manifest, m_manifests.newest(warnings));
    for (std::string& warning : warnings)
        warn(std::move(warning));
    // A crash may have come before the manifest's name was durable. What is finished by it will be.
    if (manifest)
        SLUICE_TRY(syncFolder(m_environment.stateFolder));
    SLUICE_TRY(m_document, m_manifests.keepDocument({m_plan.documentPath, m_plan.text}));
    if (manifest) {
        SLUICE_TRY(finishFormer(*manifest));
    }
    SLUICE_TRY(m_graph, TaskGraph::build(m_plan, m_environment, *this));
    if (manifest) {
        m_manifest = *manifest;
        SLUICE_TRY(finishReplayed(*manifest));
    }
    SLUICE_TRY(openSinks(manifest));
    SLUICE_TRY(restore(manifest));
    {
        const std::lock_guard lock(m_mutex);
        m_status.epoch = m_manifest.epoch;
    }
    for (const PlannedNode& node : m_plan.nodes)
        m_manifest.fingerprints[node.name] = node.fingerprint;
    findLoad();
    m_visibleGraph.store(m_graph.get(), std::memory_order_release);
    return ok();
}

Status PipelineRun::openSinks(const std::optional<Manifest>& manifest)
{
    flow::Epoch newest = 0;
    std::string newestTarget;
    for (RunNode& node : m_graph->nodes()) {
        if (!node.sink)
            continue;
        SLUICE_TRY(node.sink->open());
        // The manifest is durable, so its epoch counts; a crash may have kept it from the table.
        // That of another document is finished already.
        const bool isOurs = manifest
            && (manifest->document.empty() || !m_environment.planAgain
                || manifest->document == m_document);
        if (isOurs && manifest->sealed.contains(node.name)) {
            flow::SealedEpoch sealed;
            sealed.epoch = manifest->epoch;
            sealed.entry = manifest->sealed.at(node.name);
            SLUICE_TRY(node.sink->commit(sealed));
            SLUICE_TRY(checkTarget(node, *manifest));
        } else {
            m_manifest.written.erase(node.name);
        }
        if (node.sink->committedEpoch() > newest) {
            newest = node.sink->committedEpoch();
            newestTarget = node.sink->target();
        }
    }
    if (newest <= m_manifest.epoch)
        return ok();
    if (manifest)
        return Error{.code = ErrorCode::Conflict,
                     .message = "table " + newestTarget + " holds epoch " + std::to_string(newest)
                         + ", the newest whole manifest is of epoch "
                         + std::to_string(manifest->epoch),
                     .object = m_environment.stateFolder,
                     .hint
                     = "Going on would lose or repeat records. Restore the folder from a copy, "
                       "or remove it and the pipeline's tables to begin again.",
                     .cause = {}};
    // No state at all beside tables that were written: begin behind their epochs, or every commit
    // would be taken for a repetition and skipped.
    warn("there is no saved state beside table " + newestTarget
         + "; sources start anew and their records are added again");
    m_manifest.epoch = newest;
    return ok();
}

// A table whose newest commits were lost would lack their rows for ever, and nobody would know.
Status PipelineRun::checkTarget(const RunNode& node, const Manifest& manifest)
{
    const auto written = manifest.written.find(node.name);
    const auto fingerprint = manifest.fingerprints.find(node.name);
    const bool isAnother = node.planned && fingerprint != manifest.fingerprints.end()
        && fingerprint->second != node.planned->fingerprint;
    if (written == manifest.written.end() || isAnother) {
        m_manifest.written.erase(node.name);
        return ok();
    }
    const flow::Epoch there = node.sink->committedEpoch();
    if (there == 0 || there >= written->second) // 0: a target that does not tell, or a new one
        return ok();
    return Error{.code = ErrorCode::Conflict,
                 .message = "table " + node.sink->target() + " holds epoch " + std::to_string(there)
                     + ", though epoch " + std::to_string(written->second)
                     + " was committed: its newest commits are gone",
                 .object = m_environment.stateFolder,
                 .hint = "Restore the table's log from a backup; or remove this folder and the "
                         "pipeline's tables to begin again.",
                 .cause = {}};
}

Status PipelineRun::restore(const std::optional<Manifest>& manifest)
{
    m_manifest.state.clear(); // of the nodes there are now, by their names
    for (const PlannedNode& planned : m_plan.nodes) {
        flow::Source* source = m_graph->source(planned.name);
        flow::Operator* op = m_graph->inner(planned.name);
        const std::string name = manifest ? savedName(planned, *manifest) : std::string();
        const bool isSame = !name.empty()
            && savedStateOf(m_plan, planned, manifest->fingerprints.at(name)) == SavedState::Fits;
        if (source) {
            std::optional<std::string> position;
            if (isSame && manifest->positions.contains(name))
                position = manifest->positions.at(name);
            else if (!name.empty() && manifest->positions.contains(name))
                warn(planned.name + " reads another stream than before and starts anew");
            if (Status opened = source->open(position); !opened) {
                Error error = std::move(opened).takeError();
                if (error.object.find(planned.name) == std::string::npos)
                    error.object = planned.name + (error.object.empty() ? "" : ": " + error.object);
                return error;
            }
        } else if (op && isSame && manifest->state.contains(name)) {
            SLUICE_TRY(restoreOperator(name, *op, *manifest));
            m_manifest.state[planned.name] = manifest->state.at(name);
        } else if (op && !name.empty() && savedStateBytes(*manifest, name) > 0) {
            warn(planned.name + " has changed since epoch " + std::to_string(manifest->epoch)
                 + " and starts with empty state");
        }
    }
    m_manifest.fingerprints.clear();
    return ok();
}

Status PipelineRun::restoreOperator(const std::string& node, flow::Operator& op,
                                    const Manifest& manifest)
{
    const StateChain& chain = manifest.state.at(node);
    for (std::size_t i = 0; i < chain.size();) {
        if (chain[i].kind == flow::SaveKind::Log) {
            const auto end = std::ranges::find_if(chain.begin() + std::ptrdiff_t(i), chain.end(),
                                                  [](const StateSegment& segment) {
                                                      return segment.kind != flow::SaveKind::Log;
                                                  });
            const std::span log(chain.begin() + std::ptrdiff_t(i), end);
            SLUICE_TRY(const auto files, readLog(m_manifests, log, m_environment.launchBeside()));
            SLUICE_TRY(op.loadLog(files));
            i += log.size();
            continue;
        }
        SLUICE_TRY(const SharedBytes bytes, m_manifests.readState(chain[i]));
        ByteReader reader(bytes.view());
        SLUICE_TRY(op.load(reader, chain[i].kind));
        SLUICE_TRY(reader.status(node + ", state of epoch " + std::to_string(chain[i].epoch)));
        ++i;
    }
    return ok();
}

} // namespace sluice::runtime
