// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_set.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>
#include <thread>

namespace sluice::state {
namespace {

constexpr std::size_t kAhead = 16; // keys whose slots are on their way from memory
constexpr std::uint64_t kSecondSeed = 0x8ebc6af09c88c6e3ull;
constexpr std::uint8_t kPieceFormat = 1;
constexpr std::size_t kWorthThreads = 200'000; // keys
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

// A piece: its format (u8), how many keys (varint), how many of each bucket (u32), the keys by
// bucket.
void SeenSet::saveNew(ByteWriter& out)
{
    std::array<std::uint32_t, kBuckets> counts{};
    m_savedNewestUs = INT64_MIN;
    for (const SeenKey& key : m_changes) {
        ++counts[key.high >> kBucketShift];
        m_savedNewestUs = std::max<std::int64_t>(m_savedNewestUs, key.timeUs);
    }
    std::array<std::size_t, kBuckets> places{};
    std::exclusive_scan(counts.begin(), counts.end(), places.begin(), std::size_t(0));
    m_sorted.resize(m_changes.size());
    for (const SeenKey& key : m_changes)
        m_sorted[places[key.high >> kBucketShift]++] = key;
    out.u8(kPieceFormat);
    out.varint(m_sorted.size());
    out.raw(counts.data(), sizeof counts);
    out.raw(m_sorted.data(), m_sorted.size() * sizeof(SeenKey));
    m_changes.clear();
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

void SeenSet::putPart(std::size_t part, const std::vector<Piece>& pieces)
{
    if (m_parts[part].size() == 0)
        m_parts[part].populate();
    constexpr std::size_t kOfPart = kBuckets / kParts;
    for (std::size_t bucket = part * kOfPart; bucket < (part + 1) * kOfPart; ++bucket)
        for (const Piece& piece : pieces) {
            const std::string_view keys = piece[bucket];
            const std::size_t count = keys.size() / sizeof(SeenKey);
            const auto keyAt = [keys](std::size_t i) {
                SeenKey key;
                std::memcpy(&key, keys.data() + i * sizeof key, sizeof key);
                key.low |= 1;
                return key;
            };
            for (std::size_t i = 0; i < count; ++i) {
                if (i + kAhead < count) {
                    const SeenKey ahead = keyAt(i + kAhead);
                    m_parts[part].prefetch(ahead.high, ahead.low);
                }
                put(keyAt(i));
            }
        }
}

// In a table that grows as they come, keys in the order of their places would crowd at its front,
// and each would walk past those before it. Mapped by one thread: one that maps memory waits for
// those that populate theirs.
void SeenSet::makeRoom(std::uint64_t bytes)
{
    const std::size_t each = bytes / sizeof(SeenKey) / kParts;
    for (std::size_t part = 0; part < kParts; ++part) {
        const std::size_t slots = slotsFor(each + each / 64, part, kParts);
        if (slots > m_parts[part].slotCount())
            m_parts[part].rebuild(slots, INT64_MIN);
    }
}

void SeenSet::putAll(const std::vector<Piece>& pieces)
{
    std::size_t all = 0;
    for (const Piece& piece : pieces)
        for (const std::string_view keys : piece)
            all += keys.size() / sizeof(SeenKey);
    std::atomic<std::size_t> next = 0;
    const auto putThose = [&] {
        for (std::size_t part = next++; part < kParts; part = next++)
            putPart(part, pieces);
    };
    std::optional<std::thread> other;
    if (all >= kWorthThreads)
        other.emplace(putThose);
    putThose();
    if (other)
        other->join();
    countAll();
}

// The pieces of some saves: the keys of each bucket.
Status SeenSet::readPieces(std::string_view bytes, std::vector<Piece>& pieces)
{
    ByteReader in(bytes);
    while (in.left() > 0) {
        Piece& piece = pieces.emplace_back();
        if (const std::uint8_t format = in.u8(); format != kPieceFormat)
            return Error{.code = ErrorCode::Unsupported,
                         .message = "keys of format " + std::to_string(format)
                             + ", this program reads " + std::to_string(kPieceFormat),
                         .object = "deduplication state",
                         .hint = "Go on with the version of Sluice that wrote it.",
                         .cause = {}};
        const std::uint64_t count = in.varint();
        std::array<std::uint32_t, kBuckets> counts{};
        in.raw(counts.data(), sizeof counts);
        std::uint64_t sum = 0;
        for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
            sum += counts[bucket];
            piece[bucket] = in.view(counts[bucket] * sizeof(SeenKey));
        }
        SLUICE_TRY(in.status("deduplication state"));
        if (sum != count)
            return Error{.code = ErrorCode::DecodeFailed,
                         .message = "the keys of the buckets are not as many as all",
                         .object = "deduplication state",
                         .hint = {},
                         .cause = {}};
    }
    return ok();
}

Status SeenSet::load(ByteReader& in)
{
    std::vector<Piece> pieces;
    makeRoom(m_used * sizeof(SeenKey) + in.left());
    SLUICE_TRY(readPieces(in.view(in.left()), pieces));
    putAll(pieces);
    return ok();
}

Status SeenSet::load(std::span<const std::string_view> files, std::uint64_t allBytes)
{
    makeRoom(allBytes);
    std::vector<Piece> pieces;
    for (const std::string_view file : files)
        SLUICE_TRY(readPieces(file, pieces));
    putAll(pieces);
    return ok();
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
