// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::expr {

/// A format of strftime and strptime, taken apart: %Y-%m-%d %H:%M:%S.%f.
class TimePattern
{
public:
    /// Returns "" or what is wrong with the format. isReading: for strptime, which knows fewer.
    std::string parse(std::string_view format, bool isReading);

    void append(std::string& out, std::int64_t us) const;
    /// Returns false when the text does not fit.
    bool read(std::string_view text, std::int64_t& us) const;

private:
    struct Piece
    {
        char code = 0;        // 0: literal
        bool isPadded = true; // false: %-d
        std::string literal;
    };
    std::vector<Piece> m_pieces;
};

} // namespace sluice::expr
