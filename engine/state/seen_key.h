// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::state {

/// A key as 96 bits of hash, and when it was first seen. Also its layout in a saved state. Packed:
/// it is read from memory, and fresh memory is what a large set costs most; and it lies anywhere in
/// what was read from a file.
struct __attribute__((packed)) SeenKey
{
    std::uint32_t high;
    std::uint64_t low;
    std::int64_t timeUs;

    bool isSameKey(const SeenKey& other) const { return high == other.high && low == other.low; }
    /// Keys older than the release time are forgotten.
    bool isReleased(std::int64_t releaseUs) const { return timeUs < releaseUs; }
};
static_assert(sizeof(SeenKey) == 20);

} // namespace sluice::state
