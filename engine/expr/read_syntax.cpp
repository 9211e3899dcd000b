// SPDX-License-Identifier: Apache-2.0
#include "engine/base/int128.h"
#include "engine/columns/types.h"
#include "engine/expr/syntax.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <string_view>

#include <arrow/util/decimal.h>
#include <simdjson.h>

namespace sluice::expr {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

struct Unsupported
{
    SyntaxError error;
};

struct Renamed
{
    std::string_view parsed, ours;
};

// What the parser calls them, and the name in our catalogue.
constexpr std::array<Renamed, 17> kNames{{{"COMPARE_EQUAL", "="},
                                          {"COMPARE_NOTEQUAL", "<>"},
                                          {"COMPARE_LESSTHAN", "<"},
                                          {"COMPARE_LESSTHANOREQUALTO", "<="},
                                          {"COMPARE_GREATERTHAN", ">"},
                                          {"COMPARE_GREATERTHANOREQUALTO", ">="},
                                          {"COMPARE_DISTINCT_FROM", "IS DISTINCT FROM"},
                                          {"COMPARE_NOT_DISTINCT_FROM", "IS NOT DISTINCT FROM"},
                                          {"CONJUNCTION_AND", "AND"},
                                          {"CONJUNCTION_OR", "OR"},
                                          {"OPERATOR_NOT", "NOT"},
                                          {"OPERATOR_IS_NULL", "IS NULL"},
                                          {"OPERATOR_IS_NOT_NULL", "IS NOT NULL"},
                                          {"OPERATOR_COALESCE", "coalesce"},
                                          {"COMPARE_IN", "IN"},
                                          {"ARRAY_EXTRACT", "[]"},
                                          {"STRUCT_EXTRACT", "struct_extract"}}};

struct Negated
{
    std::string_view parsed, ours;
    bool isNegated;
};

constexpr std::array<Negated, 8> kPatterns{{{"~~", "LIKE", false},
                                            {"!~~", "LIKE", true},
                                            {"~~*", "ILIKE", false},
                                            {"!~~*", "ILIKE", true},
                                            {"like_escape", "LIKE", false},
                                            {"not_like_escape", "LIKE", true},
                                            {"ilike_escape", "ILIKE", false},
                                            {"not_ilike_escape", "ILIKE", true}}};

std::string toText(const element& value)
{
    return std::string(std::string_view(value));
}

std::string lowerCase(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

Int128 wideInteger(const element& value)
{
    if (value.is_object()) {
        const std::int64_t upper = value["upper"];
        const std::uint64_t lower = value["lower"];
        return Int128(upper) * (Int128(1) << 64) + Int128(lower);
    }
    if (value.is<std::uint64_t>())
        return Int128(std::uint64_t(value));
    return Int128(std::int64_t(value));
}

std::shared_ptr<arrow::Scalar> decimalScalar(Int128 value, int width, int scale)
{
    return std::make_shared<arrow::Decimal128Scalar>(arrow::Decimal128(std::int64_t(value >> 64),
                                                                       std::uint64_t(value)),
                                                     arrow::decimal128(width, scale));
}

class SyntaxReader
{
public:
    explicit SyntaxReader(std::size_t lead)
        : m_lead(lead)
    {
    }

    Syntax one(const element& node)
    {
        const std::string kind = toText(node["class"]);
        Syntax out;
        const std::uint64_t location = node["query_location"];
        const bool isPlaced = location != std::numeric_limits<std::uint64_t>::max();
        out.offset = isPlaced && location >= m_lead ? std::size_t(location) - m_lead : 0;
        if (kind == "COLUMN_REF") {
            out.kind = Syntax::Kind::Column;
            for (const element name : array(node["column_names"]))
                out.path.push_back(toText(name));
        } else if (kind == "CONSTANT") {
            out.value = constant(node["value"], out.offset);
        } else if (kind == "CAST") {
            out.kind = Syntax::Kind::Cast;
            out.isTry = node["try_cast"];
            out.isHidden = !isPlaced;
            out.children.push_back(one(node["child"]));
            out.type = type(node["cast_type"], out.offset);
        } else if (kind == "FUNCTION") {
            function(node, out);
        } else {
            form(kind, node, out);
        }
        if (!isPlaced && !out.children.empty())
            out.offset = out.children.front().offset;
        return out;
    }

private:
    void function(const element& node, Syntax& out)
    {
        out.kind = Syntax::Kind::Call;
        out.function = toText(node["function_name"]);
        out.isDistinct = node["distinct"];
        for (const element child : array(node["children"]))
            out.children.push_back(one(child));
        if (!node["filter"].is_null())
            out.filter.push_back(one(node["filter"]));
        if (out.function == "count_star") {
            out.function = "count";
            out.isStar = true;
        }
        const auto pattern = std::ranges::find(kPatterns, out.function, &Negated::parsed);
        if (pattern != kPatterns.end()) {
            out.function = pattern->ours;
            if (pattern->isNegated)
                negate(out);
        }
    }

    // Comparisons, conjunctions, CASE, IN, BETWEEN, lambdas: all that has a class of its own.
    void form(const std::string& kind, const element& node, Syntax& out)
    {
        out.kind = Syntax::Kind::Call;
        const std::string name = toText(node["type"]);
        if (kind == "COMPARISON") {
            out.children.push_back(one(node["left"]));
            out.children.push_back(one(node["right"]));
        } else if (kind == "BETWEEN") {
            for (const char* part : {"input", "lower", "upper"})
                out.children.push_back(one(node[part]));
            out.function = "BETWEEN";
        } else if (kind == "CASE") {
            for (const element check : array(node["case_checks"])) {
                out.children.push_back(one(check["when_expr"]));
                out.children.push_back(one(check["then_expr"]));
            }
            out.children.push_back(one(node["else_expr"]));
            out.function = "CASE";
        } else if (kind == "LAMBDA") {
            out.children.push_back(one(node["lhs"]));
            out.children.push_back(one(node["expr"]));
            out.function = "->";
        } else if (kind == "OPERATOR" || kind == "CONJUNCTION") {
            for (const element child : array(node["children"]))
                out.children.push_back(one(child));
        }
        if (name == "COMPARE_NOT_IN") {
            out.function = "IN";
            negate(out);
        } else if (out.function.empty()) {
            const auto found = std::ranges::find(kNames, name, &Renamed::parsed);
            if (found == kNames.end())
                throw Unsupported{{out.offset, refusal(kind, name), {}}};
            out.function = found->ours;
        }
    }

    static std::string refusal(const std::string& kind, const std::string& name)
    {
        if (kind == "SUBQUERY")
            return "a subquery is not a scalar expression";
        if (kind == "STAR")
            return "* stands for columns, not for a value";
        if (kind == "PARAMETER")
            return "there are no query parameters here";
        if (kind == "WINDOW")
            return "a window function is not a scalar expression";
        return lowerCase(name) + " is not supported";
    }

    static void negate(Syntax& node)
    {
        Syntax negation;
        negation.kind = Syntax::Kind::Call;
        negation.offset = node.offset;
        negation.function = "NOT";
        negation.children.push_back(std::move(node));
        node = std::move(negation);
    }

    static std::shared_ptr<arrow::DataType> type(const element& node, std::size_t offset)
    {
        const std::string id = toText(node["id"]);
        if (id == "DECIMAL") {
            const object info = node["type_info"];
            return arrow::decimal128(int(std::int64_t(info["width"])),
                                     int(std::int64_t(info["scale"])));
        }
        if (id == "INTERVAL")
            return arrow::month_day_nano_interval();
        if (id == "HUGEINT")
            return arrow::decimal128(38, 0);
        if (id == "LIST")
            return arrow::list(
                arrow::field("element", type(node["type_info"]["child_type"], offset)));
        std::string name = id == "USER" ? toText(node["type_info"]["user_type_name"]) : id;
        if (name == "BLOB")
            name = "binary";
        if (name.starts_with("TIMESTAMP"))
            name = "timestamp";
        auto parsed = parseType(lowerCase(name));
        if (!parsed)
            throw Unsupported{{offset, parsed.error().message, parsed.error().hint}};
        return *parsed;
    }

    static std::shared_ptr<arrow::Scalar> constant(const element& node, std::size_t offset)
    {
        if (bool(node["is_null"]))
            return std::make_shared<arrow::NullScalar>();
        const element value = node["value"];
        const std::string id = toText(node["type"]["id"]);
        if (id == "VARCHAR")
            return std::make_shared<arrow::StringScalar>(toText(value));
        if (id == "INTEGER")
            return std::make_shared<arrow::Int32Scalar>(std::int32_t(std::int64_t(value)));
        if (id == "BIGINT")
            return std::make_shared<arrow::Int64Scalar>(std::int64_t(value));
        if (id == "DOUBLE")
            return std::make_shared<arrow::DoubleScalar>(double(value));
        if (id == "BOOLEAN")
            return std::make_shared<arrow::BooleanScalar>(bool(value));
        if (id == "HUGEINT")
            return decimalScalar(wideInteger(value), 38, 0);
        if (id == "DECIMAL") {
            const object info = node["type"]["type_info"];
            return decimalScalar(wideInteger(value), int(std::int64_t(info["width"])),
                                 int(std::int64_t(info["scale"])));
        }
        throw Unsupported{
            {offset, "a constant of type " + lowerCase(id) + " is not supported", {}}};
    }

    std::size_t m_lead;
};

SyntaxError parserError(const element& root, std::size_t lead)
{
    SyntaxError error{0, toText(root["error_message"]), {}};
    element position;
    if (root["position"].get(position) == simdjson::SUCCESS && position.is_string()) {
        const std::size_t at = std::size_t(std::atoll(toText(position).c_str()));
        error.offset = at >= lead ? at - lead : 0;
    }
    return error;
}

// Anything beside one selected value: a second one, FROM, WHERE, an alias.
bool isOnlyAnExpression(const element& select, const std::string& alias)
{
    bool isAlone = alias.empty() && toText(select["from_table"]["type"]) == "EMPTY"
        && array(select["modifiers"]).size() == 0 && array(select["group_expressions"]).size() == 0;
    for (const char* part : {"where_clause", "having", "sample", "qualify"})
        isAlone = isAlone && select[part].is_null();
    return isAlone;
}

Syntax readStatement(const element& root, std::size_t lead)
{
    const array statements = root["statements"];
    if (statements.size() != 1)
        throw Unsupported{{0, "one expression is expected, not several statements", {}}};
    const element select = statements.at(0)["node"];
    element list;
    if (select["select_list"].get(list) != simdjson::SUCCESS)
        throw Unsupported{{0, "a scalar expression is expected", {}}};
    const array values = list;
    SyntaxReader reader(lead);
    if (values.size() != 1) {
        const std::size_t second = reader.one(values.at(1)).offset;
        throw Unsupported{{second, "one expression is expected, not a list", {}}};
    }
    const std::string alias = toText(values.at(0)["alias"]);
    if (!isOnlyAnExpression(select, alias))
        throw Unsupported{{0,
                           alias.empty()
                               ? std::string("a scalar expression has no FROM, WHERE or GROUP BY")
                               : "unexpected \"" + alias + "\" after the expression",
                           {}}};
    return reader.one(values.at(0));
}

} // namespace

std::optional<Syntax> readSyntax(const std::string& json, std::size_t lead, SyntaxError& error)
{
    try {
        simdjson::dom::parser parser;
        // Each level of an expression takes about three of JSON; DuckDB itself stops at 1000.
        if (parser.allocate(json.size() + 64, 4096) != simdjson::SUCCESS)
            throw Unsupported{{0, "the expression is too long", {}}};
        const element root = parser.parse(json);
        if (bool(root["error"])) {
            error = parserError(root, lead);
            return std::nullopt;
        }
        return readStatement(root, lead);
    } catch (const Unsupported& unsupported) {
        error = unsupported.error;
    } catch (const simdjson::simdjson_error& failure) {
        const bool isDeep = failure.error() == simdjson::DEPTH_ERROR;
        error
            = {0, isDeep ? "the expression is nested too deeply" : "a number is out of range", {}};
    }
    return std::nullopt;
}

} // namespace sluice::expr
