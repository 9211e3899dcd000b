// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_set.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <thread>

namespace sluice::state {
namespace {

constexpr std::size_t kAhead = 16; // keys whose slots are on their way from memory
constexpr std::uint64_t kSecondSeed = 0x8ebc6af09c88c6e3ull;
constexpr std::size_t kWorthThreads = 200'000; // keys
constexpr double kFirstSlots = 16;
constexpr double kGrowth = 2;

std::uint64_t lowOf(std::string_view key)
{
    return hashBytes(key, kSecondSeed) | 1; // 0 means free
}

// The sizes that part p of n takes: 16 slots, times 2 for each step, times 2^(p/n), which is why
// not all grow at the same time. The first in which so many keys fill at most 3/4. Steps of 1.5
// take 33 bytes a key instead of 38, and move each key twice instead of once.
std::size_t slotsFor(std::size_t keys, std::size_t part, std::size_t parts)
{
    double slots = kFirstSlots * std::pow(kGrowth, double(part) / double(parts));
    while (slots * 0.74 < double(keys) + 1)
        slots *= kGrowth;
    return std::size_t(slots);
}

std::uint32_t highOf(std::uint64_t hash)
{
    return std::uint32_t(hash >> 32);
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
    return insertHashed(highOf(hash), lowOf(key), timeUs);
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
        if (row + kAhead < rows) {
            const std::uint32_t ahead = highOf(keys.hashes[row + kAhead]);
            partOf(ahead).prefetch(ahead, m_lows[row + kAhead]);
        }
        if (insertHashed(highOf(keys.hashes[row]), m_lows[row], timesUs[row]))
            unseen.push_back(std::uint32_t(row));
    }
}

bool SeenSet::insertHashed(std::uint32_t high, std::uint64_t low, std::int64_t timeUs)
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

// A part at a time, so that no more than its keys are there twice; the parts follow one another as
// their buckets do.
void SeenSet::saveAll(ByteWriter& out, EventTime watermark)
{
    m_watermark = std::max(watermark, m_watermark);
    const std::int64_t release = releaseUs();
    std::size_t kept = 0;
    for (const SeenTable& part : m_parts)
        kept += part.countKept(release);
    m_savedNewestUs = INT64_MIN;
    SeenPieces::writeHead(out, kept);
    std::vector<SeenKey> keys;
    for (const SeenTable& part : m_parts) {
        keys.clear();
        for (const SeenKey& key : part.all())
            if (key.low != 0 && !SeenTable::isReleased(key, release))
                keys.push_back(key);
        writeSorted(keys, out);
    }
    m_changes.clear();
}

void SeenSet::saveNew(ByteWriter& out)
{
    m_savedNewestUs = INT64_MIN;
    SeenPieces::writeHead(out, m_changes.size());
    writeSorted(m_changes, out);
    m_changes.clear();
}

void SeenSet::writeSorted(const std::vector<SeenKey>& keys, ByteWriter& out)
{
    for (const SeenKey& key : keys)
        m_savedNewestUs = std::max<std::int64_t>(m_savedNewestUs, key.timeUs);
    SeenPieces::sortByBucket(keys, m_sorted);
    SeenPieces::writeKeys(out, m_sorted);
}

EventTime SeenSet::savedUntil() const
{
    return EventTime{m_savedNewestUs > INT64_MAX - m_horizonUs ? INT64_MAX
                                                               : m_savedNewestUs + m_horizonUs};
}

void SeenSet::countAll()
{
    m_used = m_bytes = 0;
    for (const SeenTable& part : m_parts) {
        m_used += part.size();
        m_bytes += part.bytes();
    }
}

void SeenSet::put(const SeenKey& key)
{
    SeenTable& part = partOf(key.high);
    SeenKey& slot = part.slotOf(key.high, key.low);
    if (slot.low != 0) {
        slot.timeUs = std::max<std::int64_t>(slot.timeUs, key.timeUs); // seen beyond the horizon
        return;
    }
    part.fill(slot, key);
    if (part.isFull()) {
        const std::size_t at = key.high >> kPartShift;
        part.rebuild(slotsFor(part.size(), at, kParts), INT64_MIN);
    }
}

bool SeenSet::putPart(std::size_t part, const SeenPieces& pieces)
{
    if (m_parts[part].size() == 0)
        m_parts[part].populate();
    constexpr std::size_t kOfPart = SeenPieces::kBuckets / kParts;
    for (std::size_t bucket = part * kOfPart; bucket < (part + 1) * kOfPart; ++bucket)
        for (std::size_t piece = 0; piece < pieces.size(); ++piece) {
            const SavedKeys keys = pieces.keysOf(piece, bucket);
            for (std::size_t i = 0; i < keys.size(); ++i) {
                if (i + kAhead < keys.size()) {
                    const SeenKey ahead = keys.at(i + kAhead);
                    m_parts[part].prefetch(ahead.high, ahead.low);
                }
                const SeenKey key = keys.at(i);
                if (key.high >> kPartShift != part) // another thread's
                    return false;
                put(key);
            }
        }
    return true;
}

// In a table that grows as they come, keys in the order of their places would crowd at its front,
// and each would walk past those before it. Mapped by one thread: one that maps memory waits for
// those that populate theirs.
void SeenSet::makeRoom(std::size_t keys)
{
    const std::size_t each = keys / kParts;
    for (std::size_t part = 0; part < kParts; ++part) {
        const std::size_t slots = slotsFor(each + each / 64, part, kParts);
        if (slots > m_parts[part].slotCount())
            m_parts[part].rebuild(slots, INT64_MIN);
    }
}

Status SeenSet::putAll(const SeenPieces& pieces)
{
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> isWhole = true;
    const auto putThose = [&] {
        for (std::size_t part = next++; part < kParts && isWhole; part = next++)
            if (!putPart(part, pieces))
                isWhole = false;
    };
    std::optional<std::thread> other;
    if (pieces.keys() >= kWorthThreads)
        other.emplace(putThose);
    putThose();
    if (other)
        other->join();
    countAll();
    if (isWhole)
        return ok();
    return Error{.code = ErrorCode::DecodeFailed,
                 .message = "keys do not lie in the order of their hashes",
                 .object = "deduplication state",
                 .hint = {},
                 .cause = {}};
}

Status SeenSet::load(ByteReader& in)
{
    const std::string_view bytes = in.view(in.left());
    return load({&bytes, 1}, m_used * sizeof(SeenKey) + bytes.size());
}

Status SeenSet::load(std::span<const std::string_view> files, std::uint64_t allBytes)
{
    makeRoom(allBytes / sizeof(SeenKey));
    SeenPieces pieces;
    for (const std::string_view file : files)
        SLUICE_TRY(pieces.read(file));
    pieces.gatherSmall();
    return putAll(pieces);
}

Status SeenSet::loadWide(ByteReader& in)
{
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        SeenKey key;
        key.high = highOf(in.u64());
        key.low = in.u64() | 1;
        key.timeUs = in.i64();
        put(key);
    }
    countAll();
    return in.status("deduplication state");
}

} // namespace sluice::state
