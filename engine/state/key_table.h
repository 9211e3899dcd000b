// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/state/key_codec.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::state {

/// Gives each distinct key a small number, 0, 1, 2 ... in the order of first sight. Open addressing
/// with linear probing at a load of at most one half; a slot is 8 bytes (32 bits of the hash and
/// the number), so a miss costs one cache line. One thread.
class KeyTable
{
public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    KeyTable() { m_slots.resize(kFirstSlots); }

    /// Returns the number of a key, making it if it is new.
    std::uint32_t intern(std::string_view key, std::uint64_t hash)
    {
        for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
            Slot& slot = m_slots[at];
            if (slot.number == kNone)
                return add(slot, key, hash);
            if (slot.tag == tagOf(hash) && this->key(slot.number) == key)
                return slot.number;
        }
    }
    /// Returns the number of a key, kNone if it was never interned.
    std::uint32_t find(std::string_view key, std::uint64_t hash) const
    {
        for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
            const Slot& slot = m_slots[at];
            if (slot.number == kNone || (slot.tag == tagOf(hash) && this->key(slot.number) == key))
                return slot.number;
        }
    }

    /// Forgets all keys. What it held room for stays, but for a table that was hardly filled.
    void clear()
    {
        const bool isTooLarge = m_slots.size() > kFirstSlots && size() * 16 < m_slots.size();
        m_slots.assign(isTooLarge ? m_slots.size() / 2 : m_slots.size(), Slot{});
        if (isTooLarge)
            m_slots.shrink_to_fit();
        m_ends.clear();
        m_bytes.clear();
    }
    /// Makes room for so many keys in an empty table.
    void reserve(std::size_t keys)
    {
        std::size_t slots = kFirstSlots;
        while (slots < keys * 2)
            slots *= 2;
        m_slots.assign(slots, Slot{});
    }

    /// Begins to fetch the slot of a key that will be asked for soon.
    void prefetch(std::uint64_t hash) const { __builtin_prefetch(&m_slots[hash & mask()]); }

    std::uint32_t size() const { return std::uint32_t(m_ends.size()); }
    std::string_view key(std::uint32_t number) const
    {
        const std::size_t begin = number == 0 ? 0 : m_ends[number - 1];
        return {m_bytes.data() + begin, m_ends[number] - begin};
    }
    /// Returns the memory it holds.
    std::size_t bytes() const
    {
        return m_bytes.capacity() + m_ends.capacity() * sizeof(std::size_t)
            + m_slots.capacity() * sizeof(Slot);
    }

private:
    struct Slot
    {
        std::uint32_t tag = 0;
        std::uint32_t number = kNone;
    };
    static constexpr std::size_t kFirstSlots = 16;
    static std::uint32_t tagOf(std::uint64_t hash) { return std::uint32_t(hash >> 32); }
    std::size_t mask() const { return m_slots.size() - 1; }

    std::uint32_t add(Slot& slot, std::string_view key, std::uint64_t hash)
    {
        const std::uint32_t number = size();
        slot = {tagOf(hash), number};
        m_bytes.append(key);
        m_ends.push_back(m_bytes.size());
        if (m_ends.size() * 2 > m_slots.size())
            grow();
        return number;
    }
    void grow()
    {
        m_slots.assign(m_slots.size() * 2, Slot{});
        for (std::uint32_t number = 0; number < size(); ++number) {
            const std::uint64_t hash = hashBytes(key(number));
            std::size_t at = hash & mask();
            while (m_slots[at].number != kNone)
                at = (at + 1) & mask();
            m_slots[at] = {tagOf(hash), number};
        }
    }

    std::vector<Slot> m_slots;
    std::vector<std::size_t> m_ends; // of key i in m_bytes
    std::string m_bytes;
};

} // namespace sluice::state
