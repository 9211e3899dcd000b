// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/snapshot.h"
#include "engine/base/document.h"
#include "engine/slo/objective.h"

#include <map>
#include <string>
#include <vector>

namespace sluice::api {

/// Measures the objectives of pipelines from their snapshots, once a second. Control thread.
class ObjectiveDesk
{
public:
    /// Takes the objectives of a deployed document; those that stayed the same keep their slices.
    void setDocument(const std::string& pipeline, const DocumentNode& document);
    void remove(const std::string& pipeline) { m_trackers.erase(pipeline); }

    /// Measures (at most once a second) and fills snapshot.objectives.
    void sample(EngineSnapshot& snapshot);

private:
    std::map<std::string, std::vector<slo::ObjectiveTracker>> m_trackers; // by pipeline
    std::int64_t m_second = 0;
};

} // namespace sluice::api
