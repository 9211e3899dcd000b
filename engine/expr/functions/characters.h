// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Text as characters (code points of UTF-8) instead of bytes.
namespace sluice::expr {

inline bool isContinuation(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::int64_t characterCount(std::string_view text);

/// The byte where character index (from 0) begins; the size of the text when there are fewer.
std::size_t byteOfCharacter(std::string_view text, std::int64_t index);

/// Characters [begin, end), both from 0 and clamped to the text.
std::string_view characterRange(std::string_view text, std::int64_t begin, std::int64_t end);

/// Returns the first character and removes it; a stray byte is a character of its own.
std::string_view takeCharacter(std::string_view& text);

} // namespace sluice::expr
