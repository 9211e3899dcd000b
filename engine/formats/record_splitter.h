// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
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
    static constexpr std::size_t kPadding = 32;

    /// quote 0: lines. Otherwise line ends inside quotes belong to the record.
    explicit RecordSplitter(char quote = 0)
        : m_quote(quote)
    {
    }

    /// Calls take(length) with the length of each record that ends in the block, without its line
    /// end, as long as it returns true. One pass over the bytes, not a search a record.
    template <class Take> void eachRecord(std::string_view block, Take&& take) const
    {
        if (m_quote != 0) {
            for (std::size_t length = recordLength(block); length != std::string_view::npos;
                 length = recordLength(block)) {
                if (!take(length))
                    return;
                block.remove_prefix(length + 1);
            }
            return;
        }
        const __m256i lineEnd = _mm256_set1_epi8('\n');
        std::size_t begin = 0;
        for (std::size_t at = 0; at < block.size(); at += kPadding) {
            const __m256i bytes
                = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block.data() + at));
            auto ends = std::uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, lineEnd)));
            for (; ends != 0; ends &= ends - 1) {
                const std::size_t end = at + std::size_t(std::countr_zero(ends));
                if (end >= block.size() || !take(end - begin))
                    return;
                begin = end + 1;
            }
        }
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
    char m_quote;
};

} // namespace sluice::formats
