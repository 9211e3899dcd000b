// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/formats/reference_json.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

namespace sluice::test {
namespace {

namespace dom = simdjson::dom;

std::string realText(double value)
{
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.17g", value + 0.0); // -0 is 0
    return text.data();
}

std::string quoted(std::string_view text)
{
    return '"' + std::string(text) + '"';
}

std::optional<std::string> wholeCell(dom::element value, std::int64_t least, std::int64_t most)
{
    std::int64_t whole = 0;
    if (value.get(whole) != simdjson::SUCCESS || whole < least || whole > most)
        return std::nullopt;
    return std::to_string(whole);
}

std::optional<std::string> longCell(dom::element value)
{
    if (value.is_null())
        return "null";
    return wholeCell(value, INT64_MIN, INT64_MAX);
}

std::optional<std::string> textCell(dom::element value)
{
    if (value.is_null())
        return "null";
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS ? std::optional(quoted(text)) : std::nullopt;
}

std::optional<std::string> listCell(dom::element value)
{
    dom::array items;
    if (value.get(items) != simdjson::SUCCESS)
        return std::nullopt;
    std::string out = "[";
    for (const dom::element item : items) {
        const auto cell = longCell(item);
        if (!cell)
            return std::nullopt;
        out += *cell + ",";
    }
    return out + "]";
}

// struct<x: long, y: string>
std::optional<std::string> structCell(dom::element value)
{
    dom::object object;
    if (value.get(object) != simdjson::SUCCESS)
        return std::nullopt;
    dom::element member;
    const auto x = object.at_key("x").get(member) == simdjson::SUCCESS ? longCell(member)
                                                                       : std::optional("null");
    const auto y = object.at_key("y").get(member) == simdjson::SUCCESS ? textCell(member)
                                                                       : std::optional("null");
    if (!x || !y)
        return std::nullopt;
    return "{" + *x + "," + *y + "}";
}

std::optional<std::string> timeCell(dom::element value)
{
    std::int64_t ms = 0;
    if (value.get(ms) != simdjson::SUCCESS || ms > INT64_MAX / 1000 || ms < INT64_MIN / 1000)
        return std::nullopt;
    return std::to_string(ms * 1000);
}

std::optional<std::string> cellOf(dom::element value, const arrow::DataType& type)
{
    double real = 0;
    bool flag = false;
    switch (type.id()) {
    case arrow::Type::INT16: return wholeCell(value, INT16_MIN, INT16_MAX);
    case arrow::Type::INT64: return longCell(value);
    case arrow::Type::STRING: return textCell(value);
    case arrow::Type::TIMESTAMP: return timeCell(value);
    case arrow::Type::LIST: return listCell(value);
    case arrow::Type::STRUCT: return structCell(value);
    case arrow::Type::BOOL:
        if (value.get(flag) == simdjson::SUCCESS)
            return flag ? "true" : "false";
        return std::nullopt;
    default:
        if (value.get(real) == simdjson::SUCCESS)
            return realText(real);
        return std::nullopt;
    }
}

std::string arrowCell(const arrow::Array& column, std::int64_t row)
{
    if (column.IsNull(row))
        return "null";
    switch (column.type_id()) {
    case arrow::Type::INT16:
        return std::to_string(static_cast<const arrow::Int16Array&>(column).Value(row));
    case arrow::Type::INT64:
        return std::to_string(static_cast<const arrow::Int64Array&>(column).Value(row));
    case arrow::Type::TIMESTAMP:
        return std::to_string(static_cast<const arrow::TimestampArray&>(column).Value(row));
    case arrow::Type::STRING:
        return quoted(static_cast<const arrow::StringArray&>(column).GetView(row));
    case arrow::Type::BOOL:
        return static_cast<const arrow::BooleanArray&>(column).Value(row) ? "true" : "false";
    case arrow::Type::LIST: {
        const auto items = static_cast<const arrow::ListArray&>(column).value_slice(row);
        std::string out = "[";
        for (std::int64_t i = 0; i < items->length(); ++i)
            out += arrowCell(*items, i) + ",";
        return out + "]";
    }
    case arrow::Type::STRUCT: {
        const auto& members = static_cast<const arrow::StructArray&>(column);
        return "{" + arrowCell(*members.field(0), row) + "," + arrowCell(*members.field(1), row)
            + "}";
    }
    default: return realText(static_cast<const arrow::DoubleArray&>(column).Value(row));
    }
}

// Tells whether the DOM parser, which reads up to 64 bits, takes the number for too large.
bool isTooLarge(std::string_view digits, bool isNegative)
{
    const std::string_view most = isNegative ? "9223372036854775808" : "18446744073709551615";
    return digits.size() > most.size() || (digits.size() == most.size() && digits > most);
}

// The DOM parser refuses a whole number of any size; JSON does not. Written as a fraction it is
// still no whole number of 64 bits, and the right double.
std::string withLargeNumbersAsFractions(std::string_view text)
{
    std::string out;
    bool isInString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool beginsNumber = !isInString && (c >= '1' && c <= '9')
            && (i == 0 || !std::strchr("0123456789.eE+", text[i - 1]));
        if (beginsNumber) {
            const std::size_t end = std::min(text.find_first_not_of("0123456789", i), text.size());
            const std::string_view digits = text.substr(i, end - i);
            const bool isWhole = end == text.size() || !std::strchr(".eE", text[end]);
            out += digits;
            if (isWhole && isTooLarge(digits, i > 0 && text[i - 1] == '-'))
                out += ".0";
            i = end - 1;
            continue;
        }
        out += c;
        if (isInString && c == '\\' && i + 1 < text.size())
            out += text[++i];
        else if (c == '"')
            isInString = !isInString;
    }
    return out;
}

// Returns the end of the string that begins at a quote, behind its closing quote; npos if none.
std::size_t stringEnd(std::string_view text, std::size_t at)
{
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            return at + 1;
    }
    return std::string_view::npos;
}

// Returns where the value that begins here ends: at a comma or bracket of the object around it.
std::size_t valueEnd(std::string_view text, std::size_t at)
{
    int depth = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            at = stringEnd(text, at);
            if (at == std::string_view::npos)
                return at;
            --at;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return at;
            --depth;
        } else if (c == ',' && depth == 0) {
            return at;
        }
    }
    return std::string_view::npos;
}

} // namespace

ReferenceJson::ReferenceJson(const formats::RecordLayout& layout,
                             const std::set<std::string>& needed)
{
    for (const formats::SchemaColumn& column : layout.schema.columns)
        if (needed.contains(column.name))
            m_columns.push_back(column);
}

bool ReferenceJson::isRead(std::string_view key) const
{
    return std::ranges::any_of(m_columns, [&](const formats::SchemaColumn& column) {
        return !column.isJson && column.key() == key;
    });
}

ReferenceJson::Answers ReferenceJson::read(std::string_view record)
{
    const std::string text = withLargeNumbersAsFractions(record);
    // Nested columns are read by the DOM parser: they may refuse what it refuses.
    const bool hasNested = std::ranges::any_of(m_columns, [](const auto& column) {
        return arrow::is_nested(column.type->id());
    });
    return {readDocument(hasNested ? std::string(record) : text, true),
            readDocument(withoutUnread(text), false)};
}

ReferenceRow ReferenceJson::readDocument(const std::string& text, bool withJson)
{
    dom::element document;
    dom::object object;
    if (m_parser.parse(text).get(document) != simdjson::SUCCESS
        || document.get(object) != simdjson::SUCCESS)
        return std::nullopt;
    std::vector<std::string> cells;
    for (const formats::SchemaColumn& column : m_columns) {
        int found = 0;
        std::optional<std::string> cell;
        for (const dom::key_value_pair field : object) {
            if (field.key != column.key())
                continue;
            ++found;
            if (field.value.is_null())
                cell = column.isNullable ? std::optional("null") : std::nullopt;
            else if (column.isJson)
                cell = withJson ? simdjson::minify(field.value) : std::string("null");
            else
                cell = cellOf(field.value, *column.type);
            if (!cell)
                return std::nullopt;
        }
        if (found > 1 || (found == 0 && !column.isNullable))
            return std::nullopt;
        cells.push_back(cell.value_or("null"));
    }
    return cells;
}

std::string ReferenceJson::withoutUnread(std::string_view record)
{
    std::string out;
    std::size_t at = record.find('{');
    if (at == std::string_view::npos)
        return std::string(record);
    out.append(record.substr(0, ++at));
    for (;;) {
        const std::size_t quote = record.find_first_not_of(" \t\r\n,", at);
        const std::size_t keyEnd = quote < record.size() && record[quote] == '"'
            ? stringEnd(record, quote)
            : std::string_view::npos;
        const std::size_t colon
            = keyEnd < record.size() ? record.find_first_not_of(" \t\r\n", keyEnd) : keyEnd;
        if (colon >= record.size() || record[colon] != ':')
            return out.append(record.substr(at));
        const std::size_t end = valueEnd(record, colon + 1);
        if (end == std::string_view::npos)
            return out.append(record.substr(at));
        const std::string key(record.substr(quote, keyEnd - quote));
        dom::element name;
        std::string_view keyText;
        const bool isKnown = m_second.parse(key).get(name) == simdjson::SUCCESS
            && name.get(keyText) == simdjson::SUCCESS && isRead(keyText);
        // json columns keep their key: it must not stand twice
        const bool isJsonKey = !isKnown && !keyText.empty()
            && std::ranges::any_of(m_columns,
                                   [&](const auto& column) { return column.key() == keyText; });
        if (isKnown)
            out.append(record.substr(at, end - at));
        else
            out.append(record.substr(at, quote - at))
                .append(isJsonKey ? key : "\"?\"")
                .append(":null");
        at = end;
    }
}

std::string ReferenceJson::minified(std::string_view json)
{
    dom::element element;
    if (m_second.parse(withLargeNumbersAsFractions(json)).get(element) != simdjson::SUCCESS)
        return "<not JSON>";
    return simdjson::minify(element);
}

std::string ReferenceJson::cellText(std::size_t column, const arrow::Array& cells, std::int64_t row)
{
    if (isJson(column) && cells.IsValid(row))
        return minified(static_cast<const arrow::StringArray&>(cells).GetView(row));
    return arrowCell(cells, row);
}

} // namespace sluice::test
