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
/// of their parts of the set, and within a part of their buckets: when bucket after bucket of all
/// pieces is loaded, what the keys are put into fits a cache. (Pieces of before had 4 buckets a
/// part instead of 32: loading them is only slower.) Small pieces are gathered into one: a quiet
/// stream leaves many of a few keys each.
class SeenPieces
{
public:
    using Runs = std::span<const std::span<const SeenKey>>;
    static constexpr std::size_t kParts = 64, kBuckets = 2048; // by the first bits of the hash
    static constexpr std::size_t partOf(const SeenKey& key) { return key.high >> 26; }
    static constexpr std::size_t bucketOf(const SeenKey& key) { return key.high >> 21; }

    /// Writes a piece of the keys that are not released. Returns the time of the newest one, the
    /// least there is for none.
    static std::int64_t write(Runs runs, std::int64_t releaseUs, ByteWriter& out);

    /// Adds pieces that lie one behind the other. Shares the bytes of large ones.
    Status read(const SharedBytes& bytes);
    /// Once, when all are read.
    void gatherSmall();

    std::size_t keys() const { return m_keys; }
    std::size_t size() const { return m_pieces.size(); }
    /// May hold keys of other parts, and in any order, if the bytes are not those of a piece.
    std::span<const SeenKey> keysOf(std::size_t piece, std::size_t part) const;
    /// How many keys of the piece lie before those.
    std::size_t placeOf(std::size_t piece, std::size_t part) const
    {
        return m_pieces[piece].begins[part];
    }
    /// All keys of a piece, of which there is one at least.
    const std::shared_ptr<SeenKey[]>& memoryOf(std::size_t piece) const
    {
        return m_pieces[piece].keys;
    }
    std::size_t sizeOf(std::size_t piece) const { return m_pieces[piece].begins[kParts]; }

private:
    struct Piece
    {
        std::shared_ptr<SeenKey[]> keys;
        std::array<std::uint32_t, kParts + 1> begins{}; // of each part, in keys
    };
    void add(std::shared_ptr<SeenKey[]> keys, std::size_t count);

    std::vector<Piece> m_pieces;
    std::vector<SeenKey> m_small; // those of small pieces, until they are gathered
    std::size_t m_keys = 0;
};

} // namespace sluice::state
