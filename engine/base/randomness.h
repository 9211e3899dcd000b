// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sluice {

/// The one door to chance: returns 64 random bits. They come from the machine, not from a generator
/// with a seed, so that two processes never draw the same. Any thread.
std::uint64_t randomBits();

/// While one lives, randomBits() of the whole process comes from a seed, in the order of the calls:
/// for simulations, which have to be the same again. One at a time.
class SeededRandomness
{
public:
    explicit SeededRandomness(std::uint64_t seed);
    ~SeededRandomness();
    SeededRandomness(const SeededRandomness&) = delete;
    SeededRandomness& operator=(const SeededRandomness&) = delete;
};

} // namespace sluice
