// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sluice {

/// Returns eight bytes as a number, the first one least.
inline std::uint64_t wordAt(const char* from)
{
    std::uint64_t out = 0;
    std::memcpy(&out, from, sizeof out);
    return out;
}

/// Returns up to eight bytes that end at `end` as a number. Eight bytes before `end` must be
/// readable: so nothing depends on the size, which no processor foretells. The shift is halved
/// because one by 64 is none.
inline std::uint64_t wordEndingAt(const char* end, std::size_t size)
{
    const std::size_t halfShift = (sizeof(std::uint64_t) - size) * 4;
    return wordAt(end - sizeof(std::uint64_t)) >> halfShift >> halfShift;
}

} // namespace sluice
