// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sluice {

/// Why a row did not go on. Each row that enters a node leaves it in exactly one way.
enum class Verdict : std::uint8_t {
    Pass,
    Filtered,    // a filter's condition was not true; counted only
    Dropped,     // an expect rule with on_fail: drop; counted only
    Duplicate,   // its key was seen within the horizon; counted only
    Late,        // its windows are closed; to the late table
    DeadLetter,  // it could not be read; to the dead-letter table
    Quarantined, // an expect rule with on_fail: quarantine; to the quarantine table
    Count_
};

inline constexpr std::size_t kVerdictCount = std::size_t(Verdict::Count_);

/// Returns "late", "dead_letter" ...: the name used in tables, metrics and JSON.
const char* verdictName(Verdict verdict);

} // namespace sluice
