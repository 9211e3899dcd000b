// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/commands.h"
#include "engine/base/result.h"
#include "engine/flow/record_range.h"

#include <cstdint>
#include <string>

namespace sluice::api {

/// Reads the bounds of a replay. nowUs: where a span ("7d") is counted from, wall clock. Errors:
/// what is no time or no list of offsets, and a range that nothing can be in.
Result<flow::RecordRange> rangeOf(const ReplayBounds& bounds, std::int64_t nowUs);

/// Returns the options of sluicectl replay that say where it reads and what: " --from source
/// --from-time 7d"; "" if it says none.
std::string optionsOf(ReplayOrigin from, const ReplayBounds& bounds);

} // namespace sluice::api
