// SPDX-License-Identifier: Apache-2.0
// Parts of a text, and where they stand.
#include "engine/expr/function.h"
#include "engine/expr/functions/characters.h"
#include "engine/expr/values.h"

#include <algorithm>
#include <limits>

namespace sluice::expr {
namespace {

using Text = std::string_view;

// Positions count from 1, negative ones from the end, both clamped to the text; a negative length
// goes to the left. Position 0 is one before the first character.
Text substring(Text text, std::int64_t start, std::int64_t length)
{
    const std::int64_t size = characterCount(text);
    if (start == 0 && --length <= 0)
        return {};
    length = std::clamp(length, -size, size);
    const std::int64_t begin = start < 0 ? std::max(start, -size) + size
                                         : std::min(std::max<std::int64_t>(start - 1, 0), size);
    return length < 0 ? characterRange(text, begin + length, begin)
                      : characterRange(text, begin, begin + length);
}

Text substringToEnd(Text text, std::int64_t start)
{
    if (start >= 0)
        return characterRange(text, start - 1, std::numeric_limits<std::int64_t>::max());
    return characterRange(text,
                          characterCount(text)
                              + std::max<std::int64_t>(start, -(std::int64_t(1) << 40)),
                          std::numeric_limits<std::int64_t>::max());
}

Text leftPart(Text text, std::int64_t count)
{
    return characterRange(text, 0, count < 0 ? characterCount(text) + count : count);
}

Text rightPart(Text text, std::int64_t count)
{
    const std::int64_t all = characterCount(text);
    const std::int64_t begin = count < 0 ? -count : all - std::min(count, all);
    return characterRange(text, begin, all);
}

std::int64_t partCount(Text text, Text separator)
{
    std::int64_t count = 1;
    for (std::size_t at = text.find(separator); at != Text::npos;
         at = text.find(separator, at + separator.size()))
        ++count;
    return count;
}

// Counts from 1, from the end when negative; an empty separator splits into characters.
Text splitPart(Text text, Text separator, std::int64_t index)
{
    if (separator.empty()) {
        const std::int64_t all = characterCount(text);
        const std::int64_t at = index < 0 ? all + index : index - 1;
        return at < 0 ? Text() : characterRange(text, at, at + 1);
    }
    if (index < 0)
        index += partCount(text, separator) + 1;
    if (index <= 0)
        return {};
    for (; index > 1; --index) {
        const std::size_t at = text.find(separator);
        if (at == Text::npos)
            return {};
        text.remove_prefix(at + separator.size());
    }
    return text.substr(0, text.find(separator));
}

// The character where a part begins, from 1; 0 when it is not there.
std::int64_t positionOf(Text text, Text part)
{
    const std::size_t at = text.find(part);
    return at == Text::npos ? 0 : characterCount(text.substr(0, at)) + 1;
}

CatalogueEntry entry(const char* name, const char* signature, const char* help, const char* spark,
                     std::vector<std::string> aliases = {})
{
    return {.name = name,
            .category = "text",
            .signature = signature,
            .help = help,
            .spark = spark,
            .aliases = std::move(aliases)};
}

template <class Out, class... In, class Fn>
Overload overload(std::vector<Want> parameters, const TypePtr& type, Fn fn)
{
    return {std::move(parameters), type, eachRow<Out, In...>(type, fn)};
}

Function test(CatalogueEntry help, bool (*holds)(Text, Text))
{
    return {.entry = std::move(help),
            .overloads
            = {overload<bool, Text, Text>({Want::Text, Want::Text}, arrow::boolean(), holds)}};
}

} // namespace

std::vector<Function> textPartFunctions()
{
    const TypePtr text = arrow::utf8();
    return {
        {.entry
         = entry("substring", "substring(text, start[, length]) -> string",
                 "Characters from a position, counted from 1, or from the end when negative.",
                 "substring(text, start, length)", {"substr"}),
         .overloads
         = {overload<Text, Text, std::int64_t>({Want::Text, Want::Long}, text, substringToEnd),
            overload<Text, Text, std::int64_t, std::int64_t>({Want::Text, Want::Long, Want::Long},
                                                             text, substring)}},
        {.entry = entry("left", "left(text, count) -> string",
                        "The first characters; all but the last ones when count is negative.",
                        "left(text, count)"),
         .overloads
         = {overload<Text, Text, std::int64_t>({Want::Text, Want::Long}, text, leftPart)}},
        {.entry = entry("right", "right(text, count) -> string",
                        "The last characters; all but the first ones when count is negative.",
                        "right(text, count)"),
         .overloads
         = {overload<Text, Text, std::int64_t>({Want::Text, Want::Long}, text, rightPart)}},
        {.entry = entry("split_part", "split_part(text, separator, index) -> string",
                        "One part of a separated text, counted from 1; empty when there are fewer.",
                        "split_part(text, separator, index)"),
         .overloads
         = {overload<Text, Text, Text, std::int64_t>({Want::Text, Want::Text, Want::Long}, text,
                                                     splitPart)}},
        {.entry = entry("strpos", "strpos(text, part) -> long",
                        "Where a part begins, counted from 1; 0 when it is not there.",
                        "instr(text, part)", {"instr", "position"}),
         .overloads = {overload<std::int64_t, Text, Text>({Want::Text, Want::Text}, arrow::int64(),
                                                          positionOf)}},
        test(entry("starts_with", "starts_with(text, part) -> boolean",
                   "Whether a text begins with another.", "startswith(text, part)",
                   {"prefix", "^@"}),
             [](Text value, Text part) { return value.starts_with(part); }),
        test(entry("ends_with", "ends_with(text, part) -> boolean",
                   "Whether a text ends with another.", "endswith(text, part)", {"suffix"}),
             [](Text value, Text part) { return value.ends_with(part); }),
        test(entry("contains", "contains(text, part) -> boolean", "Whether a text is in another.",
                   "contains(text, part)"),
             [](Text value, Text part) { return value.find(part) != Text::npos; }),
    };
}

} // namespace sluice::expr
