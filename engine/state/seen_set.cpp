// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_set.h"

#include "engine/state/key_codec.h"

#include <algorithm>

namespace sluice::state {
namespace {

constexpr std::size_t kFirstSlots = 1024;
constexpr std::uint64_t kSecondSeed = 0x8ebc6af09c88c6e3ull;

} // namespace

SeenSet::SeenSet(Micros horizon)
    : m_horizonUs(horizon.count())
    , m_slots(kFirstSlots)
{
}

SeenSet::Slot& SeenSet::slotOf(std::uint64_t high, std::uint64_t low)
{
    for (std::size_t at = high & mask();; at = (at + 1) & mask()) {
        Slot& slot = m_slots[at];
        if (slot.low == 0 || (slot.high == high && slot.low == low))
            return slot;
    }
}

bool SeenSet::insert(std::string_view key, std::uint64_t hash, std::int64_t timeUs,
                     EventTime watermark)
{
    m_watermark = std::max(m_watermark, watermark);
    const std::uint64_t low = hashBytes(key, kSecondSeed) | 1; // 0 means free
    Slot* slot = &slotOf(hash, low);
    if (slot->low != 0) {
        if (!isReleased(*slot, watermark) && timeUs <= slot->timeUs + m_horizonUs
            && timeUs >= slot->timeUs - m_horizonUs)
            return false;
        slot->timeUs = timeUs;
        m_changes.push_back(*slot);
        return true;
    }
    *slot = {hash, low, timeUs};
    m_changes.push_back(*slot);
    m_oldestUs = std::min(m_oldestUs, timeUs);
    if (++m_used * 2 > m_slots.size())
        rebuild(m_watermark);
    return true;
}

void SeenSet::release(EventTime watermark)
{
    m_watermark = std::max(m_watermark, watermark);
    // When even the oldest key is half a horizon past its release, about a third of a steady
    // stream's keys are released: worth the walk.
    if (m_used > kFirstSlots && m_oldestUs != INT64_MAX
        && watermark.us > m_oldestUs + m_horizonUs + m_horizonUs / 2)
        rebuild(watermark);
}

void SeenSet::rebuild(EventTime watermark)
{
    std::vector<Slot> kept;
    kept.reserve(m_used);
    for (const Slot& slot : m_slots)
        if (slot.low != 0 && !isReleased(slot, watermark))
            kept.push_back(slot);
    std::size_t slots = kFirstSlots;
    while (slots < kept.size() * 3)
        slots *= 2;
    m_slots.assign(slots, Slot{});
    m_used = 0;
    m_oldestUs = INT64_MAX;
    for (const Slot& slot : kept)
        put(slot);
}

void SeenSet::put(const Slot& from)
{
    Slot& slot = slotOf(from.high, from.low);
    m_used += slot.low == 0;
    slot = from;
    m_oldestUs = std::min(m_oldestUs, from.timeUs);
}

void SeenSet::saveWhole(ByteWriter& out, EventTime watermark)
{
    rebuild(std::max(watermark, m_watermark));
    out.varint(m_used);
    for (const Slot& slot : m_slots) {
        if (slot.low == 0)
            continue;
        out.u64(slot.high);
        out.u64(slot.low);
        out.i64(slot.timeUs);
    }
    m_changes.clear();
}

void SeenSet::saveChanges(ByteWriter& out)
{
    out.varint(m_changes.size());
    for (const Slot& slot : m_changes) {
        out.u64(slot.high);
        out.u64(slot.low);
        out.i64(slot.timeUs);
    }
    m_changes.clear();
}

Status SeenSet::load(ByteReader& in, bool isWhole)
{
    if (isWhole) {
        m_slots.assign(kFirstSlots, Slot{});
        m_used = 0;
        m_oldestUs = INT64_MAX;
    }
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        Slot slot;
        slot.high = in.u64();
        slot.low = in.u64() | 1;
        slot.timeUs = in.i64();
        put(slot);
        if (m_used * 2 > m_slots.size())
            rebuild(EventTime::min());
    }
    return in.status("deduplication state");
}

} // namespace sluice::state
