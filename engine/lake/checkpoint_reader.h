// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/lake/snapshot.h"

#include <string>
#include <vector>

namespace sluice::lake {

/// Reads a classic checkpoint of one or more Parquet files into a snapshot of that version.
Result<Snapshot> readCheckpoint(const std::string& logFolder, std::int64_t version,
                                const std::vector<std::string>& names);

} // namespace sluice::lake
