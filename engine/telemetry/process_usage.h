// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sluice {

/// What this process uses of the machine.
struct ProcessUsage
{
    std::int64_t cpuNs = 0;         // user + system, all threads, since start
    std::int64_t residentBytes = 0; // resident set now
};

ProcessUsage processUsage();
/// Returns how many processors this process may run on.
int processorCount();

} // namespace sluice
