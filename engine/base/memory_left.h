// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

/// Returns the bytes that programs can still take before the machine swaps, or before the control
/// group of this process (version 2) reaches its bound; INT64_MAX if the system does not say.
std::int64_t availableMemory();

/// Reads the bytes behind a name in the text of /proc/meminfo.
std::optional<std::int64_t> memoryFigure(std::string_view meminfo, std::string_view name);
/// What a control group has left, from its memory.max, memory.current and memory.stat; nullopt: no
/// bound. Files that are only cached do not count.
std::optional<std::int64_t> groupMemoryLeft(std::string_view most, std::string_view current,
                                            std::string_view stat);

} // namespace sluice
