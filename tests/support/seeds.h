// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <vector>

namespace sluice::test {

/// Returns the seeds of a random test: 1 to usual, or as many as SLUICE_SEEDS says from
/// SLUICE_FIRST_SEED on, to repeat a failure or to look further than every build does.
inline std::vector<std::uint64_t> seeds(std::size_t usual)
{
    const char* count = std::getenv("SLUICE_SEEDS");
    const char* first = std::getenv("SLUICE_FIRST_SEED");
    std::vector<std::uint64_t> out(count ? std::strtoull(count, nullptr, 10) : usual);
    std::iota(out.begin(), out.end(), first ? std::strtoull(first, nullptr, 10) : 1);
    return out;
}

} // namespace sluice::test
