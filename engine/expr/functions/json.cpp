// SPDX-License-Identifier: Apache-2.0
// Functions on columns that hold JSON text.
#include "engine/expr/function.h"
#include "engine/expr/functions/json_text.h"
#include "engine/expr/type_rules.h"
#include "engine/expr/values.h"

#include <memory>

namespace sluice::expr {
namespace {

using Text = std::string_view;
using PathPtr = std::shared_ptr<const JsonPath>;

// Finds a value; fails the row of a text that is no JSON, and makes it null when there is no value.
bool find(Row& row, Text json, const JsonPath& path, Text& raw)
{
    switch (findJson(json, path, raw)) {
    case JsonAnswer::Found: return true;
    case JsonAnswer::Missing: row.setNull(); break;
    case JsonAnswer::Malformed:
        row.fail("\"" + std::string(json.substr(0, 80)) + "\" is not JSON");
        break;
    }
    return false;
}

Text asJson(Row& row, Text raw)
{
    row.text.clear();
    appendCompact(row.text, raw);
    return row.text;
}

Text asText(Row& row, Text raw)
{
    if (raw == "null")
        row.setNull();
    if (!raw.starts_with('"'))
        return raw.starts_with('{') || raw.starts_with('[') ? asJson(row, raw) : raw;
    row.text.clear();
    appendUnescaped(row.text, raw);
    return row.text;
}

Text typeOf(Text raw)
{
    switch (raw.front()) {
    case '{': return "OBJECT";
    case '[': return "ARRAY";
    case '"': return "VARCHAR";
    case 'n': return "NULL";
    case 't':
    case 'f': return "BOOLEAN";
    default: break;
    }
    if (raw.find_first_of(".eE") != Text::npos || raw.size() > 20)
        return "DOUBLE";
    return raw.front() == '-' ? "BIGINT" : "UBIGINT";
}

std::optional<Binding> readJson(Operands& operands, PathPtr& path)
{
    if (!isText(*operands.type(0)) && !isNullType(*operands.type(0)))
        return Binding::failure("argument 1 of " + operands.name() + " must be JSON text, not "
                                    + displayName(*operands.type(0)),
                                0, isNumeric(*operands.type(0)) ? "" : "a struct has fields: a.b");
    if (auto failure = operands.convert(0, arrow::utf8()))
        return failure;
    auto parsed = std::make_shared<JsonPath>();
    if (operands.size() > 1) {
        const auto text = operands.text(1);
        const auto index = operands.integer(1);
        if (index)
            parsed->steps.push_back({{}, *index, true});
        else if (!text)
            return Binding::failure("the path of " + operands.name() + " must be a constant", 1,
                                    "Write a path like '$.a.b[0]'.");
        else if (!parsed->parse(*text))
            return Binding::failure("\"" + *text + "\" is not a JSON path", 1,
                                    "Write a path like '$.a.b[0]'.");
        operands.drop(1);
    }
    path = std::move(parsed);
    return std::nullopt;
}

template <class Out, class Make>
Binding bindJson(Operands& operands, const TypePtr& type, Make make)
{
    PathPtr path;
    if (auto failure = readJson(operands, path))
        return *failure;
    return {.type = type, .kernel = eachRow<Out, Text>(type, [path, make](Row& row, Text json) {
                              Text raw;
                              return find(row, json, *path, raw) ? Out(make(row, raw)) : Out{};
                          })};
}

Binding bindExists(Operands& operands)
{
    PathPtr path;
    if (auto failure = readJson(operands, path))
        return *failure;
    return {.type = arrow::boolean(),
            .kernel = eachRow<bool, Text>(arrow::boolean(), [path](Row& row, Text json) {
                Text raw;
                const JsonAnswer answer = findJson(json, *path, raw);
                if (answer == JsonAnswer::Malformed)
                    row.fail("\"" + std::string(json.substr(0, 80)) + "\" is not JSON");
                return answer == JsonAnswer::Found;
            })};
}

bool isJson(Text text)
{
    Text raw;
    return findJson(text, JsonPath(), raw) != JsonAnswer::Malformed;
}

Function row(const char* name, const char* signature, const char* help, const char* spark,
             std::vector<std::string> aliases, int least, std::function<Binding(Operands&)> bind)
{
    return {.entry = {.name = name,
                      .category = "json",
                      .signature = signature,
                      .help = help,
                      .spark = spark,
                      .aliases = std::move(aliases)},
            .least = least,
            .most = 2,
            .bind = std::move(bind)};
}

} // namespace

std::vector<Function> jsonFunctions()
{
    return {
        row("json_extract_string", "json_extract_string(json, path) -> string, json ->> path",
            "A value as text; numbers keep their digits, JSON null is null.",
            "get_json_object(json, path)", {"->>", "json_extract_path_text"}, 2,
            [](Operands& operands) { return bindJson<Text>(operands, arrow::utf8(), asText); }),
        row("json_extract", "json_extract(json, path) -> json, json -> path",
            "A value as JSON text.", "get_json_object(json, path)", {"->", "json_extract_path"}, 2,
            [](Operands& operands) { return bindJson<Text>(operands, arrow::utf8(), asJson); }),
        row("json_array_length", "json_array_length(json[, path]) -> long",
            "The number of items of an array; 0 for other values.", "json_array_length(json)", {},
            1,
            [](Operands& operands) {
                return bindJson<std::int64_t>(operands, arrow::int64(),
                                              [](Row&, Text raw) { return jsonArrayLength(raw); });
            }),
        row("json_type", "json_type(json[, path]) -> string",
            "OBJECT, ARRAY, VARCHAR, BIGINT, UBIGINT, DOUBLE, BOOLEAN or NULL.",
            "schema_of_json(json)", {}, 1,
            [](Operands& operands) {
                return bindJson<Text>(operands, arrow::utf8(),
                                      [](Row&, Text raw) { return typeOf(raw); });
            }),
        row("json_exists", "json_exists(json, path) -> boolean",
            "Whether there is something at a path.", "get_json_object(json, path) IS NOT NULL", {},
            2, bindExists),
        {.entry = {.name = "json_valid",
                   .category = "json",
                   .signature = "json_valid(text) -> boolean",
                   .help = "Whether a text is well-formed JSON.",
                   .spark = "try_parse_json(text) IS NOT NULL"},
         .overloads
         = {{{Want::Text}, arrow::boolean(), eachRow<bool, Text>(arrow::boolean(), isJson)}}},
    };
}

} // namespace sluice::expr
