// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::lake {

/// Writes an unsigned LEB128 number of at most 10 bytes; returns what is behind it.
inline std::uint8_t* writeVarint(std::uint64_t value, std::uint8_t* out)
{
    while (value >= 0x80) {
        *out++ = std::uint8_t(value | 0x80);
        value >>= 7;
    }
    *out++ = std::uint8_t(value);
    return out;
}

/// Small numbers of either sign as small unsigned ones.
constexpr std::uint64_t zigzag(std::int64_t value)
{
    return (std::uint64_t(value) << 1) ^ std::uint64_t(value >> 63);
}

} // namespace sluice::lake
