// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/state/seen_key.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sluice::state {

/// The keys of a SeenSet in the order in which they came, in chunks that are dropped when all their
/// keys are released. A key never moves; its number, of 36 bits, says where it is. Numbers come
/// round again after 2^36 keys: who kept the number of a key that is gone may find another key
/// there, and compares. One thread, but for observe().
class SeenKeyLog
{
public:
    static constexpr int kNumberBits = 36;
    static constexpr std::size_t kChunkKeys = 4096;

    /// firstChunk: what chunks are counted from.
    explicit SeenKeyLog(std::uint64_t firstChunk = 1)
        : m_firstChunk(firstChunk)
    {
    }

    /// Keeps a key and returns its number, which is never 0.
    std::uint64_t append(const SeenKey& key)
    {
        if (m_chunks.empty() || m_chunks.back().size == m_chunks.back().room)
            addChunk();
        Chunk& chunk = m_chunks.back();
        chunk.keys[chunk.size] = key;
        chunk.oldestUs = std::min<std::int64_t>(chunk.oldestUs, key.timeUs);
        chunk.newestUs = std::max<std::int64_t>(chunk.newestUs, key.timeUs);
        ++m_size;
        return numberOf(m_chunks.size() - 1, chunk.size++);
    }
    /// Null for a key that was dropped.
    const SeenKey* find(std::uint64_t number) const
    {
        const std::size_t chunk
            = std::size_t(((number >> kOffsetBits) - m_firstChunk) & kChunkMask);
        const std::size_t offset = number & (kChunkKeys - 1);
        if (chunk >= m_chunks.size() || !m_chunks[chunk].keys || offset >= m_chunks[chunk].size)
            return nullptr;
        return m_chunks[chunk].keys.get() + offset;
    }

    std::size_t size() const { return m_size; }
    std::size_t bytes() const
    {
        return m_size * sizeof(SeenKey) + m_chunks.capacity() * sizeof(Chunk);
    }

    /// Drops the chunks at the front all of whose keys are released.
    void dropReleased(std::int64_t releaseUs);

    /// A few keys that are not released must not keep the memory of many that are.
    struct Sparse
    {
        std::uint64_t firstNumber = 0;
        std::span<const SeenKey> keys;
    };
    /// Looks at some chunks that have keys older than oldUs, other ones with each call, and drops
    /// those whose keys are all released. Returns one of which at most an eighth is kept: who has
    /// appended those anew calls drop().
    std::optional<Sparse> findSparse(std::int64_t releaseUs, std::int64_t oldUs);
    void drop(const Sparse& chunk);

    /// The keys that came since the last markSaved(), or all, as runs.
    std::vector<std::span<const SeenKey>> unsaved() const;
    std::vector<std::span<const SeenKey>> all() const;
    /// True also if all that came since was dropped.
    bool hasUnsaved() const
    {
        const Place place = end();
        return m_size > 0 && (m_savedTo.chunk != place.chunk || m_savedTo.offset != place.offset);
    }
    void markSaved() { m_savedTo = end(); }

    /// Takes in saved keys where they lie; more than none. All count as saved, also those before
    /// them. Returns the number of the first; those of the others follow. Each of them must be
    /// observed before anything else is done.
    std::uint64_t adopt(const std::shared_ptr<SeenKey[]>& keys, std::size_t count);
    /// Several threads may, each other keys.
    void observe(std::uint64_t firstNumber, std::size_t count);

private:
    static constexpr int kOffsetBits = 12;
    static_assert(std::size_t(1) << kOffsetBits == kChunkKeys);
    static constexpr std::uint64_t kChunkMask
        = (std::uint64_t(1) << (kNumberBits - kOffsetBits)) - 1;
    static constexpr std::size_t kSlabChunks = 128; // five huge pages, if there are many keys

    struct Chunk
    {
        std::shared_ptr<SeenKey[]> keys; // shares its slab; null: dropped
        std::size_t size = 0, room = 0;  // one that was taken in has no more room
        std::int64_t oldestUs = INT64_MAX, newestUs = INT64_MIN;
    };
    struct Place // of a key, counted from the beginning of time
    {
        std::uint64_t chunk = 0;
        std::size_t offset = 0;
    };

    std::uint64_t numberOf(std::size_t chunk, std::size_t offset) const
    {
        return (((m_firstChunk + chunk) & kChunkMask) << kOffsetBits) | offset;
    }
    Place end() const;
    std::vector<std::span<const SeenKey>> from(Place place) const;
    void addChunk();
    void addSlab(std::size_t chunks);
    void dropAt(std::size_t chunk);
    void forgetFront();

    std::vector<Chunk> m_chunks;
    std::uint64_t m_firstChunk;
    std::shared_ptr<SeenKey[]> m_slab; // the rest of it that has no chunk yet
    std::size_t m_slabChunks = 0;
    std::size_t m_size = 0;
    std::size_t m_cursor = 0; // of findSparse
    Place m_savedTo;
};

} // namespace sluice::state
