// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_table.h"

#include <algorithm>
#include <vector>

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
// From the last to the first, a key goes on to its new place, which is not before its old one; all
// that is behind that is in its place already. Those at the front, where keys that wrapped around
// lie too, and the few for which that does not hold are put in at the end.
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
    constexpr std::size_t kFront = 1024;
    const std::size_t front = std::min(before, kFront);
    std::vector<SeenKey> apart(slots(), slots() + front);
    std::fill(slots(), slots() + front, SeenKey{});
    for (std::size_t at = before; at-- > front;) {
        const SeenKey key = slots()[at];
        if (key.low == 0)
            continue;
        slots()[at] = SeenKey{};
        if (isReleased(key, releaseUs))
            continue;
        std::size_t to = homeOf(key.high, key.low);
        if (to < at) {
            apart.push_back(key);
            continue;
        }
        while (to < all && slots()[to].low != 0)
            ++to;
        if (to == all)
            apart.push_back(key);
        else
            fill(slots()[to], key);
    }
    putAll(apart, releaseUs);
    return true;
}

} // namespace sluice::state
