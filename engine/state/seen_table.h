// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/int128.h"
#include "engine/base/time.h"
#include "engine/base/zeroed_memory.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace sluice::state {

/// A key as 96 bits of hash, and when it was first seen. Also its layout in a saved state. Packed:
/// it is read from memory, and fresh memory is what a large set costs most.
struct __attribute__((packed, aligned(4))) SeenKey
{
    std::uint32_t high = 0;
    std::uint64_t low = 0; // 0 = a free slot
    std::int64_t timeUs = 0;
};
static_assert(sizeof(SeenKey) == 20);

/// A table of seen keys with linear probing, one of the parts of a SeenSet. A key's place goes by
/// the bits of the hash behind those of the part, from the first on, so that it grows where it is:
/// no key's place in the larger table is before the one that it had. One thread.
class SeenTable
{
public:
    /// Keys older than the release time are forgotten when the table is next rebuilt.
    static bool isReleased(const SeenKey& key, std::int64_t releaseUs)
    {
        return key.timeUs < releaseUs;
    }

    /// An empty table of so many slots.
    explicit SeenTable(std::size_t slots) { begin(slots); }

    /// Where the key is, or where it would be put; fill() must follow if it is.
    SeenKey& slotOf(std::uint32_t high, std::uint64_t low)
    {
        for (std::size_t at = homeOf(high, low);; at = at + 1 == allSlots() ? 0 : at + 1) {
            SeenKey& slot = slots()[at];
            if (slot.low == 0 || (slot.high == high && slot.low == low))
                return slot;
        }
    }
    void prefetch(std::uint32_t high, std::uint64_t low) const
    {
        __builtin_prefetch(slots() + homeOf(high, low), 1);
    }
    void fill(SeenKey& slot, const SeenKey& key)
    {
        slot = key;
        ++m_used;
        m_oldestUs = std::min<std::int64_t>(m_oldestUs, key.timeUs);
    }

    bool isFull() const { return m_used * 4 > m_slots * 3; }
    std::size_t size() const { return m_used; }
    std::size_t slotCount() const { return m_slots; }
    std::size_t bytes() const { return m_memory.bytes(); }
    std::int64_t oldestUs() const { return m_oldestUs; } // INT64_MAX: none
    std::size_t countKept(std::int64_t releaseUs) const;

    /// All slots, also free ones.
    std::span<const SeenKey> all() const { return {slots(), allSlots()}; }

    /// Forgets released keys and goes over to so many slots; more than the kept keys.
    void rebuild(std::size_t slots, std::int64_t releaseUs);
    /// Touches its memory, which takes the system longer than it takes to fill it.
    void populate() { m_memory.populate(); }

private:
    SeenKey* slots() const { return static_cast<SeenKey*>(m_memory.data()); }
    std::size_t homeOf(std::uint32_t high, std::uint64_t low) const
    {
        return std::size_t((UInt128((std::uint64_t(high) << 38) | (low >> 26)) * m_slots) >> 64);
    }
    // Behind the last home there are a few more slots, so that hardly any key wraps around.
    static std::size_t tailOf(std::size_t slots) { return slots < 1024 ? slots / 4 + 4 : 256; }
    std::size_t allSlots() const { return m_slots + m_tail; }
    void begin(std::size_t slots);
    void put(const SeenKey& key);
    void putAll(std::span<const SeenKey> from, std::int64_t releaseUs);
    bool growInPlace(std::size_t slots, std::int64_t releaseUs);

    ZeroedMemory m_memory;
    std::size_t m_slots = 0, m_tail = 0;
    std::size_t m_used = 0;
    std::int64_t m_oldestUs = INT64_MAX; // no kept key is older
};

} // namespace sluice::state
