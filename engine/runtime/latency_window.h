// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/telemetry/latency_histogram.h"

#include <array>
#include <cstdint>
#include <mutex>

namespace sluice::runtime {

/// Latencies of the last minute, a histogram a second, merged when asked: percentiles are never
/// averaged. Any thread.
class LatencyWindow
{
public:
    /// Counts rows that were committed now; steadyNs is now.
    void add(std::int64_t steadyNs, std::int64_t latencyUs, std::uint64_t rows);
    /// Returns all latencies of the last seconds (at most 60).
    LatencyHistogram merged(std::int64_t steadyNs, int seconds) const;
    /// Returns all latencies since the run began.
    LatencyHistogram total() const;

private:
    static constexpr int kSeconds = 60;
    struct Slot
    {
        std::int64_t second = -1;
        LatencyHistogram histogram;
    };
    mutable std::mutex m_mutex;
    std::array<Slot, kSeconds> m_slots;
    LatencyHistogram m_total;
};

} // namespace sluice::runtime
