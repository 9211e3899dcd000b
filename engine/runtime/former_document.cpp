// SPDX-License-Identifier: Apache-2.0
// How a run begins after another document: the half of PipelineRun that finishes what the former
// one left. Its last epoch may be in the manifest and not yet in every table; only its own sinks
// can say where that belongs.
#include "engine/runtime/pipeline_run.h"

#include <algorithm>

namespace sluice::runtime {

Status PipelineRun::finishFormer(const Manifest& manifest)
{
    if (manifest.document.empty() || manifest.document == m_document || !m_environment.planAgain)
        return ok();
    SLUICE_TRY(const FormerDocument former, m_manifests.readDocument(manifest.document));
    SLUICE_TRY(const Plan plan, m_environment.planAgain(former));
    SLUICE_TRY(const auto graph, TaskGraph::build(plan, m_environment, *this));
    for (RunNode& node : graph->nodes()) {
        const auto sealed = manifest.sealed.find(node.name);
        if (!node.sink || sealed == manifest.sealed.end())
            continue;
        SLUICE_TRY(node.sink->open());
        flow::SealedEpoch epoch;
        epoch.epoch = manifest.epoch;
        epoch.entry = sealed->second;
        SLUICE_TRY(node.sink->commit(epoch));
    }
    return ok();
}

} // namespace sluice::runtime
