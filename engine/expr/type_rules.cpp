// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/type_rules.h"

#include "engine/columns/types.h"

#include <algorithm>
#include <array>

namespace sluice::expr {
namespace {

using arrow::Type;

constexpr auto kPowers = [] {
    std::array<Int128, 39> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i)
        powers[i] = powers[i - 1] * 10;
    return powers;
}();

int integerRank(const arrow::DataType& type)
{
    switch (type.id()) {
    case Type::INT8: return 1;
    case Type::INT16: return 2;
    case Type::INT32: return 3;
    case Type::INT64: return 4;
    default: return 0;
    }
}

TypePtr commonNumber(const TypePtr& a, const TypePtr& b)
{
    if (a->id() == Type::DOUBLE || b->id() == Type::DOUBLE)
        return arrow::float64();
    if (a->id() == Type::FLOAT || b->id() == Type::FLOAT)
        return arrow::float32();
    if (isInteger(*a) && isInteger(*b))
        return integerRank(*a) >= integerRank(*b) ? a : b;
    const TypePtr left = decimalFor(*a);
    const TypePtr right = decimalFor(*b);
    const int scale = std::max(scaleOf(*left), scaleOf(*right));
    const int whole
        = std::max(precisionOf(*left) - scaleOf(*left), precisionOf(*right) - scaleOf(*right));
    return arrow::decimal128(std::min(38, whole + scale), scale);
}

} // namespace

bool isInteger(const arrow::DataType& type)
{
    return integerRank(type) > 0;
}

bool isFloating(const arrow::DataType& type)
{
    return type.id() == Type::FLOAT || type.id() == Type::DOUBLE;
}

bool isDecimal(const arrow::DataType& type)
{
    return type.id() == Type::DECIMAL128;
}

bool isNumeric(const arrow::DataType& type)
{
    return isInteger(type) || isFloating(type) || isDecimal(type);
}

bool isText(const arrow::DataType& type)
{
    return type.id() == Type::STRING;
}

bool isNullType(const arrow::DataType& type)
{
    return type.id() == Type::NA;
}

bool isTimestamp(const arrow::DataType& type)
{
    return type.id() == Type::TIMESTAMP;
}

bool isDate(const arrow::DataType& type)
{
    return type.id() == Type::DATE32;
}

bool isInterval(const arrow::DataType& type)
{
    return type.id() == Type::INTERVAL_MONTH_DAY_NANO;
}

std::string displayName(const arrow::DataType& type)
{
    return isInterval(type) ? "interval" : typeName(type);
}

std::string sqlTypeName(const arrow::DataType& type)
{
    switch (type.id()) {
    case Type::NA: return "\"NULL\"";
    case Type::BOOL: return "BOOLEAN";
    case Type::INT8: return "TINYINT";
    case Type::INT16: return "SMALLINT";
    case Type::INT32: return "INTEGER";
    case Type::INT64: return "BIGINT";
    case Type::FLOAT: return "FLOAT";
    case Type::DOUBLE: return "DOUBLE";
    case Type::STRING: return "VARCHAR";
    case Type::BINARY: return "BLOB";
    case Type::DATE32: return "DATE";
    case Type::TIMESTAMP: return "TIMESTAMP";
    case Type::INTERVAL_MONTH_DAY_NANO: return "INTERVAL";
    case Type::DECIMAL128:
        return "DECIMAL(" + std::to_string(precisionOf(type)) + "," + std::to_string(scaleOf(type))
            + ")";
    case Type::LIST:
        return sqlTypeName(*static_cast<const arrow::ListType&>(type).value_type()) + "[]";
    case Type::MAP: {
        const auto& map = static_cast<const arrow::MapType&>(type);
        return "MAP(" + sqlTypeName(*map.key_type()) + ", " + sqlTypeName(*map.item_type()) + ")";
    }
    case Type::STRUCT: {
        std::string out;
        for (const auto& field : type.fields())
            out += (out.empty() ? "" : ", ") + field->name() + " " + sqlTypeName(*field->type());
        return "STRUCT(" + out + ")";
    }
    default: return type.ToString();
    }
}

TypePtr decimalFor(const arrow::DataType& type)
{
    switch (type.id()) {
    case Type::INT8: return arrow::decimal128(3, 0);
    case Type::INT16: return arrow::decimal128(5, 0);
    case Type::INT32: return arrow::decimal128(10, 0);
    case Type::INT64: return arrow::decimal128(19, 0);
    case Type::DECIMAL128: return arrow::decimal128(precisionOf(type), scaleOf(type));
    default: return nullptr;
    }
}

int precisionOf(const arrow::DataType& decimal)
{
    return static_cast<const arrow::Decimal128Type&>(decimal).precision();
}

int scaleOf(const arrow::DataType& decimal)
{
    return static_cast<const arrow::Decimal128Type&>(decimal).scale();
}

Int128 powerOfTen(int digits)
{
    return kPowers[std::size_t(digits)];
}

TypePtr commonType(const TypePtr& a, const TypePtr& b)
{
    if (isNullType(*a) || a->Equals(*b))
        return b;
    if (isNullType(*b))
        return a;
    if (isNumeric(*a) && isNumeric(*b))
        return commonNumber(a, b);
    if ((isDate(*a) && isTimestamp(*b)) || (isTimestamp(*a) && isDate(*b)))
        return timestampType();
    return nullptr;
}

TypePtr workingType(const TypePtr& type)
{
    switch (type->id()) {
    case Type::UINT8:
    case Type::UINT16: return arrow::int32();
    case Type::UINT32: return arrow::int64();
    case Type::UINT64: return arrow::decimal128(20, 0);
    case Type::HALF_FLOAT: return arrow::float32();
    case Type::LARGE_STRING:
    case Type::STRING_VIEW: return arrow::utf8();
    case Type::DATE64: return arrow::date32();
    case Type::TIMESTAMP: return timestampType();
    case Type::DICTIONARY:
        return workingType(static_cast<const arrow::DictionaryType&>(*type).value_type());
    case Type::DECIMAL32:
    case Type::DECIMAL64:
        return arrow::decimal128(static_cast<const arrow::DecimalType&>(*type).precision(),
                                 static_cast<const arrow::DecimalType&>(*type).scale());
    default: return type;
    }
}

} // namespace sluice::expr
