// SPDX-License-Identifier: Apache-2.0
#include "engine/flow/watermark.h"

#include <algorithm>

namespace sluice::flow {

void PartitionWatermarks::add(const std::string& partition, SteadyTime now)
{
    m_partitions.try_emplace(partition, State{.watermark = EventTime::min(), .lastRow = now});
}

void PartitionWatermarks::remove(const std::string& partition)
{
    m_partitions.erase(partition);
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

void PartitionWatermarks::setCaughtUp(const std::string& partition, bool isCaughtUp)
{
    m_partitions[partition].isCaughtUp = isCaughtUp;
}

void PartitionWatermarks::restore(const std::string& partition, EventTime watermark)
{
    m_partitions[partition].watermark = watermark;
}

bool PartitionWatermarks::isIdle(const State& state, SteadyTime now) const
{
    if (!m_policy.idleAfter || !state.isCaughtUp)
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
