// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_pieces.h"

#include <numeric>

namespace sluice::state {
namespace {

constexpr std::uint8_t kPieceFormat = 2; // 1 had the counts of the buckets before the keys
constexpr std::size_t kSmall = 8192;     // keys: the buckets' places are 1 KiB beside 160 KiB

Error decodeError(ErrorCode code, std::string message, std::string hint)
{
    return Error{.code = code,
                 .message = std::move(message),
                 .object = "deduplication state",
                 .hint = std::move(hint),
                 .cause = {}};
}

// The first of the keys whose bucket is not before the given one.
std::size_t firstOf(const SavedKeys& keys, std::size_t from, std::size_t bucket)
{
    std::size_t end = keys.size();
    while (from < end) {
        const std::size_t middle = from + (end - from) / 2;
        if (SeenPieces::bucketOf(keys.at(middle)) < bucket)
            from = middle + 1;
        else
            end = middle;
    }
    return from;
}

} // namespace

void SeenPieces::sortByBucket(const std::vector<SeenKey>& keys, std::vector<SeenKey>& sorted)
{
    std::array<std::size_t, kBuckets> counts{}, places{};
    for (const SeenKey& key : keys)
        ++counts[bucketOf(key)];
    std::exclusive_scan(counts.begin(), counts.end(), places.begin(), std::size_t(0));
    sorted.resize(keys.size());
    for (const SeenKey& key : keys)
        sorted[places[bucketOf(key)]++] = key;
}

void SeenPieces::writeHead(ByteWriter& out, std::size_t keys)
{
    out.reserve(keys * sizeof(SeenKey) + 16);
    out.u8(kPieceFormat);
    out.varint(keys);
}

void SeenPieces::writeKeys(ByteWriter& out, const std::vector<SeenKey>& sorted)
{
    out.raw(sorted.data(), sorted.size() * sizeof(SeenKey));
}

Status SeenPieces::read(std::string_view bytes)
{
    ByteReader in(bytes);
    while (in.left() > 0) {
        if (const std::uint8_t format = in.u8(); format != kPieceFormat)
            return decodeError(ErrorCode::Unsupported,
                               "keys of format " + std::to_string(format) + ", this program reads "
                                   + std::to_string(kPieceFormat),
                               "Go on with the version of Sluice that wrote it.");
        const std::uint64_t count = in.varint();
        if (in.hasFailed() || count > in.left() / sizeof(SeenKey))
            return decodeError(ErrorCode::DecodeFailed,
                               "a piece of " + std::to_string(count) + " keys is cut off", {});
        const char* const data = in.view(count * sizeof(SeenKey)).data();
        m_keys += count;
        if (count >= kSmall) {
            add(data, count);
            continue;
        }
        const SavedKeys keys(data, count);
        for (std::size_t i = 0; i < count; ++i)
            m_small.push_back(keys.at(i));
    }
    return ok();
}

void SeenPieces::gatherSmall()
{
    sortByBucket(m_small, m_gathered);
    std::vector<SeenKey>().swap(m_small);
    if (!m_gathered.empty())
        add(reinterpret_cast<const char*>(m_gathered.data()), m_gathered.size());
}

void SeenPieces::add(const char* data, std::size_t count)
{
    Piece& piece = m_pieces.emplace_back();
    piece.data = data;
    const SavedKeys keys(data, count);
    for (std::size_t bucket = 1; bucket < kBuckets; ++bucket)
        piece.begins[bucket] = std::uint32_t(firstOf(keys, piece.begins[bucket - 1], bucket));
    piece.begins[kBuckets] = std::uint32_t(count);
}

SavedKeys SeenPieces::keysOf(std::size_t piece, std::size_t bucket) const
{
    const Piece& from = m_pieces[piece];
    return {from.data + std::size_t(from.begins[bucket]) * sizeof(SeenKey),
            from.begins[bucket + 1] - from.begins[bucket]};
}

} // namespace sluice::state
