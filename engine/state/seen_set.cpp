// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_set.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <thread>

namespace sluice::state {
namespace {

constexpr std::size_t kAhead = 24;             // keys whose slots are on their way from memory
constexpr std::size_t kWorthThreads = 200'000; // keys
constexpr double kFirstSlots = 16;
constexpr double kGrowth = 2;

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

// low | 1: as in states saved when 0 meant a free slot.
SeenKey seenKey(const KeyHash& key, std::int64_t timeUs)
{
    return {std::uint32_t(key.first >> 32), key.second | 1, timeUs};
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

bool SeenSet::insert(const KeyHash& key, std::int64_t timeUs, EventTime watermark)
{
    m_watermark = std::max(m_watermark, watermark);
    return insertHashed(seenKey(key, timeUs));
}

void SeenSet::insertAll(std::span<const KeyHash> keys, std::span<const std::int64_t> timesUs,
                        EventTime watermark, std::vector<std::uint32_t>& unseen)
{
    m_watermark = std::max(m_watermark, watermark);
    for (std::size_t row = 0; row < keys.size(); ++row) {
        fetchAhead(keys, row);
        if (insertHashed(seenKey(keys[row], timesUs[row])))
            unseen.push_back(std::uint32_t(row));
    }
}

// First the slot; when that is there, the key it tells of.
void SeenSet::fetchAhead(std::span<const KeyHash> keys, std::size_t row)
{
    if (row + kAhead < keys.size()) {
        const SeenKey key = seenKey(keys[row + kAhead], 0);
        partOf(key).prefetch(SeenIndex::hashOf(key));
    }
    if (row + kAhead / 2 < keys.size()) {
        const SeenKey key = seenKey(keys[row + kAhead / 2], 0);
        if (const std::uint64_t number = partOf(key).likely(SeenIndex::hashOf(key)))
            __builtin_prefetch(m_log.find(number));
    }
}

std::uint64_t& SeenSet::slotOf(const SeenKey& key)
{
    return partOf(key).slotOf(SeenIndex::hashOf(key), [&](std::uint64_t number) {
        const SeenKey* const there = m_log.find(number);
        return there && there->isSameKey(key);
    });
}

bool SeenSet::insertHashed(const SeenKey& key)
{
    std::uint64_t& slot = slotOf(key);
    if (slot == 0) {
        append(slot, key);
        if (partOf(key).isFull())
            rebuild(SeenPieces::partOf(key));
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
        partOf(key).put(slot, SeenIndex::hashOf(key), number);
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
    SeenIndex& part = partOf(key);
    if (!part.putIfAlone(SeenIndex::hashOf(key), number)) {
        std::uint64_t& slot = slotOf(key);
        if (slot == 0)
            part.put(slot, SeenIndex::hashOf(key), number);
        else if (key.timeUs > m_log.find(SeenIndex::numberIn(slot))->timeUs) // beyond the horizon
            SeenIndex::repoint(slot, number);
    }
    if (part.isFull())
        part.rebuild(slotsFor(part.used(), SeenPieces::partOf(key), kParts), m_log);
}

// The keys of a bucket that a piece has next; those behind the first of a later bucket wait for it.
class SeenSet::PieceCursor
{
public:
    PieceCursor(std::span<const SeenKey> keys, std::uint64_t firstNumber)
        : m_keys(keys)
        , m_number(firstNumber)
    {
    }
    void prefetch() const { __builtin_prefetch(m_keys.data()); }
    bool isAtEnd() const { return m_keys.empty(); }
    std::uint64_t number() const { return m_number; }
    // Their slots are on their way then.
    std::span<const SeenKey> upTo(std::size_t bucket, const SeenIndex& index) const
    {
        std::size_t count = 0;
        for (; count < m_keys.size() && SeenPieces::bucketOf(m_keys[count]) <= bucket; ++count)
            index.prefetch(SeenIndex::hashOf(m_keys[count]));
        return m_keys.first(count);
    }
    void pass(std::size_t count)
    {
        m_keys = m_keys.subspan(count);
        m_number += count;
    }

private:
    std::span<const SeenKey> m_keys;
    std::uint64_t m_number; // of the first of them
};

// numbers: of the first key of each piece.
bool SeenSet::putPart(std::size_t part, const SeenPieces& pieces,
                      std::span<const std::uint64_t> numbers)
{
    if (m_parts[part].used() == 0)
        m_parts[part].populate();
    std::vector<PieceCursor> cursors;
    for (std::size_t piece = 0; piece < pieces.size(); ++piece)
        cursors.emplace_back(pieces.keysOf(piece, part),
                             numbers[piece] + pieces.placeOf(piece, part));
    constexpr std::size_t kOfPart = SeenPieces::kBuckets / kParts, kPiecesAhead = 4;
    for (std::size_t bucket = part * kOfPart; bucket < (part + 1) * kOfPart; ++bucket)
        for (std::size_t piece = 0; piece < cursors.size(); ++piece) {
            if (piece + kPiecesAhead < cursors.size())
                cursors[piece + kPiecesAhead].prefetch();
            PieceCursor& cursor = cursors[piece];
            const std::span<const SeenKey> keys = cursor.upTo(bucket, m_parts[part]);
            if (keys.empty())
                continue;
            m_log.observe(cursor.number(), keys.size());
            for (std::size_t i = 0; i < keys.size(); ++i) {
                if (SeenPieces::partOf(keys[i]) != part) // another thread's
                    return false;
                put(keys[i], cursor.number() + i);
            }
            cursor.pass(keys.size());
        }
    return std::ranges::all_of(cursors, &PieceCursor::isAtEnd);
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
        const std::uint64_t first = in.u64(), second = in.u64();
        const SeenKey key = seenKey({first, second}, in.i64());
        put(key, m_log.append(key));
    }
    m_log.markSaved();
    countIndex();
    return in.status("deduplication state");
}

} // namespace sluice::state
