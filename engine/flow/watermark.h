// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/event_time_policy.h"
#include "engine/base/time.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace sluice::flow {

/// Watermarks of the partitions of one source: max_ts - out_of_order - 1 ms, monotone per
/// partition; the source's is the minimum over partitions that are not idle. With no partition at
/// all there is none (FLINK-8001: never the final watermark). With maxDrift, partitions too far
/// ahead of the slowest that is not idle have to wait. One thread.
class PartitionWatermarks
{
public:
    explicit PartitionWatermarks(EventTimePolicy policy)
        : m_policy(policy)
    {
    }

    const EventTimePolicy& policy() const { return m_policy; }
    /// A partition is read from now on; it holds the watermark until its first row or idleness.
    void add(const std::string& partition, SteadyTime now);
    void remove(const std::string& partition);
    /// A partition is read no further: it holds nobody any more and keeps its own watermark.
    void finish(const std::string& partition);
    /// The newest event time among rows just read.
    void observe(const std::string& partition, EventTime newest, SteadyTime now);
    /// Tells whether a partition has been read to its end; only then may it become idle. Of one
    /// that was never added nothing is noted.
    void setCaughtUp(const std::string& partition, bool isCaughtUp, SteadyTime now);
    /// Sets the watermark restored from a manifest.
    void restore(const std::string& partition, EventTime watermark);

    /// Returns the minimum over active partitions; nullopt if none has seen a row yet, or all are
    /// idle. The caller keeps its last value then.
    std::optional<EventTime> current(SteadyTime now) const;
    /// Returns whether all partitions are idle, or there has never been one; false without
    /// idleAfter.
    bool isIdle(SteadyTime now) const;

    /// Decides which partitions have to wait; returns how many. A waiting one is never idle.
    std::size_t align(SteadyTime now);
    bool isWaiting(const std::string& partition) const;

    /// Returns a partition's own watermark, EventTime::min() before its first row.
    EventTime of(const std::string& partition) const;
    /// Returns the partition that holds the watermark ("" if none).
    std::string heldBy(SteadyTime now) const;

private:
    struct State
    {
        EventTime watermark = EventTime::min();
        SteadyTime lastRow;
        bool isCaughtUp = false;
        bool isWaiting = false;
        bool isFinished = false;
    };
    bool isIdle(const State& state, SteadyTime now) const;

    EventTimePolicy m_policy;
    bool m_hasHadPartitions = false;
    std::map<std::string, State> m_partitions;
};

} // namespace sluice::flow
