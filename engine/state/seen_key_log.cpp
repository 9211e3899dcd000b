// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_key_log.h"

#include "engine/base/zeroed_memory.h"

#include <algorithm>
#include <atomic>

namespace sluice::state {
namespace {

constexpr std::size_t kLooks = 64; // chunks that a call of findSparse() looks at

void lower(std::int64_t& least, std::int64_t value)
{
    const std::atomic_ref at(least);
    std::int64_t seen = at.load(std::memory_order_relaxed);
    while (value < seen && !at.compare_exchange_weak(seen, value, std::memory_order_relaxed)) { }
}

void raise(std::int64_t& greatest, std::int64_t value)
{
    const std::atomic_ref at(greatest);
    std::int64_t seen = at.load(std::memory_order_relaxed);
    while (value > seen && !at.compare_exchange_weak(seen, value, std::memory_order_relaxed)) { }
}

} // namespace

void SeenKeyLog::addSlab(std::size_t chunks)
{
    const auto memory = std::make_shared<ZeroedMemory>(chunks * kChunkKeys * sizeof(SeenKey));
    m_slab = std::shared_ptr<SeenKey[]>(memory, static_cast<SeenKey*>(memory->data()));
    m_slabChunks = chunks;
}

void SeenKeyLog::addChunk()
{
    if (m_slabChunks == 0)
        addSlab(std::clamp<std::size_t>(m_size / (16 * kChunkKeys), 1, kSlabChunks));
    forgetFront();
    // Number 0 is nobody's.
    if (((m_firstChunk + m_chunks.size()) & kChunkMask) == 0)
        m_chunks.emplace_back();
    Chunk& chunk = m_chunks.emplace_back();
    chunk.keys = m_slab;
    chunk.room = kChunkKeys;
    if (--m_slabChunks == 0)
        m_slab.reset();
    else
        m_slab = std::shared_ptr<SeenKey[]>(m_slab, m_slab.get() + kChunkKeys);
}

void SeenKeyLog::dropAt(std::size_t chunk)
{
    m_size -= m_chunks[chunk].size;
    m_chunks[chunk] = Chunk{};
}

// The places of dropped chunks at the front, once they are half of all.
void SeenKeyLog::forgetFront()
{
    if (m_chunks.empty() || m_chunks[m_chunks.size() / 2].keys)
        return;
    const auto first
        = std::ranges::find_if(m_chunks, [](const Chunk& chunk) { return chunk.keys != nullptr; });
    const auto gone = std::size_t(first - m_chunks.begin());
    m_chunks.erase(m_chunks.begin(), first);
    m_firstChunk += gone;
    m_cursor -= std::min(gone, m_cursor);
}

void SeenKeyLog::dropReleased(std::int64_t releaseUs)
{
    for (std::size_t chunk = 0; chunk < m_chunks.size(); ++chunk) {
        if (!m_chunks[chunk].keys)
            continue;
        if (m_chunks[chunk].newestUs >= releaseUs)
            break;
        dropAt(chunk);
    }
    forgetFront();
}

std::optional<SeenKeyLog::Sparse> SeenKeyLog::findSparse(std::int64_t releaseUs, std::int64_t oldUs)
{
    // Not the last one, to which keys are still appended.
    for (std::size_t look = 0; look < kLooks && look + 1 < m_chunks.size(); ++look) {
        m_cursor = m_cursor + 2 >= m_chunks.size() ? 0 : m_cursor + 1;
        Chunk& chunk = m_chunks[m_cursor];
        if (!chunk.keys || chunk.oldestUs >= oldUs)
            continue;
        if (chunk.newestUs < releaseUs) {
            dropAt(m_cursor);
            continue;
        }
        const std::span<const SeenKey> keys(chunk.keys.get(), chunk.size);
        std::size_t kept = 0;
        std::int64_t oldest = INT64_MAX;
        for (const SeenKey& key : keys)
            if (!key.isReleased(releaseUs)) {
                ++kept;
                oldest = std::min<std::int64_t>(oldest, key.timeUs);
            }
        if (kept * 8 <= keys.size())
            return Sparse{numberOf(m_cursor, 0), keys};
        chunk.oldestUs = oldest; // of those that matter: the next look is when they are old
        return {};
    }
    return {};
}

void SeenKeyLog::drop(const Sparse& chunk)
{
    dropAt(std::size_t(((chunk.firstNumber >> kOffsetBits) - m_firstChunk) & kChunkMask));
}

SeenKeyLog::Place SeenKeyLog::end() const
{
    if (m_chunks.empty())
        return {m_firstChunk, 0};
    return {m_firstChunk + m_chunks.size() - 1, m_chunks.back().size};
}

std::vector<std::span<const SeenKey>> SeenKeyLog::from(Place place) const
{
    std::vector<std::span<const SeenKey>> runs;
    const std::uint64_t first = std::max(place.chunk, m_firstChunk);
    for (std::uint64_t at = first; at < m_firstChunk + m_chunks.size(); ++at) {
        const Chunk& chunk = m_chunks[std::size_t(at - m_firstChunk)];
        const std::size_t begin = at == place.chunk ? place.offset : 0;
        if (chunk.size > begin)
            runs.emplace_back(chunk.keys.get() + begin, chunk.size - begin);
    }
    return runs;
}

std::vector<std::span<const SeenKey>> SeenKeyLog::unsaved() const
{
    return from(m_savedTo);
}

std::vector<std::span<const SeenKey>> SeenKeyLog::all() const
{
    return from({});
}

std::uint64_t SeenKeyLog::adopt(const std::shared_ptr<SeenKey[]>& keys, std::size_t count)
{
    // Numbers that follow one another do not go past the last one.
    const std::size_t chunks = (count + kChunkKeys - 1) / kChunkKeys;
    const auto isZeroAmong
        = [&] { return ((m_firstChunk + m_chunks.size() + chunks - 1) & kChunkMask) < chunks; };
    while (isZeroAmong())
        m_chunks.emplace_back();
    const std::uint64_t first = numberOf(m_chunks.size(), 0);
    for (std::size_t at = 0; at < count; at += kChunkKeys) {
        Chunk& chunk = m_chunks.emplace_back();
        chunk.keys = std::shared_ptr<SeenKey[]>(keys, keys.get() + at);
        chunk.size = chunk.room = std::min(count - at, kChunkKeys);
    }
    m_size += count;
    markSaved();
    return first;
}

void SeenKeyLog::observe(std::uint64_t firstNumber, std::size_t count)
{
    std::size_t at = std::size_t(((firstNumber >> kOffsetBits) - m_firstChunk) & kChunkMask);
    std::size_t offset = firstNumber & (kChunkKeys - 1);
    for (; count > 0; ++at, offset = 0) {
        Chunk& chunk = m_chunks[at];
        const std::size_t some = std::min(count, kChunkKeys - offset);
        std::int64_t oldest = INT64_MAX, newest = INT64_MIN;
        for (std::size_t i = 0; i < some; ++i) {
            const std::int64_t timeUs = chunk.keys[std::ptrdiff_t(offset + i)].timeUs;
            oldest = std::min(oldest, timeUs);
            newest = std::max(newest, timeUs);
        }
        lower(chunk.oldestUs, oldest);
        raise(chunk.newestUs, newest);
        count -= some;
    }
}

} // namespace sluice::state
