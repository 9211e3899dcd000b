// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/json_reasons.h"

#include <array>

namespace sluice::formats {

namespace od = simdjson::ondemand;

std::string_view trimmedToken(std::string_view token)
{
    while (!token.empty()
           && (token.back() == ' ' || token.back() == '\t' || token.back() == '\r'
               || token.back() == '\n'))
        token.remove_suffix(1);
    return token;
}

std::string foundText(od::value value)
{
    std::string text(trimmedToken(value.raw_json_token()));
    if (text.size() > 40)
        text = text.substr(0, 37) + "...";
    switch (value.type().value_unsafe()) {
    case od::json_type::array: return "a list";
    case od::json_type::object: return "an object";
    case od::json_type::string: return "string " + text;
    case od::json_type::boolean: return text;
    case od::json_type::null: return "null";
    default: return text;
    }
}

// On-Demand counts brackets when it steps over a subtree, whatever their kind and depth. What is
// kept as text must be readable by others, whose parsers stop at 1024.
bool isNested(std::string_view json)
{
    constexpr std::size_t kMaxDepth = 1000;
    std::array<char, kMaxDepth> open{};
    std::size_t depth = 0;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (c == '"') {
            for (++i; i < json.size() && json[i] != '"'; ++i)
                i += json[i] == '\\' ? 1 : 0;
        } else if (c == '[' || c == '{') {
            if (depth == kMaxDepth)
                return false;
            open[depth++] = c == '[' ? ']' : '}';
        } else if (c == ']' || c == '}') {
            if (depth == 0 || open[--depth] != c)
                return false;
        }
    }
    return depth == 0;
}

std::string parserReason(simdjson::error_code error)
{
    switch (error) {
    case simdjson::UTF8_ERROR: return "the bytes are not UTF-8";
    case simdjson::EMPTY: return "the record is empty";
    case simdjson::DEPTH_ERROR: return "the record is nested too deep";
    case simdjson::UNCLOSED_STRING: return "a string has no end: the record is cut off";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
        return "the record does not end with }: it is cut off, or something follows it";
    case simdjson::UNESCAPED_CHARS: return "a string has an unescaped control character";
    case simdjson::INCORRECT_TYPE: return "the record is not a JSON object";
    default: return std::string("no JSON: ") + simdjson::error_message(error);
    }
}

} // namespace sluice::formats
