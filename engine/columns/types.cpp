// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/types.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include <arrow/util/key_value_metadata.h>

namespace sluice {
namespace {

using TypePtr = std::shared_ptr<arrow::DataType>;

struct Named
{
    std::string_view name;
    const TypePtr& (*type)();
};

constexpr std::array<Named, 21> kNames{
    {{"boolean", arrow::boolean}, {"bool", arrow::boolean},     {"byte", arrow::int8},
     {"tinyint", arrow::int8},    {"short", arrow::int16},      {"smallint", arrow::int16},
     {"integer", arrow::int32},   {"int", arrow::int32},        {"long", arrow::int64},
     {"bigint", arrow::int64},    {"float", arrow::float32},    {"real", arrow::float32},
     {"double", arrow::float64},  {"string", arrow::utf8},      {"text", arrow::utf8},
     {"varchar", arrow::utf8},    {"json", arrow::utf8},        {"binary", arrow::binary},
     {"date", arrow::date32},     {"timestamp", timestampType}, {"timestamptz", timestampType}}};

Error badType(std::string_view text)
{
    return {.code = ErrorCode::ConfigInvalid,
            .message = "unknown type \"" + std::string(text) + "\"",
            .object = {},
            .hint = "Use boolean, byte, short, integer, long, float, double, decimal(p,s), string, "
                    "binary, date, timestamp, json, struct<...>, list<...> or map<string, ...>.",
            .cause = {}};
}

// A recursive-descent reader of type text; position moves over what was read.
class TypeReader
{
public:
    explicit TypeReader(std::string_view text)
        : m_text(text)
    {
    }

    Result<TypePtr> whole()
    {
        SLUICE_TRY(TypePtr type, one());
        skipSpace();
        if (m_at != m_text.size())
            return badType(m_text);
        return type;
    }

private:
    void skipSpace()
    {
        while (m_at < m_text.size() && std::isspace(static_cast<unsigned char>(m_text[m_at])))
            ++m_at;
    }
    bool take(char wanted)
    {
        skipSpace();
        if (m_at >= m_text.size() || m_text[m_at] != wanted)
            return false;
        ++m_at;
        return true;
    }
    std::string word()
    {
        skipSpace();
        std::string out;
        while (m_at < m_text.size()
               && (std::isalnum(static_cast<unsigned char>(m_text[m_at])) || m_text[m_at] == '_'))
            out += m_text[m_at++];
        return out;
    }

    Result<TypePtr> one()
    {
        std::string name = word();
        std::string lower = name;
        std::ranges::transform(lower, lower.begin(),
                               [](unsigned char c) { return std::tolower(c); });
        if (lower == "decimal" || lower == "numeric")
            return decimal();
        if (lower == "struct")
            return structure();
        if (lower == "list" || lower == "array") {
            if (!take('<'))
                return badType(m_text);
            SLUICE_TRY(TypePtr item, one());
            return take('>') ? Result<TypePtr>(arrow::list(arrow::field("element", item)))
                             : badType(m_text);
        }
        if (lower == "map")
            return map();
        const auto found = std::ranges::find(kNames, lower, &Named::name);
        if (found == kNames.end())
            return badType(m_text);
        TypePtr type = found->type();
        if (lower == "timestamp" && take('(')) {
            const std::string unit = word();
            if (timestampUnitNs("timestamp(" + unit + ")") == 0 || !take(')'))
                return badType(m_text);
        }
        return type;
    }

    Result<TypePtr> decimal()
    {
        int precision = 18;
        int scale = 3;
        if (take('(')) {
            precision = std::atoi(word().c_str());
            scale = take(',') ? std::atoi(word().c_str()) : 0;
            if (!take(')'))
                return badType(m_text);
        }
        if (precision < 1 || precision > 38 || scale < 0 || scale > precision)
            return badType(m_text);
        return TypePtr(arrow::decimal128(precision, scale));
    }

    Result<TypePtr> structure()
    {
        if (!take('<'))
            return badType(m_text);
        arrow::FieldVector fields;
        do {
            const std::string name = word();
            if (name.empty() || !take(':'))
                return badType(m_text);
            SLUICE_TRY(TypePtr type, one());
            fields.push_back(arrow::field(name, type));
        } while (take(','));
        return take('>') ? Result<TypePtr>(arrow::struct_(fields)) : badType(m_text);
    }

    Result<TypePtr> map()
    {
        if (!take('<'))
            return badType(m_text);
        SLUICE_TRY(TypePtr key, one());
        if (!take(','))
            return badType(m_text);
        SLUICE_TRY(TypePtr value, one());
        return take('>') ? Result<TypePtr>(arrow::map(key, value)) : badType(m_text);
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

} // namespace

Result<TypePtr> parseType(std::string_view text)
{
    return TypeReader(text).whole();
}

const TypePtr& timestampType()
{
    static const TypePtr type = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    return type;
}

std::string typeName(const arrow::DataType& type)
{
    switch (type.id()) {
    case arrow::Type::BOOL: return "boolean";
    case arrow::Type::INT8: return "byte";
    case arrow::Type::INT16: return "short";
    case arrow::Type::INT32: return "integer";
    case arrow::Type::INT64: return "long";
    case arrow::Type::FLOAT: return "float";
    case arrow::Type::DOUBLE: return "double";
    case arrow::Type::STRING: return "string";
    case arrow::Type::BINARY: return "binary";
    case arrow::Type::DATE32: return "date";
    case arrow::Type::TIMESTAMP: return "timestamp";
    case arrow::Type::NA: return "null";
    case arrow::Type::DECIMAL128: {
        const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
        return "decimal(" + std::to_string(decimal.precision()) + ","
            + std::to_string(decimal.scale()) + ")";
    }
    case arrow::Type::LIST:
        return "list<" + typeName(*static_cast<const arrow::ListType&>(type).value_type()) + ">";
    case arrow::Type::MAP: {
        const auto& map = static_cast<const arrow::MapType&>(type);
        return "map<" + typeName(*map.key_type()) + ", " + typeName(*map.item_type()) + ">";
    }
    case arrow::Type::STRUCT: {
        std::string out;
        for (const auto& field : type.fields())
            out += (out.empty() ? "" : ", ") + field->name() + ": " + typeName(*field->type());
        return "struct<" + out + ">";
    }
    default: return type.ToString();
    }
}

std::int64_t timestampUnitNs(std::string_view text)
{
    const std::size_t open = text.find('(');
    if (!text.starts_with("timestamp") || open == std::string_view::npos)
        return 0;
    std::string_view unit = text.substr(open + 1);
    unit = unit.substr(0, unit.find(')'));
    if (unit == "s")
        return 1'000'000'000;
    if (unit == "ms")
        return 1'000'000;
    if (unit == "us")
        return 1'000;
    return unit == "ns" ? 1 : 0;
}

bool isJsonField(const arrow::Field& field)
{
    return field.metadata() && field.metadata()->Contains("sluice.json");
}

std::shared_ptr<arrow::Field> jsonField(const std::string& name)
{
    return arrow::field(name, arrow::utf8(), true,
                        arrow::key_value_metadata({"sluice.json"}, {"1"}));
}

Error errorFromArrow(const arrow::Status& status, std::string object)
{
    Error error{.code = ErrorCode::Internal,
                .message = status.message(),
                .object = std::move(object),
                .hint = {},
                .cause = {}};
    if (status.IsIOError())
        error.code = status.message().find("No space left") != std::string::npos
            ? ErrorCode::StorageFull
            : ErrorCode::StorageFailed;
    else if (status.IsOutOfMemory() || status.IsCapacityError())
        error.code = ErrorCode::CapacityExceeded;
    else if (status.IsInvalid())
        error.code = ErrorCode::DecodeFailed;
    return error;
}

} // namespace sluice
