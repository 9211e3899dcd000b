// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include <immintrin.h>

namespace sluice::formats {

inline constexpr std::array<std::int64_t, 19> kPowersOfTen = [] {
    std::array<std::int64_t, 19> out{};
    out[0] = 1;
    for (std::size_t i = 1; i < out.size(); ++i)
        out[i] = out[i - 1] * 10;
    return out;
}();

/// A run of decimal digits at the start of some bytes.
struct DigitRun
{
    std::uint64_t value = 0;
    int count = 0; // at most 16: there may be more behind
};

/// Returns how many digits there are at a place, at most 16. 16 bytes must be readable.
inline int countDigits(const char* at)
{
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i digits = _mm_sub_epi8(text, _mm_set1_epi8('0'));
    const __m128i isDigit = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    return std::countr_one(std::uint32_t(_mm_movemask_epi8(isDigit)));
}

/// Reads up to 16 digits in one step. 16 bytes must be readable; those behind the run may be any.
/// Source of the reduction: Wojciech Muła, "SIMD-ized parsing of numbers" (pairs, fours, eights).
inline DigitRun readDigits(const char* at)
{
    // Byte i of row n: where digit i of a run of n comes from, so that the run ends at byte 15.
    alignas(16) static constexpr std::int8_t kShift[32]
        = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
           0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15};
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i digits = _mm_sub_epi8(text, _mm_set1_epi8('0'));
    const __m128i isDigit = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    const int count = std::countr_one(std::uint32_t(_mm_movemask_epi8(isDigit)));
    const __m128i shift = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kShift + count));
    const __m128i aligned = _mm_shuffle_epi8(digits, shift); // zeros come in from the left
    const __m128i pairs = _mm_maddubs_epi16(aligned, _mm_set1_epi16(0x010A));
    const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00010064));
    const __m128i packed = _mm_packus_epi32(fours, fours);
    const __m128i eights = _mm_madd_epi16(packed, _mm_set1_epi32(0x00012710));
    const auto both = std::uint64_t(_mm_cvtsi128_si64(eights));
    return {(both & 0xFFFFFFFF) * 100'000'000 + (both >> 32), count};
}

} // namespace sluice::formats
