// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_set.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <thread>

namespace sluice::state {
namespace {

constexpr std::size_t kAhead = 24; // keys whose slots are on their way from memory
constexpr std::uint64_t kSecondSeed = 0x8ebc6af09c88c6e3ull;
constexpr std::size_t kWorthThreads = 200'000; // keys
constexpr double kFirstSlots = 16;
constexpr double kGrowth = 2;

std::uint64_t lowOf(std::string_view key)
{
    return hashBytes(key, kSecondSeed) | 1; // as in states saved when 0 meant a free slot
}

// The sizes that part p of n takes: 16 slots, times 2 for each step, times 2^(p/n), which is why
// not all grow at the same time. The first in which so many keys fill at most 3/4.
std::size_t slotsFor(std::size_t keys, std::size_t part, std::size_t parts)
{
    double slots = kFirstSlots * std::pow(kGrowth, double(part) / double(parts));
    while (slots * 0.74 < double(keys) + 1)
        slots *= kGrowth;
    return std::size_t(slots);
}

// A steady stream fills a part with slots of keys that are gone: it must not be rebuilt for a few.
std::size_t withRoom(std::size_t keys)
{
    return keys + keys / 4;
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
    m_log = SeenKeyLog();
    m_parts.clear();
    m_parts.reserve(kParts);
    for (std::size_t part = 0; part < kParts; ++part)
        m_parts.emplace_back(slotsFor(0, part, kParts));
    countIndex();
}

void SeenSet::countIndex()
{
    m_indexBytes = 0;
    for (const SeenIndex& part : m_parts)
        m_indexBytes += part.bytes();
}

std::int64_t SeenSet::releaseUs() const
{
    return m_watermark.us < INT64_MIN + m_horizonUs ? INT64_MIN : m_watermark.us - m_horizonUs;
}

bool SeenSet::insert(std::string_view key, std::uint64_t hash, std::int64_t timeUs,
                     EventTime watermark)
{
    m_watermark = std::max(m_watermark, watermark);
    return insertHashed({highOf(hash), lowOf(key), timeUs});
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
        fetchAhead(keys, row);
        if (insertHashed({highOf(keys.hashes[row]), m_lows[row], timesUs[row]}))
            unseen.push_back(std::uint32_t(row));
    }
}

// First the slot; when that is there, the key it tells of.
void SeenSet::fetchAhead(const EncodedKeys& keys, std::size_t row)
{
    const auto keyOf = [&](std::size_t ahead) {
        return SeenKey{highOf(keys.hashes[ahead]), m_lows[ahead], 0};
    };
    if (row + kAhead < keys.rows()) {
        const SeenKey key = keyOf(row + kAhead);
        partOf(key.high).prefetch(SeenIndex::hashOf(key));
    }
    if (row + kAhead / 2 < keys.rows()) {
        const SeenKey key = keyOf(row + kAhead / 2);
        if (const std::uint64_t number = partOf(key.high).likely(SeenIndex::hashOf(key)))
            __builtin_prefetch(m_log.find(number));
    }
}

std::uint64_t& SeenSet::slotOf(const SeenKey& key)
{
    return partOf(key.high).slotOf(SeenIndex::hashOf(key), [&](std::uint64_t number) {
        const SeenKey* const there = m_log.find(number);
        return there && there->isSameKey(key);
    });
}

bool SeenSet::insertHashed(const SeenKey& key)
{
    std::uint64_t& slot = slotOf(key);
    if (slot == 0) {
        append(slot, key);
        if (partOf(key.high).isFull())
            rebuild(key.high >> kPartShift);
        return true;
    }
    const SeenKey& there = *m_log.find(SeenIndex::numberIn(slot));
    if (!there.isReleased(releaseUs()) && key.timeUs <= there.timeUs + m_horizonUs
        && key.timeUs >= there.timeUs - m_horizonUs)
        return false;
    // A row far behind the key's newest does not make it forgotten, and what is saved does not
    // depend on the order of saves.
    if (key.timeUs > there.timeUs)
        append(slot, key);
    return true;
}

void SeenSet::append(std::uint64_t& slot, const SeenKey& key)
{
    const std::uint64_t number = m_log.append(key);
    if (slot == 0)
        partOf(key.high).put(slot, SeenIndex::hashOf(key), number);
    else
        SeenIndex::repoint(slot, number);
}

void SeenSet::release(EventTime watermark)
{
    m_watermark = std::max(m_watermark, watermark);
    const std::int64_t release = releaseUs();
    if (release == INT64_MIN)
        return;
    m_log.dropReleased(release);
    shrinkNext();
    const std::int64_t old = std::max(release, INT64_MIN + m_horizonUs) - m_horizonUs / 2;
    const auto sparse = m_log.findSparse(release, old);
    if (!sparse)
        return;
    for (std::size_t i = 0; i < sparse->keys.size(); ++i) {
        const SeenKey key = sparse->keys[i];
        if (key.isReleased(release))
            continue;
        std::uint64_t& slot = slotOf(key);
        if (SeenIndex::numberIn(slot) == sparse->firstNumber + i) // else it came again since
            append(slot, key);
    }
    m_log.drop(*sparse);
}

// After a peak the index would keep its size. One part a call, so that no row waits for all.
void SeenSet::shrinkNext()
{
    const std::size_t part = std::exchange(m_nextShrunk, (m_nextShrunk + 1) % kParts);
    if (m_parts[part].slotCount() > 3 * slotsFor(withRoom(m_log.size() / kParts), part, kParts))
        rebuild(part);
}

void SeenSet::rebuild(std::size_t part)
{
    SeenIndex& index = m_parts[part];
    const std::size_t bytesBefore = index.bytes();
    index.rebuild(slotsFor(withRoom(index.countKept(m_log)), part, kParts), m_log);
    m_indexBytes = m_indexBytes + index.bytes() - bytesBefore;
}

void SeenSet::saveAll(ByteWriter& out, EventTime watermark)
{
    release(watermark);
    save(m_log.all(), out);
}

void SeenSet::saveNew(ByteWriter& out)
{
    save(m_log.unsaved(), out);
}

void SeenSet::save(const std::vector<std::span<const SeenKey>>& keys, ByteWriter& out)
{
    m_savedNewestUs = SeenPieces::write(keys, releaseUs(), out);
    m_log.markSaved();
}

EventTime SeenSet::savedUntil() const
{
    return EventTime{m_savedNewestUs > INT64_MAX - m_horizonUs ? INT64_MAX
                                                               : m_savedNewestUs + m_horizonUs};
}

void SeenSet::put(const SeenKey& key, std::uint64_t number)
{
    SeenIndex& part = partOf(key.high);
    std::uint64_t& slot = slotOf(key);
    if (slot != 0) {
        if (key.timeUs > m_log.find(SeenIndex::numberIn(slot))->timeUs) // seen beyond the horizon
            SeenIndex::repoint(slot, number);
        return;
    }
    part.put(slot, SeenIndex::hashOf(key), number);
    if (part.isFull())
        part.rebuild(slotsFor(part.used(), key.high >> kPartShift, kParts), m_log);
}

// numbers: of the first key of each piece.
bool SeenSet::putPart(std::size_t part, const SeenPieces& pieces,
                      std::span<const std::uint64_t> numbers)
{
    if (m_parts[part].used() == 0)
        m_parts[part].populate();
    constexpr std::size_t kOfPart = SeenPieces::kBuckets / kParts;
    for (std::size_t bucket = part * kOfPart; bucket < (part + 1) * kOfPart; ++bucket)
        for (std::size_t piece = 0; piece < pieces.size(); ++piece) {
            const std::span<const SeenKey> keys = pieces.keysOf(piece, bucket);
            const std::uint64_t first = numbers[piece] + pieces.placeOf(piece, bucket);
            m_log.observe(first, keys.size());
            for (std::size_t i = 0; i < keys.size(); ++i) {
                if (i + kAhead < keys.size())
                    m_parts[part].prefetch(SeenIndex::hashOf(keys[i + kAhead]));
                const SeenKey& key = keys[i];
                if (key.high >> kPartShift != part) // another thread's
                    return false;
                put(key, first + i);
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
            m_parts[part].rebuild(slots, m_log);
    }
}

Status SeenSet::putAll(const SeenPieces& pieces)
{
    std::vector<std::uint64_t> numbers;
    for (std::size_t piece = 0; piece < pieces.size(); ++piece)
        numbers.push_back(m_log.adopt(pieces.memoryOf(piece), pieces.sizeOf(piece)));
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> isWhole = true;
    const auto putThose = [&] {
        for (std::size_t part = next++; part < kParts && isWhole; part = next++)
            if (!putPart(part, pieces, numbers))
                isWhole = false;
    };
    std::optional<std::thread> other;
    if (pieces.keys() >= kWorthThreads)
        other.emplace(putThose);
    putThose();
    if (other)
        other->join();
    countIndex();
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
    const SharedBytes file{std::shared_ptr<char[]>(new char[bytes.size()]), bytes.size()};
    std::ranges::copy(bytes, file.data.get());
    return load({&file, 1});
}

Status SeenSet::load(std::span<const SharedBytes> files)
{
    SeenPieces pieces;
    for (const SharedBytes& file : files)
        SLUICE_TRY(pieces.read(file));
    pieces.gatherSmall();
    makeRoom(size() + pieces.keys());
    return putAll(pieces);
}

Status SeenSet::loadWide(ByteReader& in)
{
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        SeenKey key{};
        key.high = highOf(in.u64());
        key.low = in.u64() | 1;
        key.timeUs = in.i64();
        put(key, m_log.append(key));
    }
    m_log.markSaved();
    countIndex();
    return in.status("deduplication state");
}

} // namespace sluice::state
