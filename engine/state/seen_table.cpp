// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_table.h"

#include <algorithm>

namespace sluice::state {

void SeenTable::begin(std::size_t slots)
{
    m_slots = slots;
    m_tail = tailOf(slots);
    m_memory = ZeroedMemory(allSlots() * sizeof(SeenKey));
    m_used = 0;
    m_oldestUs = INT64_MAX;
}

std::size_t SeenTable::countKept(std::int64_t releaseUs) const
{
    if (releaseUs <= m_oldestUs)
        return m_used; // none is released
    return std::size_t(std::ranges::count_if(all(), [releaseUs](const SeenKey& key) {
        return key.low != 0 && !isReleased(key, releaseUs);
    }));
}

void SeenTable::rebuild(std::size_t slots, std::int64_t releaseUs)
{
    if (slots > m_slots && growInPlace(slots, releaseUs))
        return;
    const std::size_t before = allSlots();
    const ZeroedMemory old = std::move(m_memory);
    const bool isFilled = m_used > 0; // else it may be populated later
    begin(slots);
    if (isFilled)
        populate();
    putAll({static_cast<const SeenKey*>(old.data()), before}, releaseUs);
}

void SeenTable::put(const SeenKey& key)
{
    SeenKey& slot = slotOf(key.high, key.low);
    if (slot.low == 0)
        fill(slot, key);
}

void SeenTable::putAll(std::span<const SeenKey> from, std::int64_t releaseUs)
{
    for (const SeenKey& key : from)
        if (key.low != 0 && !isReleased(key, releaseUs))
            put(key);
}

// A fresh table would cost a page of fresh memory for each page of it, and more than the keys do.
bool SeenTable::growInPlace(std::size_t slotsWanted, std::int64_t releaseUs)
{
    const std::size_t before = allSlots();
    const std::size_t all = slotsWanted + tailOf(slotsWanted);
    if (!m_memory.grow(all * sizeof(SeenKey)))
        return false;
    m_slots = slotsWanted;
    m_tail = all - slotsWanted;
    m_used = 0;
    m_oldestUs = INT64_MAX;
    std::size_t from = all;
    for (std::size_t at = before; at-- > 0;) {
        const SeenKey key = slots()[at];
        if (key.low == 0 || isReleased(key, releaseUs))
            continue;
        slots()[--from] = key;
        ++m_used;
        m_oldestUs = std::min<std::int64_t>(m_oldestUs, key.timeUs);
    }
    std::size_t end = 0; // all before it are in their places
    for (; from < all; ++from) {
        const SeenKey key = slots()[from];
        std::size_t at = homeOf(key.high, key.low);
        while (at < end && slots()[at].low != 0)
            ++at;
        if (at > from) // a key that wrapped around, or a crowd at the end
            break;
        if (at >= end) {
            std::fill(slots() + end, slots() + at, SeenKey{});
            end = at + 1;
        }
        slots()[at] = key;
    }
    if (from < all) {
        const ZeroedMemory old = std::move(m_memory);
        const auto* moved = static_cast<const SeenKey*>(old.data());
        begin(slotsWanted);
        putAll({moved, end}, releaseUs);
        putAll({moved + from, all - from}, releaseUs);
        return true;
    }
    std::fill(slots() + end, slots() + all, SeenKey{});
    return true;
}

} // namespace sluice::state
