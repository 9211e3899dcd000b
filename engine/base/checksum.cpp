// SPDX-License-Identifier: Apache-2.0
#include "engine/base/checksum.h"

#include <array>

namespace sluice {
namespace {

constexpr std::array<std::uint32_t, 256> makeTable()
{
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F63B78U : 0U);
        table[i] = value;
    }
    return table;
}

constexpr std::array<std::uint32_t, 256> kTable = makeTable();

} // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous)
{
    std::uint32_t value = ~previous;
    for (const char c : bytes)
        value = kTable[(value ^ static_cast<std::uint8_t>(c)) & 0xff] ^ (value >> 8);
    return ~value;
}

std::uint64_t fingerprint(std::string_view bytes)
{
    std::uint64_t value = 0xcbf29ce484222325ULL;
    for (const char c : bytes)
        value = (value ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
    return value;
}

} // namespace sluice
