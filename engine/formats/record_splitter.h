// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::formats {

/// Finds where records end in a block of bytes: at line ends, for CSV only outside of quotes.
/// Holds no state between blocks: a block begins at the begin of a record.
class RecordSplitter
{
public:
    /// quote 0: lines. Otherwise line ends inside quotes belong to the record.
    explicit RecordSplitter(char quote = 0)
        : m_quote(quote)
    {
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
