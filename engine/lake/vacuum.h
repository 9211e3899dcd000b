// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"
#include "engine/lake/delta_log.h"

#include <set>
#include <string>
#include <vector>

namespace sluice::lake {

struct VacuumRequest
{
    /// Files that left the table longer ago than this go; negative: the table's own
    /// delta.deletedFileRetentionDuration, 7 days by default.
    Micros retention{-1};
    bool isDryRun = true;
    /// Absolute paths to keep whatever their age: files named by a manifest not yet committed.
    std::set<std::string> keep;
};

struct VacuumOutcome
{
    std::vector<std::string> files; // absolute; removed, or what would be
    std::int64_t bytes = 0;
};

/// Finds files in a table's folder that no version within the retention names, orphans of killed
/// epochs among them, and removes them unless it is a dry run. Versions older than the retention
/// can no longer be read afterwards.
Result<VacuumOutcome> vacuumTable(const DeltaLog& log, const VacuumRequest& request,
                                  const Clock& clock);

} // namespace sluice::lake
