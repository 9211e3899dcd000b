// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace sluice {

/// What a node counts of itself since the run began. One task writes, any thread reads; relaxed,
/// because each figure stands alone and a sample may mix neighbours by one batch.
struct NodeCounters
{
    using Counter = std::atomic<std::uint64_t>;
    using Gauge = std::atomic<std::int64_t>;

    Counter rowsIn{0}, rowsOut{0}, bytesIn{0}, bytesOut{0};
    std::array<Counter, 8> verdicts{}; // indexed by Verdict; [0] unused
    Counter busyNs{0}, blockedNs{0};
    Counter errors{0};
    Counter merged{0};  // rows that went into state for good (a window's rows, an update)
    Counter created{0}; // rows made from state (a window's results, unnested rows)
    Gauge heldRows{0};  // rows inside, not yet decided
    Gauge stateKeys{0}, stateBytes{0};
    Gauge watermarkUs{INT64_MIN};
    Gauge lagRows{-1};             // sources: records not read yet, -1 = unknown
    Gauge lagUs{-1};               // sources: age of the oldest record not read yet, -1 = unknown
    Gauge alignmentWaits{0};       // sources: partitions not read until slower ones have come up
    Gauge committedRows{0};        // sinks: rows in committed epochs
    Gauge freshEventUs{INT64_MIN}; // sinks: watermark of the last commit
    Gauge lastCommitUs{0};         // sinks: wall time of the last commit

    static void add(Counter& counter, std::uint64_t by)
    {
        counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    static void set(Gauge& gauge, std::int64_t to) { gauge.store(to, std::memory_order_relaxed); }
};

} // namespace sluice
