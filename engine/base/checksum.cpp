// SPDX-License-Identifier: Apache-2.0
#include "engine/base/checksum.h"

#include <cstring>

#include <immintrin.h>

namespace sluice {

// By the instruction that processors have for this polynomial (SSE 4.2).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous)
{
    std::uint64_t value = ~previous;
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        value = _mm_crc32_u64(value, word);
    }
    auto rest = std::uint32_t(value);
    for (; left > 0; --left, ++at)
        rest = _mm_crc32_u8(rest, std::uint8_t(*at));
    return ~rest;
}

std::uint64_t fingerprint(std::string_view bytes)
{
    std::uint64_t value = 0xcbf29ce484222325ULL;
    for (const char c : bytes)
        value = (value ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
    return value;
}

} // namespace sluice
