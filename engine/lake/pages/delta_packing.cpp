// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/delta_packing.h"

#include "engine/lake/pages/bit_packing.h"
#include "engine/lake/pages/varint.h"

#include <algorithm>
#include <array>
#include <bit>
#include <type_traits>

namespace sluice::lake {
namespace {

constexpr std::size_t kBlock = 128, kMiniblocks = 4;
static_assert(kBlock / kMiniblocks == kPacked);
constexpr std::size_t kHead = 40;                    // sizes, count and first value
constexpr std::size_t kBlockHead = 10 + kMiniblocks; // least difference and widths

// One block of differences: the least, the widths of the miniblocks, the bits above the least.
// Loops run over whole blocks, so that the compiler makes vector code of them; the differences
// behind the last are copies of the first.
template <class Word>
std::uint8_t* writeBlock(const std::array<Word, kBlock>& deltas, std::size_t count,
                         std::uint8_t* out)
{
    using Signed = std::make_signed_t<Word>;
    auto least = Signed(deltas[0]);
    for (std::size_t i = 0; i < kBlock; ++i)
        least = std::min(least, Signed(deltas[i]));
    std::array<Word, kBlock> above{}; // wraps, as the format asks for
    for (std::size_t i = 0; i < kBlock; ++i)
        above[i] = Word(deltas[i] - Word(least));

    out = writeVarint(zigzag(least), out);
    std::uint8_t* const widths = out;
    out += kMiniblocks;
    for (std::size_t mini = 0; mini < kMiniblocks; ++mini) {
        const Word* values = above.data() + mini * kPacked;
        Word bits = 0;
        for (int i = 0; i < kPacked; ++i)
            bits |= values[i];
        // Nothing is stored for a miniblock without values.
        const int width = mini * kPacked < count ? int(std::bit_width(bits)) : 0;
        widths[mini] = std::uint8_t(width);
        packBits(values, width, out);
        out += width * kPacked / 8;
    }
    return out;
}

} // namespace

template <class Value>
std::uint8_t* writeDeltaPacked(std::span<const Value> values, std::uint8_t* out)
{
    using Word = std::make_unsigned_t<Value>;
    out = writeVarint(kBlock, out);
    out = writeVarint(kMiniblocks, out);
    out = writeVarint(values.size(), out);
    out = writeVarint(zigzag(values.empty() ? 0 : values.front()), out);
    std::array<Word, kBlock> deltas{};
    for (std::size_t at = 1; at < values.size(); at += kBlock) {
        const std::size_t count = std::min(kBlock, values.size() - at);
        const Value* value = values.data() + at;
        if (count == kBlock) {
            for (std::size_t i = 0; i < kBlock; ++i)
                deltas[i] = Word(Word(value[i]) - Word(value[std::ptrdiff_t(i) - 1]));
        } else {
            deltas.fill(Word(Word(value[0]) - Word(value[-1])));
            for (std::size_t i = 1; i < count; ++i)
                deltas[i] = Word(Word(value[i]) - Word(value[std::ptrdiff_t(i) - 1]));
        }
        out = writeBlock(deltas, count, out);
    }
    return out;
}

template <class Value> std::size_t deltaPackedRoom(std::size_t values)
{
    return kHead + (values / kBlock + 1) * (kBlockHead + kBlock * sizeof(Value));
}

template std::uint8_t* writeDeltaPacked(std::span<const std::int32_t>, std::uint8_t*);
template std::uint8_t* writeDeltaPacked(std::span<const std::int64_t>, std::uint8_t*);
template std::size_t deltaPackedRoom<std::int32_t>(std::size_t);
template std::size_t deltaPackedRoom<std::int64_t>(std::size_t);

} // namespace sluice::lake
