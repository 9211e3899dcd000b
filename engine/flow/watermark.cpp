// SPDX-License-Identifier: Apache-2.0
#include "engine/flow/watermark.h"

#include <algorithm>

namespace sluice::flow {

void PartitionWatermarks::add(const std::string& partition, SteadyTime now)
{
    m_hasHadPartitions = true;
    State& state = m_partitions[partition];
    if (state.lastRow.ns == 0) // new, or restored
        state.lastRow = now;
}

void PartitionWatermarks::remove(const std::string& partition)
{
    m_partitions.erase(partition);
}

void PartitionWatermarks::finish(const std::string& partition)
{
    const auto found = m_partitions.find(partition);
    if (found == m_partitions.end())
        return;
    found->second.isFinished = true;
    found->second.isWaiting = false;
}

void PartitionWatermarks::observe(const std::string& partition, EventTime newest, SteadyTime now)
{
    State& state = m_partitions[partition];
    state.lastRow = now;
    constexpr std::int64_t kMillisecond = 1000;
    const std::int64_t behind = m_policy.outOfOrder.count() + kMillisecond;
    if (newest.us > EventTime::min().us + behind)
        state.watermark = std::max(state.watermark, EventTime{newest.us - behind});
}

void PartitionWatermarks::setCaughtUp(const std::string& partition, bool isCaughtUp, SteadyTime now)
{
    const auto found = m_partitions.find(partition);
    if (found == m_partitions.end())
        return;
    found->second.isCaughtUp = isCaughtUp;
    if (found->second.lastRow.ns == 0)
        found->second.lastRow = now;
}

void PartitionWatermarks::restore(const std::string& partition, EventTime watermark)
{
    m_hasHadPartitions = true;
    m_partitions[partition].watermark = watermark;
}

bool PartitionWatermarks::isIdle(const State& state, SteadyTime now) const
{
    if (state.isFinished)
        return true;
    if (!m_policy.idleAfter || !state.isCaughtUp || state.isWaiting)
        return false;
    return now.ns - state.lastRow.ns >= m_policy.idleAfter->count() * 1000;
}

std::optional<EventTime> PartitionWatermarks::current(SteadyTime now) const
{
    std::optional<EventTime> least;
    for (const auto& [name, state] : m_partitions) {
        if (isIdle(state, now))
            continue;
        if (!least || state.watermark < *least)
            least = state.watermark;
    }
    if (least && *least == EventTime::min())
        return std::nullopt;
    return least;
}

bool PartitionWatermarks::isIdle(SteadyTime now) const
{
    const bool isOver = std::ranges::all_of(m_partitions, [](const auto& item) {
        return item.second.isFinished;
    });
    if (!m_policy.idleAfter || (isOver && m_hasHadPartitions))
        return false;
    return std::ranges::all_of(m_partitions,
                               [&](const auto& item) { return isIdle(item.second, now); });
}

std::size_t PartitionWatermarks::align(SteadyTime now)
{
    if (!m_policy.maxDrift)
        return 0;
    EventTime least = EventTime::max();
    for (const auto& [name, state] : m_partitions)
        if (!isIdle(state, now))
            least = std::min(least, state.watermark);
    // Before its first row a partition is at the begin of time: the others wait for it.
    const std::int64_t drift = m_policy.maxDrift->count();
    const std::int64_t most
        = least.us > EventTime::max().us - drift ? EventTime::max().us : least.us + drift;
    std::size_t waiting = 0;
    for (auto& [name, state] : m_partitions) {
        state.isWaiting = !isIdle(state, now) && state.watermark.us > most;
        waiting += state.isWaiting;
    }
    return waiting;
}

bool PartitionWatermarks::isWaiting(const std::string& partition) const
{
    const auto found = m_partitions.find(partition);
    return found != m_partitions.end() && found->second.isWaiting;
}

EventTime PartitionWatermarks::of(const std::string& partition) const
{
    const auto found = m_partitions.find(partition);
    return found == m_partitions.end() ? EventTime::min() : found->second.watermark;
}

std::string PartitionWatermarks::heldBy(SteadyTime now) const
{
    const State* least = nullptr;
    std::string holder;
    for (const auto& [name, state] : m_partitions) {
        if (!isIdle(state, now) && (!least || state.watermark < least->watermark)) {
            least = &state;
            holder = name;
        }
    }
    return holder;
}

} // namespace sluice::flow
