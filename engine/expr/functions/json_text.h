// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::expr {

/// A way into a JSON text: $.a."b c"[0][#-1], /a/b/0, or just a key.
struct JsonPath
{
    struct Step
    {
        std::string key;
        std::int64_t index = 0; // from the end when negative: -1 is the last
        bool isIndex = false;
    };
    std::vector<Step> steps;

    /// Returns false when the text is no path (wildcards are none).
    bool parse(std::string_view text);
};

enum class JsonAnswer { Found, Missing, Malformed };

/// Finds a value in a JSON text and checks the whole text on the way. raw is a view of the text.
JsonAnswer findJson(std::string_view json, const JsonPath& path, std::string_view& raw);

/// Appends the characters that a JSON string (with its quotes) stands for.
void appendUnescaped(std::string& out, std::string_view raw);

/// Appends a well-formed value without the white space between its parts.
void appendCompact(std::string& out, std::string_view raw);

/// Returns the number of items of a well-formed array; 0 for other values.
std::int64_t jsonArrayLength(std::string_view raw);

} // namespace sluice::expr
