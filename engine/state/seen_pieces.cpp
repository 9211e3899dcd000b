// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_pieces.h"

#include <algorithm>
#include <numeric>
#include <utility>

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
std::size_t firstOf(std::span<const SeenKey> keys, std::size_t from, std::size_t bucket)
{
    std::size_t end = keys.size();
    while (from < end) {
        const std::size_t middle = from + (end - from) / 2;
        if (SeenPieces::bucketOf(keys[middle]) < bucket)
            from = middle + 1;
        else
            end = middle;
    }
    return from;
}

} // namespace

std::int64_t SeenPieces::write(std::span<const std::span<const SeenKey>> runs,
                               std::int64_t releaseUs, ByteWriter& out)
{
    std::array<std::size_t, kBuckets> counts{}, places{};
    std::size_t keys = 0;
    for (const auto& run : runs)
        for (const SeenKey& key : run) {
            const bool isKept = !key.isReleased(releaseUs);
            counts[bucketOf(key)] += isKept;
            keys += isKept;
        }
    std::exclusive_scan(counts.begin(), counts.end(), places.begin(), std::size_t(0));
    out.reserve(keys * sizeof(SeenKey) + 16);
    out.u8(kPieceFormat);
    out.varint(keys);
    char* const to = out.extend(keys * sizeof(SeenKey));
    std::int64_t newest = INT64_MIN;
    for (const auto& run : runs)
        for (const SeenKey& key : run) {
            if (key.isReleased(releaseUs))
                continue;
            std::memcpy(to + places[bucketOf(key)]++ * sizeof key, &key, sizeof key);
            newest = std::max<std::int64_t>(newest, key.timeUs);
        }
    return newest;
}

Status SeenPieces::read(const SharedBytes& bytes)
{
    ByteReader in(bytes.view());
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
        const auto* const data
            = reinterpret_cast<const SeenKey*>(in.view(count * sizeof(SeenKey)).data());
        m_keys += count;
        if (count < kSmall)
            m_small.insert(m_small.end(), data, data + count);
        else
            add(std::shared_ptr<SeenKey[]>(bytes.data, const_cast<SeenKey*>(data)), count);
    }
    return ok();
}

void SeenPieces::gatherSmall()
{
    std::array<std::size_t, kBuckets> counts{}, places{};
    for (const SeenKey& key : m_small)
        ++counts[bucketOf(key)];
    std::exclusive_scan(counts.begin(), counts.end(), places.begin(), std::size_t(0));
    std::shared_ptr<SeenKey[]> gathered(new SeenKey[m_small.size()]);
    for (const SeenKey& key : m_small)
        gathered[std::ptrdiff_t(places[bucketOf(key)]++)] = key;
    if (!m_small.empty())
        add(std::move(gathered), m_small.size());
    std::vector<SeenKey>().swap(m_small);
}

void SeenPieces::add(std::shared_ptr<SeenKey[]> memory, std::size_t count)
{
    Piece& piece = m_pieces.emplace_back();
    piece.keys = std::move(memory);
    const std::span<const SeenKey> keys(piece.keys.get(), count);
    for (std::size_t bucket = 1; bucket < kBuckets; ++bucket)
        piece.begins[bucket] = std::uint32_t(firstOf(keys, piece.begins[bucket - 1], bucket));
    piece.begins[kBuckets] = std::uint32_t(count);
}

std::span<const SeenKey> SeenPieces::keysOf(std::size_t piece, std::size_t bucket) const
{
    const Piece& from = m_pieces[piece];
    return {from.keys.get() + from.begins[bucket], from.begins[bucket + 1] - from.begins[bucket]};
}

} // namespace sluice::state
