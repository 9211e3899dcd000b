// SPDX-License-Identifier: Apache-2.0
#include "engine/base/randomness.h"

#include <atomic>
#include <mutex>
#include <random>

namespace sluice {
namespace {

std::atomic<bool> hasSeed{false};
std::mutex seededMutex; // guards what follows
std::mt19937_64 seeded;

} // namespace

std::uint64_t randomBits()
{
    if (hasSeed.load(std::memory_order_relaxed)) [[unlikely]] {
        const std::lock_guard lock(seededMutex);
        return seeded();
    }
    thread_local std::random_device device;
    const std::uint64_t high = device();
    return high << 32 | device();
}

SeededRandomness::SeededRandomness(std::uint64_t seed)
{
    const std::lock_guard lock(seededMutex);
    seeded.seed(seed);
    hasSeed = true;
}

SeededRandomness::~SeededRandomness()
{
    hasSeed = false;
}

} // namespace sluice
