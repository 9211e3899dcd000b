// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/bit_packing.h"

#include <array>
#include <cstring>
#include <utility>

namespace sluice::lake {
namespace {

// Unrolled, so that every shift is a constant.
template <class Value, int Width> void pack(const Value* values, std::uint8_t* out)
{
    std::uint64_t word = 0;
    int used = 0;
#pragma GCC unroll 32
    for (int i = 0; i < kPacked; ++i) {
        const std::uint64_t value = values[i];
        word |= value << used;
        used += Width;
        if (used >= 64) {
            std::memcpy(out, &word, sizeof word);
            out += sizeof word;
            used -= 64;
            word = used == 0 ? 0 : value >> (Width - used);
        }
    }
    if constexpr (Width % 2 == 1) // 32 bits are left
        std::memcpy(out, &word, sizeof(std::uint32_t));
}

template <class Value> using Packer = void (*)(const Value*, std::uint8_t*);

template <class Value, int... Width>
constexpr std::array<Packer<Value>, sizeof...(Width)>
packers(std::integer_sequence<int, Width...> /*widths*/)
{
    return {pack<Value, Width>...};
}

template <class Value> void packAny(const Value* values, int width, std::uint8_t* out)
{
    static constexpr auto kPackers
        = packers<Value>(std::make_integer_sequence<int, sizeof(Value) * 8 + 1>());
    kPackers[std::size_t(width)](values, out);
}

} // namespace

void packBits(const std::uint16_t* values, int width, std::uint8_t* out)
{
    packAny(values, width, out);
}

void packBits(const std::uint32_t* values, int width, std::uint8_t* out)
{
    packAny(values, width, out);
}

void packBits(const std::uint64_t* values, int width, std::uint8_t* out)
{
    packAny(values, width, out);
}

} // namespace sluice::lake
