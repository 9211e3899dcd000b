// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_pieces.h"

#include <algorithm>
#include <cstring>
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

// The first of the keys whose part is not before the given one.
std::size_t firstOf(std::span<const SeenKey> keys, std::size_t from, std::size_t part)
{
    std::size_t end = keys.size();
    while (from < end) {
        const std::size_t middle = from + (end - from) / 2;
        if (SeenPieces::partOf(keys[middle]) < part)
            from = middle + 1;
        else
            end = middle;
    }
    return from;
}

// Where each bucket of the keys that are not released begins, and behind the last where all end.
using Places = std::array<std::size_t, SeenPieces::kBuckets + 1>;

Places placesOf(SeenPieces::Runs runs, std::int64_t releaseUs)
{
    Places places{};
    for (const auto& run : runs)
        for (const SeenKey& key : run)
            places[SeenPieces::bucketOf(key) + 1] += !key.isReleased(releaseUs);
    std::partial_sum(places.begin(), places.end(), places.begin());
    return places;
}

// Puts the keys into their buckets, aligned or not. Returns the time of the newest one.
std::int64_t putInOrder(SeenPieces::Runs runs, std::int64_t releaseUs, Places places, char* to)
{
    std::int64_t newest = INT64_MIN;
    for (const auto& run : runs)
        for (const SeenKey& key : run) {
            if (key.isReleased(releaseUs))
                continue;
            std::memcpy(to + places[SeenPieces::bucketOf(key)]++ * sizeof key, &key, sizeof key);
            newest = std::max<std::int64_t>(newest, key.timeUs);
        }
    return newest;
}

} // namespace

std::int64_t SeenPieces::write(Runs runs, std::int64_t releaseUs, ByteWriter& out)
{
    const Places places = placesOf(runs, releaseUs);
    const std::size_t keys = places.back();
    out.reserve(keys * sizeof(SeenKey) + 16);
    out.u8(kPieceFormat);
    out.varint(keys);
    return putInOrder(runs, releaseUs, places, out.extend(keys * sizeof(SeenKey)));
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
    if (m_small.empty())
        return;
    const std::span<const SeenKey> all(m_small);
    std::shared_ptr<SeenKey[]> gathered(new SeenKey[all.size()]);
    putInOrder({&all, 1}, INT64_MIN, placesOf({&all, 1}, INT64_MIN),
               reinterpret_cast<char*>(gathered.get()));
    add(std::move(gathered), all.size());
    std::vector<SeenKey>().swap(m_small);
}

void SeenPieces::add(std::shared_ptr<SeenKey[]> memory, std::size_t count)
{
    Piece& piece = m_pieces.emplace_back();
    piece.keys = std::move(memory);
    const std::span<const SeenKey> keys(piece.keys.get(), count);
    for (std::size_t part = 1; part < kParts; ++part)
        piece.begins[part] = std::uint32_t(firstOf(keys, piece.begins[part - 1], part));
    piece.begins[kParts] = std::uint32_t(count);
}

std::span<const SeenKey> SeenPieces::keysOf(std::size_t piece, std::size_t part) const
{
    const Piece& from = m_pieces[piece];
    return {from.keys.get() + from.begins[part], from.begins[part + 1] - from.begins[part]};
}

} // namespace sluice::state
