// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"
#include "engine/lake/delta_log.h"

namespace sluice::lake {

/// When a table gets its next checkpoint. Not at every tenth commit as others do: each one holds
/// all live files, so their cost would grow with the square of time.
struct CheckpointPolicy
{
    std::int64_t commits = 100;
    std::int64_t logBytes = 4 << 20; // of commits since the last one
};

bool needsCheckpoint(const Snapshot& snapshot, const CheckpointPolicy& policy);

/// Writes <version>.checkpoint.parquet and then _last_checkpoint; notes it in the snapshot.
Status writeCheckpoint(const DeltaLog& log, Snapshot& snapshot, const Clock& clock);

/// Removes commits and checkpoints that no reader within delta.logRetentionDuration needs: those
/// before the newest checkpoint older than that. Returns how many files went.
Result<std::int64_t> cleanLog(const DeltaLog& log, const Snapshot& snapshot, const Clock& clock);

} // namespace sluice::lake
