// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/zeroed_memory.h"
#include "engine/state/seen_key_log.h"

#include <cstdint>

namespace sluice::state {

/// Where a SeenKeyLog has the keys of one part of a SeenSet: a table of 8 bytes a slot, with linear
/// probing. A slot holds 28 bits of the key's hash, those behind the bits of the part, and the
/// key's number; zero is free. Its place goes by the same bits, from the first on: it grows where
/// it is, without a look at the keys, and no key's place in the larger table is before the one it
/// had. One thread.
class SeenIndex
{
public:
    static constexpr int kHashBits = 64 - SeenKeyLog::kNumberBits;
    static std::uint64_t hashOf(const SeenKey& key)
    {
        return ((std::uint64_t(key.high) << 38) | (key.low >> 26)) >> SeenKeyLog::kNumberBits;
    }
    static std::uint64_t numberIn(std::uint64_t slot) { return slot & kNumberMask; }

    /// An empty table of so many slots.
    explicit SeenIndex(std::size_t slots) { begin(slots); }

    /// The slot of the key with this hash for whose number isIt is true, or that where it would be
    /// put, which is zero; put() must follow then.
    template <class IsIt> std::uint64_t& slotOf(std::uint64_t hash, const IsIt& isIt)
    {
        for (std::size_t at = homeOf(hash);; at = at + 1 == allSlots() ? 0 : at + 1) {
            std::uint64_t& slot = slots()[at];
            if (slot == 0 || (hashIn(slot) == hash && isIt(numberIn(slot))))
                return slot;
        }
    }
    void prefetch(std::uint64_t hash) const { __builtin_prefetch(slots() + homeOf(hash), 1); }
    /// The number of a key that is likely the one with this hash; 0: none is near.
    std::uint64_t likely(std::uint64_t hash) const
    {
        const std::uint64_t* const home = slots() + homeOf(hash);
        for (std::size_t i = 0; i < kNear && home[i] != 0; ++i)
            if (hashIn(home[i]) == hash)
                return numberIn(home[i]);
        return 0;
    }
    void put(std::uint64_t& slot, std::uint64_t hash, std::uint64_t number)
    {
        slot = slotWith(hash, number);
        ++m_used;
    }
    /// Puts a key, unless there is one with its hash or the search comes to the end of the table.
    bool putIfAlone(std::uint64_t hash, std::uint64_t number)
    {
        std::uint64_t* const end = slots() + allSlots();
        for (std::uint64_t* slot = slots() + homeOf(hash); slot < end; ++slot) {
            if (*slot == 0) {
                put(*slot, hash, number);
                return true;
            }
            if (hashIn(*slot) == hash)
                return false;
        }
        return false;
    }
    /// The key has another number now.
    static void repoint(std::uint64_t& slot, std::uint64_t number)
    {
        slot = (slot & ~kNumberMask) | number;
    }

    bool isFull() const { return m_used * 4 > m_slots * 3; }
    std::size_t used() const { return m_used; } // also by keys that the log has dropped
    std::size_t slotCount() const { return m_slots; }
    std::size_t bytes() const { return m_memory.bytes(); }
    std::size_t countKept(const SeenKeyLog& log) const;

    /// Forgets what the log has dropped and goes over to so many slots; more than the kept keys.
    void rebuild(std::size_t slots, const SeenKeyLog& log);
    /// Touches its memory, which takes the system longer than it takes to fill it.
    void populate() { m_memory.populate(); }

private:
    static constexpr std::uint64_t kNumberMask = (std::uint64_t(1) << SeenKeyLog::kNumberBits) - 1;
    static constexpr std::size_t kNear = 4; // not more than the shortest tail
    static std::uint64_t hashIn(std::uint64_t slot) { return slot >> SeenKeyLog::kNumberBits; }
    static std::uint64_t slotWith(std::uint64_t hash, std::uint64_t number)
    {
        return (hash << SeenKeyLog::kNumberBits) | number;
    }

    std::uint64_t* slots() const { return static_cast<std::uint64_t*>(m_memory.data()); }
    std::size_t homeOf(std::uint64_t hash) const
    {
        return std::size_t((hash * m_slots) >> kHashBits); // fits: there are less than 2^36 slots
    }
    // Behind the last home there are a few more slots, so that hardly any key wraps around.
    static std::size_t tailOf(std::size_t slots) { return slots < 1024 ? slots / 4 + 4 : 256; }
    std::size_t allSlots() const { return m_slots + m_tail; }
    void begin(std::size_t slots);
    void putAgain(std::uint64_t slot);
    bool growInPlace(std::size_t slots, const SeenKeyLog& log);

    ZeroedMemory m_memory;
    std::size_t m_slots = 0, m_tail = 0;
    std::size_t m_used = 0;
};

} // namespace sluice::state
