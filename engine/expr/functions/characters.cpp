// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/functions/characters.h"

#include <algorithm>

namespace sluice::expr {

std::int64_t characterCount(std::string_view text)
{
    return std::int64_t(text.size()) - std::ranges::count_if(text, isContinuation);
}

std::size_t byteOfCharacter(std::string_view text, std::int64_t index)
{
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (isContinuation(text[at]))
            continue;
        if (index-- <= 0)
            break;
    }
    return at;
}

std::string_view characterRange(std::string_view text, std::int64_t begin, std::int64_t end)
{
    begin = std::max<std::int64_t>(begin, 0);
    if (end <= begin)
        return {};
    const std::string_view rest = text.substr(byteOfCharacter(text, begin));
    return rest.substr(0, byteOfCharacter(rest, end - begin));
}

std::string_view takeCharacter(std::string_view& text)
{
    std::size_t length = text.empty() ? 0 : 1;
    while (length < text.size() && isContinuation(text[length]))
        ++length;
    const std::string_view out = text.substr(0, length);
    text.remove_prefix(length);
    return out;
}

} // namespace sluice::expr
