// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/base/int128.h"
#include "engine/base/time.h"
#include "engine/base/zeroed_memory.h"
#include "engine/state/key_codec.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::state {

/// Which keys were seen within a horizon of event time. A key is kept as 128 bits of hash (two keys
/// among a billion collide with a chance of 10^-21) and the time it was first seen: 24 bytes, 34 to
/// 51 with the free slots. A key is released when the watermark is past its time plus the horizon;
/// released slots are reused when the table is next rebuilt. One thread.
///
/// Slots lie in the order of the hash's high bits, so that the table grows where it is: its keys go
/// to the end of the larger block and from there to their places, front to back.
class SeenSet
{
public:
    explicit SeenSet(Micros horizon);

    /// Returns true if the key was not seen within the horizon around time, and keeps it.
    bool insert(std::string_view key, std::uint64_t hash, std::int64_t timeUs, EventTime watermark);
    /// The same for a batch, a time a key: appends the numbers of the keys that were not seen.
    void insertAll(const EncodedKeys& keys, std::span<const std::int64_t> timesUs,
                   EventTime watermark, std::vector<std::uint32_t>& unseen);

    /// Forgets released keys when they are at least half of all.
    void release(EventTime watermark);

    std::size_t size() const { return m_used; }
    std::size_t bytes() const { return m_memory.bytes(); }

    /// Writes all keys that are not released, or those that came or changed since the last save.
    void saveWhole(ByteWriter& out, EventTime watermark);
    void saveChanges(ByteWriter& out);
    bool hasChanges() const { return !m_changes.empty(); }
    Status load(ByteReader& in, bool isWhole);

private:
    struct Slot // also its layout in a saved state
    {
        std::uint64_t high, low; // low 0 = free
        std::int64_t timeUs;
    };
    bool isReleased(const Slot& slot, EventTime watermark) const
    {
        return watermark.us > slot.timeUs + m_horizonUs;
    }
    Slot* slots() const { return static_cast<Slot*>(m_memory.data()); }
    std::size_t homeOf(std::uint64_t high) const
    {
        return std::size_t((UInt128(high) * m_slots) >> 64);
    }
    Slot& slotOf(std::uint64_t high, std::uint64_t low)
    {
        for (std::size_t at = homeOf(high);; at = at + 1 == allSlots() ? 0 : at + 1) {
            Slot& slot = slots()[at];
            if (slot.low == 0 || (slot.high == high && slot.low == low))
                return slot;
        }
    }
    // Behind the last home there are a few more slots, so that hardly any key wraps around.
    static constexpr std::size_t kTail = 256;
    std::size_t allSlots() const { return m_slots + kTail; }
    bool insertHashed(std::uint64_t high, std::uint64_t low, std::int64_t timeUs);
    bool isFull() const { return m_used * 10 > m_slots * 7; }
    std::size_t countKept(EventTime watermark) const;
    void put(const Slot& slot);
    void begin(std::size_t keys);
    void rebuild(EventTime watermark);
    bool growInPlace(std::size_t keys, EventTime watermark);
    void putAll(std::span<const Slot> from, EventTime watermark);

    const std::int64_t m_horizonUs;
    ZeroedMemory m_memory;
    std::size_t m_slots = 0;
    std::size_t m_used = 0;
    std::vector<Slot> m_changes;
    std::vector<std::uint64_t> m_lows; // of a batch
    EventTime m_watermark = EventTime::min();
    std::int64_t m_oldestUs = INT64_MAX; // no kept key is older
};

} // namespace sluice::state
