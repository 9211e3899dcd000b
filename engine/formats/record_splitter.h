// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <immintrin.h>

namespace sluice::formats {

/// Finds where records end in a block of bytes: at line ends, for CSV only outside of quotes.
/// Holds no state between blocks: a block begins at the begin of a record.
class RecordSplitter
{
public:
    /// Bytes behind a block that eachRecord() reads, whatever they are.
    static constexpr std::size_t kPadding = 64;

    /// quote 0: lines. Otherwise line ends inside quotes belong to the record.
    explicit RecordSplitter(char quote = 0)
        : m_quote(quote)
    {
    }

    /// Calls take(length) with the length of each record that ends in the block, without its line
    /// end, as long as it returns true. One pass over the bytes, not a search a record. Returns
    /// true if it saw that all bytes of those records are ASCII.
    template <class Take> bool eachRecord(std::string_view block, Take&& take) const
    {
        if (m_quote != 0) {
            for (std::size_t length = recordLength(block); length != std::string_view::npos;
                 length = recordLength(block)) {
                if (!take(length))
                    break;
                block.remove_prefix(length + 1);
            }
            return false;
        }
        std::array<std::uint32_t, kPiece + kPadding> ends;
        std::size_t begin = 0;
        bool isAscii = true;
        for (std::size_t at = 0; at < block.size(); at += kPiece) {
            const std::size_t size = std::min(kPiece, block.size() - at);
            const Piece piece = lineEnds(block.data() + at, size, ends.data());
            isAscii = isAscii && piece.isAscii;
            for (std::size_t i = 0; i < piece.lines; ++i) {
                const std::size_t end = at + ends[i];
                if (end >= block.size() || !take(end - begin))
                    return isAscii;
                begin = end + 1;
            }
        }
        return isAscii;
    }

    /// Returns the length of the first record without its line end, npos if it does not end here.
    std::size_t recordLength(std::string_view block) const
    {
        if (m_quote == 0)
            return block.find('\n');
        bool isInside = false;
        for (std::size_t i = 0; i < block.size(); ++i) {
            if (block[i] == m_quote)
                isInside = !isInside;
            else if (block[i] == '\n' && !isInside)
                return i;
        }
        return std::string_view::npos;
    }

private:
    static constexpr std::size_t kPiece = 4096;

    struct Piece
    {
        std::size_t lines = 0;
        bool isAscii = false;
    };

    // Notes where lines end in a piece of a block. Where the next end is cannot be foretold, so two
    // places are noted for every 64 bytes, and those that are none are written over.
    static Piece lineEnds(const char* piece, std::size_t size, std::uint32_t* ends)
    {
        const __m256i lineEnd = _mm256_set1_epi8('\n');
        __m256i all = _mm256_setzero_si256();
        std::uint32_t* to = ends;
        for (std::size_t at = 0; at < size; at += kPadding) {
            const auto* from = reinterpret_cast<const __m256i*>(piece + at);
            const __m256i low = _mm256_loadu_si256(from), high = _mm256_loadu_si256(from + 1);
            all = _mm256_or_si256(all, _mm256_or_si256(low, high));
            const auto lows = std::uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, lineEnd)));
            const auto highs
                = std::uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, lineEnd)));
            std::uint64_t found = lows | (std::uint64_t(highs) << 32);
            std::uint32_t* const next = to + std::popcount(found);
            do {
                to[0] = std::uint32_t(at) + std::uint32_t(std::countr_zero(found));
                found &= found - 1;
                to[1] = std::uint32_t(at) + std::uint32_t(std::countr_zero(found));
                found &= found - 1;
                to += 2;
            } while (to < next);
            to = next;
        }
        return {std::size_t(to - ends), _mm256_movemask_epi8(all) == 0};
    }

    char m_quote;
};

} // namespace sluice::formats
