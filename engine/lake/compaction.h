// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"
#include "engine/lake/delta_log.h"
#include "engine/lake/parquet_file.h"

namespace sluice::lake {

struct CompactionPolicy
{
    std::size_t minFiles = 20;            // of one partition, to be worth the work
    std::int64_t smallBytes = 32 << 20;   // smaller files count
    std::int64_t targetBytes = 128 << 20; // of a new file
    FileSettings files;
};

struct CompactionOutcome
{
    std::int64_t removedFiles = 0;
    std::int64_t addedFiles = 0;
    std::int64_t version = -1; // of the commit; -1 = there was nothing to do
};

/// Tells whether some partition has more small files than it should.
bool needsCompaction(const Snapshot& snapshot, const CompactionPolicy& policy);

/// Replaces small files by large ones with the same rows, in one OPTIMIZE commit that changes no
/// data: readers that follow the log see nothing new. Goes along with a running writer. Conflict,
/// with the table untouched, if a file was removed meanwhile. Reads and writes the small files'
/// bytes once; call it from a background thread.
Result<CompactionOutcome> compactTable(const DeltaLog& log, const CompactionPolicy& policy,
                                       const Clock& clock);

} // namespace sluice::lake
