// SPDX-License-Identifier: Apache-2.0
// Regular expressions (RE2 syntax) by Arrow's kernels. Patterns are constants.
#include "engine/expr/function.h"
#include "engine/expr/program.h"
#include "engine/expr/type_rules.h"

#include <arrow/compute/api.h>

namespace sluice::expr {
namespace {

struct Pattern
{
    std::string text;
    bool isGlobal = false; // option g of regexp_replace
    std::string error;
};

// Options as DuckDB has them: c, i, s, g.
Pattern patternOf(const std::string& pattern, const std::string& options)
{
    Pattern out;
    std::string flags;
    for (const char option : options) {
        if (option == 'i' || option == 's')
            flags += option;
        else if (option == 'm' || option == 'n' || option == 'p')
            flags += 'm';
        else if (option == 'g')
            out.isGlobal = true;
        else if (option != 'c')
            out.error = std::string("unknown option '") + option + "' of a regular expression";
    }
    out.text = flags.empty() ? pattern : "(?" + flags + ")" + pattern;
    return out;
}

// Arrow wants a name for every group: group 0 becomes g0, an unnamed group n becomes gn. wanted is
// set to the name of the group asked for, "" when there is none.
std::string withNamedGroups(const std::string& pattern, std::int64_t group, std::string& wanted)
{
    std::string out = "(?P<g0>";
    wanted = group == 0 ? "g0" : "";
    std::int64_t count = 0;
    bool isInClass = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        out += c;
        if (c == '\\' && i + 1 < pattern.size()) {
            out += pattern[++i];
        } else if (isInClass) {
            isInClass = c != ']';
        } else if (c == '[') {
            isInClass = true;
            if (i + 1 < pattern.size() && pattern[i + 1] == '^')
                out += pattern[++i];
            if (i + 1 < pattern.size() && pattern[i + 1] == ']')
                out += pattern[++i];
        } else if (c == '(') {
            const bool isPlain = i + 1 >= pattern.size() || pattern[i + 1] != '?';
            const bool isNamed = pattern.compare(i + 1, 3, "?P<") == 0;
            if (isPlain)
                out += "?P<g" + std::to_string(++count) + ">";
            else if (isNamed)
                ++count;
            if (count == group && group > 0 && wanted.empty())
                wanted = isNamed ? pattern.substr(i + 4, pattern.find('>', i) - i - 4)
                                 : "g" + std::to_string(count);
        }
    }
    return out + ")";
}

// Reads the pattern (operand 1) and options of a call, and makes sure that the pattern compiles.
std::optional<Binding> readPattern(Operands& operands, std::size_t optionsAt, Pattern& out)
{
    if (!isText(*operands.type(0)) && !isNullType(*operands.type(0)))
        return Binding::failure("argument 1 of " + operands.name() + " must be a string, not "
                                    + displayName(*operands.type(0)),
                                0, "Write CAST(... AS VARCHAR).");
    if (auto failure = operands.convert(0, arrow::utf8()))
        return failure;
    const auto pattern = operands.text(1);
    if (!pattern)
        return Binding::failure("the pattern of " + operands.name() + " must be a constant string",
                                1);
    std::string options;
    if (operands.size() > optionsAt) {
        const auto written = operands.text(optionsAt);
        if (!written)
            return Binding::failure("the options of " + operands.name()
                                        + " must be a constant string",
                                    int(optionsAt));
        options = *written;
    }
    out = patternOf(*pattern, options);
    if (!out.error.empty())
        return Binding::failure(out.error, int(optionsAt));
    const arrow::compute::MatchSubstringOptions match(out.text);
    const auto tried
        = arrow::compute::CallFunction("match_substring_regex",
                                       {Datum(std::make_shared<arrow::StringScalar>(""))}, &match);
    if (!tried.ok())
        return Binding::failure(tried.status().message(), 1);
    return std::nullopt;
}

Binding bindMatch(Operands& operands, bool isFull)
{
    Pattern pattern;
    if (auto failure = readPattern(operands, 2, pattern))
        return *failure;
    operands.drop(1);
    const std::string text = isFull ? "\\A(?:" + pattern.text + ")\\z" : pattern.text;
    Kernel kernel
        = [match = arrow::compute::MatchSubstringOptions(text)](Arguments arguments, Evaluation&) {
              return arrow::compute::CallFunction("match_substring_regex", {arguments[0]}, &match);
          };
    return {.type = arrow::boolean(), .kernel = std::move(kernel)};
}

Binding bindReplace(Operands& operands)
{
    Pattern pattern;
    if (auto failure = readPattern(operands, 3, pattern))
        return *failure;
    const auto replacement = operands.text(2);
    if (!replacement)
        return Binding::failure("the replacement of " + operands.name()
                                    + " must be a constant string",
                                2);
    operands.drop(1);
    const arrow::compute::ReplaceSubstringOptions options(pattern.text, *replacement,
                                                          pattern.isGlobal ? -1 : 1);
    const auto tried
        = arrow::compute::CallFunction("replace_substring_regex",
                                       {Datum(std::make_shared<arrow::StringScalar>(""))},
                                       &options);
    if (!tried.ok())
        return Binding::failure(tried.status().message(), 2);
    Kernel kernel = [options](Arguments arguments, Evaluation&) {
        return arrow::compute::CallFunction("replace_substring_regex", {arguments[0]}, &options);
    };
    return {.type = arrow::utf8(), .kernel = std::move(kernel)};
}

// No match is an empty text, as in DuckDB; null stays null.
Kernel extractKernel(const std::string& pattern, const std::string& group)
{
    return [options = arrow::compute::ExtractRegexOptions(pattern),
            group](Arguments arguments, Evaluation& evaluation) -> arrow::Result<Datum> {
        Datum text = arguments[0];
        if (text.is_scalar()) {
            ARROW_ASSIGN_OR_RAISE(auto array,
                                  arrow::MakeArrayFromScalar(*text.scalar(), evaluation.rows));
            text = std::move(array);
        }
        ARROW_ASSIGN_OR_RAISE(Datum groups,
                              arrow::compute::CallFunction("extract_regex", {text}, &options));
        const auto array = groups.make_array();
        const auto& parts = static_cast<const arrow::StructArray&>(*array);
        const int index = parts.struct_type()->GetFieldIndex(group);
        ARROW_ASSIGN_OR_RAISE(auto part, parts.GetFlattenedField(index));
        const Datum empty(std::make_shared<arrow::StringScalar>(""));
        ARROW_ASSIGN_OR_RAISE(Datum filled,
                              arrow::compute::CallFunction("coalesce", {Datum(part), empty}));
        ARROW_ASSIGN_OR_RAISE(Datum isText, arrow::compute::IsValid(text));
        return arrow::compute::IfElse(isText, filled, arrow::MakeNullScalar(arrow::utf8()));
    };
}

Binding bindExtract(Operands& operands)
{
    std::int64_t group = 0;
    if (operands.size() > 2) {
        const auto written = operands.integer(2);
        if (!written || *written < 0)
            return Binding::failure("the group of regexp_extract must be a constant number", 2);
        group = *written;
    }
    Pattern pattern;
    if (auto failure = readPattern(operands, 3, pattern))
        return *failure;
    std::string wanted;
    const std::string named = withNamedGroups(pattern.text, group, wanted);
    if (wanted.empty())
        return Binding::failure("the pattern has no group " + std::to_string(group), 2);
    operands.drop(1);
    return {.type = arrow::utf8(), .kernel = extractKernel(named, wanted)};
}

CatalogueEntry entry(const char* name, const char* signature, const char* help, const char* spark,
                     std::vector<std::string> aliases = {})
{
    return {.name = name,
            .category = "pattern",
            .signature = signature,
            .help = help,
            .spark = spark,
            .aliases = std::move(aliases)};
}

} // namespace

std::vector<Function> regexpFunctions()
{
    return {
        {.entry = entry("regexp_matches", "regexp_matches(text, pattern[, options]) -> boolean",
                        "Whether a regular expression occurs in a text.",
                        "regexp_like(text, pattern)", {"regexp_like"}),
         .least = 2,
         .most = 3,
         .bind = [](Operands& operands) { return bindMatch(operands, false); }},
        {.entry = entry("regexp_full_match",
                        "regexp_full_match(text, pattern[, options]) -> boolean, text ~ pattern",
                        "Whether a regular expression fits the whole text.",
                        "regexp_like(text, '^(' || pattern || ')$')"),
         .least = 2,
         .most = 3,
         .bind = [](Operands& operands) { return bindMatch(operands, true); }},
        {.entry = entry("regexp_replace",
                        "regexp_replace(text, pattern, replacement[, options]) -> string",
                        "Replaces the first match, all with option 'g'; \\1 stands for a group.",
                        "regexp_replace(text, pattern, replacement)"),
         .least = 3,
         .most = 4,
         .bind = bindReplace},
        {.entry
         = entry("regexp_extract", "regexp_extract(text, pattern[, group[, options]]) -> string",
                 "The first match or one of its groups; empty when nothing matches.",
                 "regexp_extract(text, pattern, group)"),
         .least = 2,
         .most = 4,
         .bind = bindExtract},
    };
}

} // namespace sluice::expr
