// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_index.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace sluice::state {

void SeenIndex::begin(std::size_t slots)
{
    m_slots = slots;
    m_tail = tailOf(slots);
    m_memory = ZeroedMemory(allSlots() * sizeof(std::uint64_t));
    m_used = 0;
}

std::size_t SeenIndex::countKept(const SeenKeyLog& log) const
{
    return std::size_t(std::count_if(slots(), slots() + allSlots(), [&log](std::uint64_t slot) {
        return slot != 0 && log.find(numberIn(slot));
    }));
}

void SeenIndex::rebuild(std::size_t slotsWanted, const SeenKeyLog& log)
{
    if (slotsWanted > m_slots && growInPlace(slotsWanted, log))
        return;
    const std::size_t before = allSlots();
    const ZeroedMemory old = std::move(m_memory);
    const bool isFilled = m_used > 0; // else it may be populated later
    begin(slotsWanted);
    if (isFilled)
        populate();
    for (const std::uint64_t slot :
         std::span(static_cast<const std::uint64_t*>(old.data()), before))
        if (slot != 0 && log.find(numberIn(slot)))
            putAgain(slot);
}

void SeenIndex::putAgain(std::uint64_t slot)
{
    slotOf(hashIn(slot), [](std::uint64_t) { return false; }) = slot;
    ++m_used;
}

// A fresh table would cost a page of fresh memory for each page of it, and more than the keys do.
// From the last to the first, a slot goes on to its new place, which is not before its old one; all
// that is behind that is in its place already. Those at the front, where keys that wrapped around
// lie too, and the few for which that does not hold are put in at the end.
bool SeenIndex::growInPlace(std::size_t slotsWanted, const SeenKeyLog& log)
{
    const std::size_t before = allSlots();
    const std::size_t all = slotsWanted + tailOf(slotsWanted);
    if (!m_memory.grow(all * sizeof(std::uint64_t)))
        return false;
    m_slots = slotsWanted;
    m_tail = all - slotsWanted;
    m_used = 0;
    constexpr std::size_t kFront = 1024;
    const std::size_t front = std::min(before, kFront);
    std::vector<std::uint64_t> apart(slots(), slots() + front);
    std::fill(slots(), slots() + front, 0);
    for (std::size_t at = before; at-- > front;) {
        const std::uint64_t slot = std::exchange(slots()[at], 0);
        if (slot == 0 || !log.find(numberIn(slot)))
            continue;
        std::size_t to = homeOf(hashIn(slot));
        if (to < at) {
            apart.push_back(slot);
            continue;
        }
        while (to < all && slots()[to] != 0)
            ++to;
        if (to == all) {
            apart.push_back(slot);
            continue;
        }
        slots()[to] = slot;
        ++m_used;
    }
    for (const std::uint64_t slot : apart)
        if (slot != 0 && log.find(numberIn(slot)))
            putAgain(slot);
    return true;
}

} // namespace sluice::state
