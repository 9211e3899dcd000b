// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/state/seen_table.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace sluice::state {

/// Keys that lie in bytes, aligned or not.
class SavedKeys
{
public:
    SavedKeys() = default;
    SavedKeys(const char* data, std::size_t count)
        : m_data(data)
        , m_count(count)
    {
    }
    std::size_t size() const { return m_count; }
    SeenKey at(std::size_t index) const
    {
        SeenKey key;
        std::memcpy(&key, m_data + index * sizeof key, sizeof key);
        key.low |= 1;
        return key;
    }

private:
    const char* m_data = nullptr;
    std::size_t m_count = 0;
};

/// The saves of a SeenSet. A piece: its format (u8), how many keys (varint), the keys in the order
/// of their buckets, which are sorted finer than the parts of the set, so that what they are put
/// into when they are loaded fits a cache. Small pieces are gathered into one: a quiet stream
/// leaves many of a few keys each.
class SeenPieces
{
public:
    static constexpr std::size_t kBuckets = 256;
    static constexpr std::size_t bucketOf(const SeenKey& key) { return key.high >> 24; }

    /// The keys in the order of their buckets.
    static void sortByBucket(const std::vector<SeenKey>& keys, std::vector<SeenKey>& sorted);
    static void writeHead(ByteWriter& out, std::size_t keys);
    static void writeKeys(ByteWriter& out, const std::vector<SeenKey>& sorted);

    /// Adds pieces that lie one behind the other. Refers to the bytes of large ones.
    Status read(std::string_view bytes);
    /// Once, when all are read.
    void gatherSmall();

    std::size_t keys() const { return m_keys; }
    std::size_t size() const { return m_pieces.size(); }
    /// May hold keys of other buckets if the bytes are not those of a piece.
    SavedKeys keysOf(std::size_t piece, std::size_t bucket) const;

private:
    struct Piece
    {
        const char* data = nullptr;
        std::array<std::uint32_t, kBuckets + 1> begins{}; // of each bucket, in keys
    };
    void add(const char* data, std::size_t count);

    std::vector<Piece> m_pieces;
    std::vector<SeenKey> m_small; // those of small pieces, until they are gathered
    std::vector<SeenKey> m_gathered;
    std::size_t m_keys = 0;
};

} // namespace sluice::state
