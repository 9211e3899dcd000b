// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/calendar.h"
#include "engine/expr/cast.h"
#include "engine/expr/type_rules.h"
#include "engine/expr/value_text.h"
#include "engine/expr/values.h"

#include <limits>

namespace sluice::expr {
namespace {

using arrow::Type;
using Interval = arrow::MonthDayNanoIntervalType::MonthDayNanos;

// A text kernel from a function that appends one value.
template <class From, class Append> Kernel toText(Append append)
{
    return eachRow<std::string_view, From>(arrow::utf8(), [append](Row& row, From value) {
        row.text.clear();
        append(row.text, value);
        return std::string_view(row.text);
    });
}

Kernel toText(const arrow::DataType& from)
{
    switch (from.id()) {
    case Type::BOOL:
        return eachRow<std::string_view, bool>(arrow::utf8(), [](bool value) {
            return value ? std::string_view("true") : std::string_view("false");
        });
    case Type::INT8: return toText<std::int8_t>(appendInteger);
    case Type::INT16: return toText<std::int16_t>(appendInteger);
    case Type::INT32: return toText<std::int32_t>(appendInteger);
    case Type::INT64: return toText<std::int64_t>(appendInteger);
    case Type::FLOAT: return toText<float>(appendFloat);
    case Type::DOUBLE: return toText<double>(appendDouble);
    case Type::DECIMAL128:
        return toText<Int128>([scale = scaleOf(from)](std::string& out, Int128 value) {
            appendDecimal(out, value, scale);
        });
    case Type::DATE32: return toText<std::int32_t>(appendDate);
    case Type::TIMESTAMP: return toText<std::int64_t>(appendTimestamp);
    default: return {};
    }
}

std::string article(const std::string& name)
{
    return (std::string_view("aeio").find(name.front()) != std::string_view::npos ? "an " : "a ")
        + name;
}

// A kernel from text; read returns false for what is not a value of the type.
template <class To, class Read> Kernel fromText(const TypePtr& to, bool isTry, Read read)
{
    const std::string name = article(displayName(*to));
    return eachRow<To, std::string_view>(to, [read, isTry, name](Row& row, std::string_view text) {
        To out{};
        if (read(text, out))
            return out;
        if (isTry)
            row.setNull();
        else
            row.fail("\"" + std::string(text.substr(0, 80)) + "\" is not " + name);
        return To{};
    });
}

template <class To> Kernel integerFromText(const TypePtr& to, bool isTry)
{
    return fromText<To>(to, isTry, [](std::string_view text, To& out) {
        std::int64_t wide = 0;
        if (!readInteger(text, wide) || !std::in_range<To>(wide))
            return false;
        out = To(wide);
        return true;
    });
}

bool readNanoInterval(std::string_view text, Interval& out)
{
    IntervalParts parts;
    std::int64_t ns = 0;
    if (!readInterval(text, parts) || __builtin_mul_overflow(parts.us, std::int64_t(1000), &ns))
        return false;
    out = {parts.months, parts.days, ns};
    return true;
}

Kernel fromText(const TypePtr& to, bool isTry)
{
    switch (to->id()) {
    case Type::BOOL: return fromText<bool>(to, isTry, readBoolean);
    case Type::INT8: return integerFromText<std::int8_t>(to, isTry);
    case Type::INT16: return integerFromText<std::int16_t>(to, isTry);
    case Type::INT32: return integerFromText<std::int32_t>(to, isTry);
    case Type::INT64: return integerFromText<std::int64_t>(to, isTry);
    case Type::FLOAT: return fromText<float>(to, isTry, readFloat);
    case Type::DOUBLE: return fromText<double>(to, isTry, readDouble);
    case Type::DECIMAL128: {
        const int scale = scaleOf(*to);
        const Int128 limit = powerOfTen(precisionOf(*to));
        return fromText<Int128>(to, isTry, [scale, limit](std::string_view text, Int128& out) {
            return readDecimal(text, scale, out) && out < limit && out > -limit;
        });
    }
    case Type::DATE32: return fromText<std::int32_t>(to, isTry, readDate);
    case Type::TIMESTAMP: return fromText<std::int64_t>(to, isTry, readTimestamp);
    case Type::INTERVAL_MONTH_DAY_NANO: return fromText<Interval>(to, isTry, readNanoInterval);
    default: return {};
    }
}

} // namespace

Kernel textCast(const TypePtr& from, const TypePtr& to, bool isTry)
{
    if (isText(*to))
        return toText(*from);
    return isText(*from) ? fromText(to, isTry) : Kernel();
}

} // namespace sluice::expr
