// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"

#include <chrono>
#include <optional>

namespace sluice {

/// How event time behaves in a source.
struct EventTimePolicy
{
    Micros outOfOrder{0};            // how far behind the newest a row may come
    std::optional<Micros> idleAfter; // unset: a silent partition holds for ever
    std::optional<Micros> maxDrift;  // further ahead of the slowest partition: not read meanwhile
    Micros maxFuture = std::chrono::minutes(10); // further ahead of the wall clock: dead letter
};

} // namespace sluice
