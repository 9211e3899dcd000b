// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/base/time.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::state {

/// Which keys were seen within a horizon of event time. A key is kept as 128 bits of hash (two keys
/// among a billion collide with a chance of 10^-21) and the time it was first seen: 24 bytes, 32 to
/// 48 with the free slots. A key is released when the watermark is past its time plus the horizon;
/// released slots are reused when the table is next rebuilt. One thread.
class SeenSet
{
public:
    explicit SeenSet(Micros horizon);

    /// Returns true if the key was not seen within the horizon around time, and keeps it.
    bool insert(std::string_view key, std::uint64_t hash, std::int64_t timeUs, EventTime watermark);

    /// Forgets released keys when they are at least half of all.
    void release(EventTime watermark);

    std::size_t size() const { return m_used; }
    std::size_t bytes() const { return m_slots.capacity() * sizeof(Slot); }

    /// Writes all keys, or those that came or changed since the last save.
    void saveWhole(ByteWriter& out, EventTime watermark);
    void saveChanges(ByteWriter& out);
    bool hasChanges() const { return !m_changes.empty(); }
    Status load(ByteReader& in, bool isWhole);

private:
    struct Slot
    {
        std::uint64_t high = 0, low = 0; // low 0 = free
        std::int64_t timeUs = 0;
    };
    bool isReleased(const Slot& slot, EventTime watermark) const
    {
        return watermark.us > slot.timeUs + m_horizonUs;
    }
    Slot& slotOf(std::uint64_t high, std::uint64_t low);
    void put(const Slot& slot);
    void rebuild(EventTime watermark);
    std::size_t mask() const { return m_slots.size() - 1; }

    const std::int64_t m_horizonUs;
    std::vector<Slot> m_slots;
    std::size_t m_used = 0;
    std::vector<Slot> m_changes;
    EventTime m_watermark = EventTime::min();
    std::int64_t m_oldestUs = INT64_MAX; // no kept key is older
};

} // namespace sluice::state
