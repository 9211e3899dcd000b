// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/base/shared_bytes.h"
#include "engine/state/seen_key.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sluice::state {

/// The saves of a SeenSet. A piece: its format (u8), how many keys (varint), the keys in the order
/// of their buckets, which are sorted finer than the parts of the set, so that what they are put
/// into when they are loaded fits a cache. Small pieces are gathered into one: a quiet stream
/// leaves many of a few keys each.
class SeenPieces
{
public:
    using Runs = std::span<const std::span<const SeenKey>>;
    static constexpr std::size_t kBuckets = 256;
    static constexpr std::size_t bucketOf(const SeenKey& key) { return key.high >> 24; }

    /// Writes a piece of the keys that are not released. Returns the time of the newest one, the
    /// least there is for none.
    static std::int64_t write(Runs runs, std::int64_t releaseUs, ByteWriter& out);

    /// Adds pieces that lie one behind the other. Shares the bytes of large ones.
    Status read(const SharedBytes& bytes);
    /// Once, when all are read.
    void gatherSmall();

    std::size_t keys() const { return m_keys; }
    std::size_t size() const { return m_pieces.size(); }
    /// May hold keys of other buckets if the bytes are not those of a piece.
    std::span<const SeenKey> keysOf(std::size_t piece, std::size_t bucket) const;
    /// How many keys of the piece lie before those.
    std::size_t placeOf(std::size_t piece, std::size_t bucket) const
    {
        return m_pieces[piece].begins[bucket];
    }
    /// All keys of a piece, of which there is one at least.
    const std::shared_ptr<SeenKey[]>& memoryOf(std::size_t piece) const
    {
        return m_pieces[piece].keys;
    }
    std::size_t sizeOf(std::size_t piece) const { return m_pieces[piece].begins[kBuckets]; }

private:
    struct Piece
    {
        std::shared_ptr<SeenKey[]> keys;
        std::array<std::uint32_t, kBuckets + 1> begins{}; // of each bucket, in keys
    };
    void add(std::shared_ptr<SeenKey[]> keys, std::size_t count);

    std::vector<Piece> m_pieces;
    std::vector<SeenKey> m_small; // those of small pieces, until they are gathered
    std::size_t m_keys = 0;
};

} // namespace sluice::state
