// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/batch.h"
#include "engine/runtime/replay_load.h"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sluice::runtime {

/// Returns kept records as runs that their sources can read again, by the source's name now:
/// records of one partition, arrival, way and attempt together, in the order of the load. Positions
/// and the time of arrival are those of the first time.
Result<std::map<std::string, std::vector<std::shared_ptr<const RawRecords>>>>
replayRuns(const Plan& plan, const std::string& id, std::span<const KeptRecord> records,
           const Clock& clock);

/// Returns the rows that tell what was replayed (columns of flow::replayedSchema()).
Batch replayedRows(const std::string& id, std::span<const KeptRecord> records, const Clock& clock);

} // namespace sluice::runtime
