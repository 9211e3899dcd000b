// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/cast.h"
#include "engine/expr/function.h"
#include "engine/expr/functions/characters.h"
#include "engine/expr/type_rules.h"
#include "engine/expr/values.h"

#include <algorithm>

#include <arrow/compute/api.h>

namespace sluice::expr {
namespace {

// A result larger than this is a mistake in an expression, not a text.
constexpr std::int64_t kMaxTextBytes = 16 << 20;

// Upper or lower case of all of Unicode; text that is not UTF-8 changes its ASCII letters only.
Kernel caseKernel(const char* unicode, const char* ascii)
{
    return [unicode, ascii](Arguments arguments, Evaluation&) -> arrow::Result<Datum> {
        auto out = arrow::compute::CallFunction(unicode, {arguments[0]});
        return out.ok() ? out : arrow::compute::CallFunction(ascii, {arguments[0]});
    };
}

bool isSpace(std::string_view character)
{
    return character == " " || character == "\u00A0" || character == "\u1680"
        || (character >= "\u2000" && character <= "\u200A") || character == "\u202F"
        || character == "\u205F" || character == "\u3000";
}

template <class Drops>
std::string_view trim(std::string_view text, bool left, bool right, const Drops& drops)
{
    while (left && !text.empty()) {
        std::string_view rest = text;
        if (!drops(takeCharacter(rest)))
            break;
        text = rest;
    }
    while (right && !text.empty()) {
        std::size_t at = text.size() - 1;
        while (at > 0 && isContinuation(text[at]))
            --at;
        if (!drops(text.substr(at)))
            break;
        text = text.substr(0, at);
    }
    return text;
}

std::vector<Overload> trimOverloads(bool left, bool right)
{
    return {{{Want::Text},
             arrow::utf8(),
             eachRow<std::string_view, std::string_view>(arrow::utf8(),
                                                         [=](std::string_view text) {
                                                             return trim(text, left, right,
                                                                         isSpace);
                                                         })},
            {{Want::Text, Want::Text},
             arrow::utf8(),
             eachRow<std::string_view, std::string_view, std::string_view>(
                 arrow::utf8(), [=](std::string_view text, std::string_view characters) {
                     return trim(text, left, right, [characters](std::string_view character) {
                         return characters.find(character) != std::string_view::npos;
                     });
                 })}};
}

std::optional<Binding> convertToText(Operands& operands)
{
    for (std::size_t i = 0; i < operands.size(); ++i) {
        if (auto failure = operands.convertOpenly(i, arrow::utf8()))
            return failure;
    }
    return std::nullopt;
}

// Joins all operands; with a separator the first operand goes between the others. Nulls are left
// out, but a null separator makes the result null.
Kernel concatKernel(bool hasSeparator)
{
    return [hasSeparator](Arguments arguments, Evaluation& evaluation) -> arrow::Result<Datum> {
        std::vector<Reader<std::string_view>> values(arguments.begin(), arguments.end());
        std::vector<NullReader> nulls(arguments.begin(), arguments.end());
        Validity validity(evaluation.rows);
        Writer<std::string_view> writer;
        ARROW_RETURN_NOT_OK(writer.reserve(evaluation.rows));
        std::string out;
        for (std::int64_t row = 0; row < evaluation.rows; ++row) {
            out.clear();
            bool isFirst = true;
            for (std::size_t i = hasSeparator ? 1 : 0; i < values.size(); ++i) {
                if (!nulls[i].isValid(row))
                    continue;
                if (hasSeparator && !isFirst)
                    out += values[0][row];
                out += values[i][row];
                isFirst = false;
            }
            if (hasSeparator && !nulls[0].isValid(row))
                validity.setNull(row);
            writer.set(row, out);
        }
        return writer.finish(arrow::utf8(), evaluation.rows, validity);
    };
}

Binding bindConcat(Operands& operands)
{
    const bool hasSeparator = operands.name() == "concat_ws";
    if (auto failure = convertToText(operands))
        return *failure;
    return {.type = arrow::utf8(), .kernel = concatKernel(hasSeparator), .isStrict = false};
}

Binding bindJoin(Operands& operands)
{
    const auto isTextOrNull
        = [&](std::size_t i) { return isText(*operands.type(i)) || isNullType(*operands.type(i)); };
    if (!isTextOrNull(0) && !isTextOrNull(1))
        return Binding::failure("|| joins strings, not " + displayName(*operands.type(0)) + " and "
                                    + displayName(*operands.type(1)),
                                -1, "Write concat(a, b).");
    if (auto failure = convertToText(operands))
        return *failure;
    return {.type = arrow::utf8(),
            .kernel = eachRow<std::string_view, std::string_view, std::string_view>(
                arrow::utf8(), [](Row& row, std::string_view a, std::string_view b) {
                    row.text.assign(a).append(b);
                    return std::string_view(row.text);
                })};
}

std::string_view replaceAll(Row& row, std::string_view text, std::string_view from,
                            std::string_view to)
{
    if (from.empty())
        return text;
    row.text.clear();
    std::size_t at = 0;
    for (std::size_t found = text.find(from); found != std::string_view::npos;
         found = text.find(from, at)) {
        row.text.append(text, at, found - at).append(to);
        at = found + from.size();
        if (std::int64_t(row.text.size()) > kMaxTextBytes) {
            row.fail("the result of replace is larger than 16 MiB");
            return {};
        }
    }
    row.text.append(text, at);
    return row.text;
}

std::string_view repeatText(Row& row, std::string_view text, std::int64_t count)
{
    row.text.clear();
    if (count > 0 && !text.empty() && count > kMaxTextBytes / std::int64_t(text.size())) {
        row.fail("the result of repeat is larger than 16 MiB");
        return {};
    }
    for (std::int64_t i = 0; i < count && !text.empty(); ++i)
        row.text += text;
    return row.text;
}

std::string_view reverseText(Row& row, std::string_view text)
{
    row.text.resize(text.size());
    std::size_t end = text.size();
    while (!text.empty()) {
        const std::string_view character = takeCharacter(text);
        end -= character.size();
        row.text.replace(end, character.size(), character);
    }
    return row.text;
}

template <bool kLeft>
std::string_view pad(Row& row, std::string_view text, std::int64_t width, std::string_view fill)
{
    const std::int64_t length = characterCount(text);
    if (width <= length)
        return characterRange(text, 0, width);
    if (fill.empty() || width > kMaxTextBytes) {
        row.fail(fill.empty() ? "there is nothing to fill with"
                              : "the result is larger than 16 MiB");
        return {};
    }
    row.text.assign(kLeft ? std::string_view() : text);
    std::string_view rest = fill;
    for (std::int64_t i = length; i < width; ++i) {
        if (rest.empty())
            rest = fill;
        row.text += takeCharacter(rest);
    }
    if constexpr (kLeft)
        row.text += text;
    return row.text;
}

void appendUtf8(std::string& out, std::uint32_t code)
{
    if (code < 0x80) {
        out += char(code);
    } else if (code < 0x800) {
        out += char(0xC0 | (code >> 6));
        out += char(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        out += char(0xE0 | (code >> 12));
        out += char(0x80 | ((code >> 6) & 0x3F));
        out += char(0x80 | (code & 0x3F));
    } else {
        out += char(0xF0 | (code >> 18));
        out += char(0x80 | ((code >> 12) & 0x3F));
        out += char(0x80 | ((code >> 6) & 0x3F));
        out += char(0x80 | (code & 0x3F));
    }
}

std::string_view characterOf(Row& row, std::int64_t code)
{
    if (code < 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
        row.fail(std::to_string(code) + " is not a character");
        return {};
    }
    row.text.clear();
    appendUtf8(row.text, std::uint32_t(code));
    return row.text;
}

std::int32_t codeOf(std::string_view text)
{
    const std::string_view character = takeCharacter(text);
    if (character.empty())
        return 0;
    const auto byte
        = [&](std::size_t i) { return std::uint32_t(static_cast<unsigned char>(character[i])); };
    std::uint32_t code = character.size() == 1 ? byte(0) : byte(0) & (0x7Fu >> character.size());
    for (std::size_t i = 1; i < character.size(); ++i)
        code = (code << 6) | (byte(i) & 0x3F);
    return std::int32_t(code);
}

CatalogueEntry entry(const char* name, const char* signature, const char* help, const char* spark,
                     std::vector<std::string> aliases = {})
{
    return {.name = name,
            .category = "text",
            .signature = signature,
            .help = help,
            .spark = spark,
            .aliases = std::move(aliases),
            .isOperator = std::string_view(name) == "||"};
}

template <class Out, class... In, class Fn>
Function simple(CatalogueEntry help, std::vector<Want> parameters, const TypePtr& type, Fn fn)
{
    return {.entry = std::move(help),
            .overloads = {{std::move(parameters), type, eachRow<Out, In...>(type, fn)}}};
}

} // namespace

std::vector<Function> textFunctions()
{
    using Text = std::string_view;
    const TypePtr text = arrow::utf8();
    return {
        {.entry = entry("lower", "lower(text) -> string", "Lower case.", "lower(text)", {"lcase"}),
         .overloads = {{{Want::Text}, text, caseKernel("utf8_lower", "ascii_lower")}}},
        {.entry = entry("upper", "upper(text) -> string", "Upper case.", "upper(text)", {"ucase"}),
         .overloads = {{{Want::Text}, text, caseKernel("utf8_upper", "ascii_upper")}}},
        {.entry = entry("trim", "trim(text[, characters]) -> string",
                        "Removes spaces, or the given characters, from both ends.",
                        "trim(BOTH characters FROM text)"),
         .overloads = trimOverloads(true, true)},
        {.entry = entry("ltrim", "ltrim(text[, characters]) -> string", "The same on the left.",
                        "trim(LEADING characters FROM text)"),
         .overloads = trimOverloads(true, false)},
        {.entry = entry("rtrim", "rtrim(text[, characters]) -> string", "The same on the right.",
                        "trim(TRAILING characters FROM text)"),
         .overloads = trimOverloads(false, true)},
        {.entry = entry("concat", "concat(x, y, ...) -> string",
                        "Joins values as text; nulls are left out.", "concat_ws('', x, y, ...)"),
         .least = 1,
         .bind = bindConcat},
        {.entry = entry("concat_ws", "concat_ws(separator, x, y, ...) -> string",
                        "Joins values with a separator; nulls are left out.",
                        "concat_ws(separator, x, y, ...)"),
         .least = 2,
         .bind = bindConcat},
        {.entry
         = entry("||", "a || b -> string", "Joins two texts; null when one is null.", "a || b"),
         .least = 2,
         .most = 2,
         .bind = bindJoin},
        simple<Text, Text, Text, Text>(entry("replace", "replace(text, from, to) -> string",
                                             "Replaces every occurrence of a text.",
                                             "replace(text, from, to)"),
                                       {Want::Text, Want::Text, Want::Text}, text, replaceAll),
        simple<Text, Text, std::int64_t>(entry("repeat", "repeat(text, count) -> string",
                                               "The text count times in a row.",
                                               "repeat(text, count)"),
                                         {Want::Text, Want::Long}, text, repeatText),
        simple<Text, Text>(entry("reverse", "reverse(text) -> string",
                                 "The characters from the last to the first.", "reverse(text)"),
                           {Want::Text}, text, reverseText),
        simple<Text, Text, std::int64_t, Text>(entry("lpad", "lpad(text, width, fill) -> string",
                                                     "Fills or cuts to a width, on the left.",
                                                     "lpad(text, width, fill)"),
                                               {Want::Text, Want::Long, Want::Text}, text,
                                               pad<true>),
        simple<Text, Text, std::int64_t, Text>(entry("rpad", "rpad(text, width, fill) -> string",
                                                     "Fills or cuts to a width, on the right.",
                                                     "rpad(text, width, fill)"),
                                               {Want::Text, Want::Long, Want::Text}, text,
                                               pad<false>),
        simple<Text, std::int64_t>(entry("chr", "chr(code) -> string",
                                         "The character of a Unicode code.", "chr(code)"),
                                   {Want::Long}, text, characterOf),
        simple<std::int32_t, Text>(
            entry("ascii", "ascii(text) -> integer",
                  "The Unicode code of the first character; 0 for an empty text.", "ascii(text)"),
            {Want::Text}, arrow::int32(), codeOf),
        simple<std::int64_t, Text>(entry("strlen", "strlen(text) -> long", "The number of bytes.",
                                         "octet_length(text)"),
                                   {Want::Text}, arrow::int64(),
                                   [](Text value) { return std::int64_t(value.size()); }),
    };
}

} // namespace sluice::expr
