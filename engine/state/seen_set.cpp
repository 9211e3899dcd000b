// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_set.h"

#include <algorithm>

namespace sluice::state {
namespace {

constexpr std::size_t kFirstSlots = 1024;
constexpr std::size_t kAhead = 16; // keys whose slots are on their way from memory
constexpr std::uint64_t kSecondSeed = 0x8ebc6af09c88c6e3ull;

std::uint64_t lowOf(std::string_view key)
{
    return hashBytes(key, kSecondSeed) | 1; // 0 means free
}

std::size_t slotsFor(std::size_t keys)
{
    return std::max(kFirstSlots, keys * 15 / 7);
}

} // namespace

SeenSet::SeenSet(Micros horizon)
    : m_horizonUs(horizon.count())
{
    begin(0);
}

// Makes an empty table in which so many keys take up less than half.
void SeenSet::begin(std::size_t keys)
{
    m_slots = slotsFor(keys);
    m_memory = ZeroedMemory(allSlots() * sizeof(Slot));
    m_used = 0;
    m_oldestUs = INT64_MAX;
}

bool SeenSet::insert(std::string_view key, std::uint64_t hash, std::int64_t timeUs,
                     EventTime watermark)
{
    m_watermark = std::max(m_watermark, watermark);
    return insertHashed(hash, lowOf(key), timeUs);
}

void SeenSet::insertAll(const EncodedKeys& keys, std::span<const std::int64_t> timesUs,
                        EventTime watermark, std::vector<std::uint32_t>& unseen)
{
    m_watermark = std::max(m_watermark, watermark);
    const std::size_t rows = keys.rows();
    m_lows.resize(rows);
    for (std::size_t row = 0; row < rows; ++row)
        m_lows[row] = lowOf(keys.key(row));
    for (std::size_t row = 0; row < rows; ++row) {
        if (row + kAhead < rows)
            __builtin_prefetch(slots() + homeOf(keys.hashes[row + kAhead]), 1);
        if (insertHashed(keys.hashes[row], m_lows[row], timesUs[row]))
            unseen.push_back(std::uint32_t(row));
    }
}

bool SeenSet::insertHashed(std::uint64_t high, std::uint64_t low, std::int64_t timeUs)
{
    Slot& slot = slotOf(high, low);
    if (slot.low != 0) {
        if (!isReleased(slot, m_watermark) && timeUs <= slot.timeUs + m_horizonUs
            && timeUs >= slot.timeUs - m_horizonUs)
            return false;
        slot.timeUs = timeUs;
        m_changes.push_back(slot);
        return true;
    }
    slot = {high, low, timeUs};
    m_changes.push_back(slot);
    m_oldestUs = std::min(m_oldestUs, timeUs);
    ++m_used;
    if (isFull())
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

std::size_t SeenSet::countKept(EventTime watermark) const
{
    if (m_used == 0 || watermark.us <= m_oldestUs + m_horizonUs)
        return m_used; // none is released
    std::size_t kept = 0;
    for (const Slot& slot : std::span(slots(), allSlots()))
        kept += slot.low != 0 && !isReleased(slot, watermark) ? 1 : 0;
    return kept;
}

void SeenSet::rebuild(EventTime watermark)
{
    const std::size_t kept = countKept(watermark);
    if (slotsFor(kept) > m_slots && growInPlace(kept, watermark))
        return;
    const std::size_t slotsBefore = allSlots();
    const ZeroedMemory old = std::move(m_memory);
    begin(kept);
    putAll({static_cast<const Slot*>(old.data()), slotsBefore}, watermark);
}

void SeenSet::putAll(std::span<const Slot> from, EventTime watermark)
{
    for (const Slot& slot : from)
        if (slot.low != 0 && !isReleased(slot, watermark))
            put(slot);
}

// A fresh table would cost a page of fresh memory for each page of it, and more than the keys do.
bool SeenSet::growInPlace(std::size_t keys, EventTime watermark)
{
    const std::size_t slotsBefore = allSlots();
    const std::size_t all = slotsFor(keys) + kTail;
    if (!m_memory.grow(all * sizeof(Slot)))
        return false;
    m_slots = all - kTail;
    m_used = keys;
    m_oldestUs = INT64_MAX;
    std::size_t from = all;
    for (std::size_t at = slotsBefore; at-- > 0;) {
        const Slot slot = slots()[at];
        if (slot.low == 0 || isReleased(slot, watermark))
            continue;
        slots()[--from] = slot;
        m_oldestUs = std::min(m_oldestUs, slot.timeUs);
    }
    std::size_t end = 0; // all before it are in their places
    for (; from < all; ++from) {
        const Slot slot = slots()[from];
        std::size_t at = homeOf(slot.high);
        while (at < end && slots()[at].low != 0)
            ++at;
        if (at > from) // a key that wrapped around, or a crowd at the end
            break;
        if (at >= end) {
            std::fill(slots() + end, slots() + at, Slot{});
            end = at + 1;
        }
        slots()[at] = slot;
    }
    if (from < all) {
        const ZeroedMemory old = std::move(m_memory);
        const auto* moved = static_cast<const Slot*>(old.data());
        begin(keys);
        putAll({moved, end}, watermark);
        putAll({moved + from, all - from}, watermark);
        return true;
    }
    std::fill(slots() + end, slots() + all, Slot{});
    return true;
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
    m_watermark = std::max(watermark, m_watermark);
    out.varint(countKept(m_watermark));
    std::vector<Slot> block;
    constexpr std::size_t kBlock = 4096;
    block.reserve(kBlock);
    for (const Slot& slot : std::span(slots(), allSlots())) {
        if (slot.low == 0 || isReleased(slot, m_watermark))
            continue;
        block.push_back(slot);
        if (block.size() < kBlock)
            continue;
        out.raw(block.data(), block.size() * sizeof(Slot));
        block.clear();
    }
    out.raw(block.data(), block.size() * sizeof(Slot));
    m_changes.clear();
}

void SeenSet::saveChanges(ByteWriter& out)
{
    out.varint(m_changes.size());
    out.raw(m_changes.data(), m_changes.size() * sizeof(Slot));
    m_changes.clear();
}

Status SeenSet::load(ByteReader& in, bool isWhole)
{
    const std::uint64_t count = in.varint();
    // Keys come in the order of their places. In a table that grows as they come all would crowd at
    // its front, and each would walk past those before it.
    if (isWhole)
        begin(std::min<std::size_t>(count, in.left() / sizeof(Slot)));
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        Slot slot{};
        slot.high = in.u64();
        slot.low = in.u64() | 1;
        slot.timeUs = in.i64();
        put(slot);
        if (isFull())
            rebuild(EventTime::min());
    }
    return in.status("deduplication state");
}

} // namespace sluice::state
