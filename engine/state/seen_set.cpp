// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_set.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace sluice::state {
namespace {

constexpr std::size_t kAhead = 16; // keys whose slots are on their way from memory
constexpr std::uint64_t kSecondSeed = 0x8ebc6af09c88c6e3ull;
constexpr double kFirstSlots = 16;
constexpr double kGrowth = 1.5;

std::uint64_t lowOf(std::string_view key)
{
    return hashBytes(key, kSecondSeed) | 1; // 0 means free
}

// The sizes that part p of n takes: 16 slots, times 1.5 for each step, times 1.5^(p/n), which is
// why not all grow at the same time. The first in which so many keys fill at most 3/4.
std::size_t slotsFor(std::size_t keys, std::size_t part, std::size_t parts)
{
    double slots = kFirstSlots * std::pow(kGrowth, double(part) / double(parts));
    while (slots * 0.74 < double(keys) + 1)
        slots *= kGrowth;
    return std::size_t(slots);
}

} // namespace

SeenSet::SeenSet(Micros horizon)
    : m_horizonUs(horizon.count())
{
    clear();
}

void SeenSet::clear()
{
    m_parts.clear();
    m_parts.reserve(kParts);
    m_used = m_bytes = 0;
    for (std::size_t part = 0; part < kParts; ++part) {
        m_parts.emplace_back(slotsFor(0, part, kParts));
        m_bytes += m_parts.back().bytes();
    }
    m_changes.clear();
}

std::int64_t SeenSet::releaseUs() const
{
    return m_watermark.us < INT64_MIN + m_horizonUs ? INT64_MIN : m_watermark.us - m_horizonUs;
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
            partOf(keys.hashes[row + kAhead]).prefetch(keys.hashes[row + kAhead]);
        if (insertHashed(keys.hashes[row], m_lows[row], timesUs[row]))
            unseen.push_back(std::uint32_t(row));
    }
}

bool SeenSet::insertHashed(std::uint64_t high, std::uint64_t low, std::int64_t timeUs)
{
    SeenTable& part = partOf(high);
    SeenKey& slot = part.slotOf(high, low);
    const SeenKey key{high, low, timeUs};
    if (slot.low != 0) {
        if (!SeenTable::isReleased(slot, releaseUs()) && timeUs <= slot.timeUs + m_horizonUs
            && timeUs >= slot.timeUs - m_horizonUs)
            return false;
        // A row far behind the key's newest does not make it forgotten, and what is saved does not
        // depend on the order of saves.
        if (timeUs > slot.timeUs) {
            slot.timeUs = timeUs;
            m_changes.push_back(key);
        }
        return true;
    }
    part.fill(slot, key);
    m_changes.push_back(key);
    ++m_used;
    if (part.isFull())
        rebuild(high >> kPartShift);
    return true;
}

void SeenSet::release(EventTime watermark)
{
    m_watermark = std::max(m_watermark, watermark);
    // When even the oldest key is half a horizon past its release, about a third of a steady
    // stream's keys are released: worth the walk. One part a call, so that no row waits for all.
    const std::size_t part = std::exchange(m_nextReleased, (m_nextReleased + 1) % kParts);
    const std::int64_t oldest = m_parts[part].oldestUs();
    if (oldest != INT64_MAX && oldest < releaseUs() - m_horizonUs / 2)
        rebuild(part);
}

void SeenSet::rebuild(std::size_t part)
{
    SeenTable& table = m_parts[part];
    const std::size_t usedBefore = table.size(), bytesBefore = table.bytes();
    const std::int64_t release = releaseUs();
    table.rebuild(slotsFor(table.countKept(release), part, kParts), release);
    m_used = m_used + table.size() - usedBefore;
    m_bytes = m_bytes + table.bytes() - bytesBefore;
}

void SeenSet::saveAll(ByteWriter& out, EventTime watermark)
{
    m_watermark = std::max(watermark, m_watermark);
    const std::int64_t release = releaseUs();
    m_changes.clear();
    for (const SeenTable& part : m_parts)
        for (const SeenKey& key : part.all())
            if (key.low != 0 && !SeenTable::isReleased(key, release))
                m_changes.push_back(key);
    saveNew(out);
}

void SeenSet::saveNew(ByteWriter& out)
{
    m_savedNewestUs = INT64_MIN;
    for (const SeenKey& key : m_changes)
        m_savedNewestUs = std::max(m_savedNewestUs, key.timeUs);
    out.varint(m_changes.size());
    out.raw(m_changes.data(), m_changes.size() * sizeof(SeenKey));
    m_changes.clear();
}

EventTime SeenSet::savedUntil() const
{
    return EventTime{m_savedNewestUs > INT64_MAX - m_horizonUs ? INT64_MAX
                                                               : m_savedNewestUs + m_horizonUs};
}

void SeenSet::expect(std::uint64_t bytes)
{
    const std::size_t each = bytes / sizeof(SeenKey) / kParts;
    for (std::size_t part = 0; part < kParts; ++part) {
        SeenTable& table = m_parts[part];
        const std::size_t slots = slotsFor(each + each / 64, part, kParts);
        if (slots <= table.slotCount())
            continue;
        m_bytes -= table.bytes();
        table.rebuild(slots, INT64_MIN);
        m_bytes += table.bytes();
    }
}

void SeenSet::put(const SeenKey& key)
{
    SeenTable& part = partOf(key.high);
    SeenKey& slot = part.slotOf(key.high, key.low);
    if (slot.low != 0) {
        slot.timeUs = std::max(slot.timeUs, key.timeUs); // seen again, beyond the horizon
        return;
    }
    part.fill(slot, key);
    ++m_used;
    if (part.isFull())
        rebuild(key.high >> kPartShift);
}

Status SeenSet::load(ByteReader& in)
{
    while (in.left() > 0 && !in.hasFailed()) {
        const std::uint64_t count = in.varint();
        if (count > in.left() / sizeof(SeenKey)) {
            in.view(in.left() + 1); // marks it as torn
            break;
        }
        const std::string_view bytes = in.view(count * sizeof(SeenKey));
        const auto keyAt = [&bytes](std::size_t i) {
            SeenKey key;
            std::memcpy(&key, bytes.data() + i * sizeof key, sizeof key);
            key.low |= 1;
            return key;
        };
        for (std::size_t i = 0; i < count; ++i) {
            if (i + kAhead < count) {
                const std::uint64_t ahead = keyAt(i + kAhead).high;
                partOf(ahead).prefetch(ahead);
            }
            put(keyAt(i));
        }
    }
    return in.status("deduplication state");
}

} // namespace sluice::state
