// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/base/time.h"
#include "engine/state/key_hash.h"
#include "engine/state/seen_index.h"
#include "engine/state/seen_key_log.h"
#include "engine/state/seen_pieces.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::state {

/// Which keys were seen within a horizon of event time. A key is kept as 96 bits of hash (two keys
/// among a billion collide with a chance of 10^-11) and the time it was first seen (of the newest,
/// if seen again beyond the horizon): 20 bytes, and 11 to 22 in an index. A key is released when
/// the watermark is past its time plus the horizon. One thread.
///
/// The keys lie in the order in which they came (SeenKeyLog), so that what an epoch brought is what
/// is at the end, and what is released goes from the front. The index is 64 tables, by the first
/// bits of the hash, whose sizes are spread over a step of growth: one after the other grows, so
/// that no row waits for more than a 64th of the keys.
class SeenSet
{
public:
    /// The second hash of its keys.
    static constexpr std::uint64_t kSecondSeed = 0x8ebc6af09c88c6e3ull;

    explicit SeenSet(Micros horizon);

    /// Returns true if the key was not seen within the horizon around time, and keeps it.
    bool insert(const KeyHash& key, std::int64_t timeUs, EventTime watermark);
    /// The same for a batch, a time a key: appends the numbers of the keys that were not seen.
    void insertAll(std::span<const KeyHash> keys, std::span<const std::int64_t> timesUs,
                   EventTime watermark, std::vector<std::uint32_t>& unseen);

    /// Forgets released keys: those in the memory of which there are hardly others.
    void release(EventTime watermark);

    /// Keys that are kept, some of them released.
    std::size_t size() const { return m_log.size(); }
    std::size_t bytes() const { return m_indexBytes + m_log.bytes(); }

    /// Writes the keys that came or changed since the last save, or all that are not released.
    void saveNew(ByteWriter& out);
    void saveAll(ByteWriter& out, EventTime watermark);
    bool hasChanges() const { return m_log.hasUnsaved(); }
    /// When all keys of the last save are released.
    EventTime savedUntil() const;

    /// Adds the keys of saves that lie one behind the other, in one run of bytes or in several
    /// files, whose memory is kept. Many are added by two threads, and faster the more there are
    /// at once.
    Status load(ByteReader& in);
    Status load(std::span<const SharedBytes> files);
    /// Adds those of a save before there were logs: 128 bits of hash and the time.
    Status loadWide(ByteReader& in);
    void clear();

private:
    static constexpr std::size_t kParts = SeenPieces::kParts;
    class PieceCursor;

    std::int64_t releaseUs() const; // keys before it are released
    SeenIndex& partOf(const SeenKey& key) { return m_parts[SeenPieces::partOf(key)]; }
    std::uint64_t& slotOf(const SeenKey& key);
    void fetchAhead(std::span<const KeyHash> keys, std::size_t row);
    bool insertHashed(const SeenKey& key);
    void append(std::uint64_t& slot, const SeenKey& key);
    void put(const SeenKey& key, std::uint64_t number);
    void save(const std::vector<std::span<const SeenKey>>& keys, ByteWriter& out);
    void makeRoom(std::size_t keys);
    Status putAll(const SeenPieces& pieces);
    bool putPart(std::size_t part, const SeenPieces& pieces,
                 std::span<const std::uint64_t> numbers); // false: a key is of another part
    void rebuild(std::size_t part);
    void shrinkNext();
    void countIndex();

    const std::int64_t m_horizonUs;
    SeenKeyLog m_log;
    std::vector<SeenIndex> m_parts;
    std::size_t m_indexBytes = 0; // of all parts
    std::size_t m_nextShrunk = 0; // the part that release() looks at next
    std::int64_t m_savedNewestUs = INT64_MIN;
    EventTime m_watermark = EventTime::min();
};

} // namespace sluice::state
