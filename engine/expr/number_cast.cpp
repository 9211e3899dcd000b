// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/cast.h"
#include "engine/expr/type_rules.h"
#include "engine/expr/value_text.h"
#include "engine/expr/values.h"

#include <cmath>
#include <limits>

namespace sluice::expr {
namespace {

using arrow::Type;

template <class T> constexpr bool kIsWhole = std::is_integral_v<T> && !std::is_same_v<T, bool>;
template <class T> constexpr bool kIsDecimal = std::is_same_v<T, Int128>;

// What a conversion knows beside the C types; scales are 0 for what is not a decimal.
struct Shape
{
    int fromScale = 0;
    int toScale = 0;
    int toPrecision = 38;
};

template <class T> std::string valueText(T value, int scale)
{
    std::string out;
    if constexpr (std::is_same_v<T, float>)
        appendFloat(out, value);
    else if constexpr (std::is_same_v<T, double>)
        appendDouble(out, value);
    else
        appendDecimal(out, Int128(value), scale);
    return out;
}

Int128 divideRounded(Int128 value, Int128 by)
{
    const Int128 half = by / 2;
    return (value < 0 ? value - half : value + half) / by;
}

bool toDecimal(Int128 value, const Shape& shape, Int128& out)
{
    const int up = shape.toScale - shape.fromScale;
    if (up < 0)
        out = divideRounded(value, powerOfTen(-up));
    else if (__builtin_mul_overflow(value, powerOfTen(up), &out))
        return false;
    const Int128 limit = powerOfTen(shape.toPrecision);
    return out < limit && out > -limit;
}

// Converts one value; false when it does not fit.
template <class From, class To> bool convert(From value, const Shape& shape, To& out)
{
    if constexpr (std::is_same_v<To, bool>) {
        out = value != From(0);
        return true;
    } else if constexpr (std::is_floating_point_v<To>) {
        if constexpr (kIsDecimal<From>)
            out = To(double(value) / double(powerOfTen(shape.fromScale)));
        else
            out = To(value);
        return !std::is_floating_point_v<From> || std::isfinite(out)
            || !std::isfinite(double(value));
    } else if constexpr (std::is_floating_point_v<From>) {
        const double scaled = kIsDecimal<To>
            ? std::round(double(value) * double(powerOfTen(shape.toScale)))
            : std::nearbyint(double(value));
        if constexpr (kIsDecimal<To>) {
            const double limit = double(powerOfTen(shape.toPrecision));
            if (!(scaled > -limit && scaled < limit))
                return false;
        } else {
            // 2^63 and its like are exact, the largest integers are not.
            const double limit = -double(std::numeric_limits<To>::min());
            if (!(scaled >= -limit && scaled < limit))
                return false;
        }
        out = To(scaled);
        return true;
    } else if constexpr (kIsDecimal<To>) {
        return toDecimal(Int128(value), shape, out);
    } else {
        Int128 whole = Int128(value);
        if constexpr (kIsDecimal<From>)
            whole = divideRounded(whole, powerOfTen(shape.fromScale));
        out = To(whole);
        return Int128(out) == whole;
    }
}

template <class From, class To>
constexpr bool kCannotFail
    = std::is_same_v<To, bool> || (std::is_floating_point_v<To> && !std::is_same_v<From, double>)
    || (std::is_floating_point_v<To> && sizeof(To) == 8)
    || (kIsWhole<To> && (kIsWhole<From> || std::is_same_v<From, bool>)&&sizeof(From) <= sizeof(To));

template <class From, class To> Kernel makeKernel(const TypePtr& to, Shape shape, bool isTry)
{
    if constexpr (kCannotFail<From, To>) {
        return eachRow<To, From>(to, [shape](From value) {
            To out{};
            convert<From, To>(value, shape, out);
            return out;
        });
    } else {
        return eachRow<To, From>(to, [shape, isTry, to](Row& row, From value) {
            To out{};
            if (convert<From, To>(value, shape, out))
                return out;
            if (isTry)
                row.setNull();
            else
                row.fail(valueText(value, shape.fromScale) + " does not fit " + displayName(*to));
            return To{};
        });
    }
}

template <class From> Kernel toType(const TypePtr& to, Shape shape, bool isTry)
{
    switch (to->id()) {
    case Type::BOOL: return makeKernel<From, bool>(to, shape, isTry);
    case Type::INT8: return makeKernel<From, std::int8_t>(to, shape, isTry);
    case Type::INT16: return makeKernel<From, std::int16_t>(to, shape, isTry);
    case Type::INT32: return makeKernel<From, std::int32_t>(to, shape, isTry);
    case Type::INT64: return makeKernel<From, std::int64_t>(to, shape, isTry);
    case Type::FLOAT: return makeKernel<From, float>(to, shape, isTry);
    case Type::DOUBLE: return makeKernel<From, double>(to, shape, isTry);
    case Type::DECIMAL128: return makeKernel<From, Int128>(to, shape, isTry);
    default: return {};
    }
}

// The same numbers under a wider type: nothing is copied.
Kernel relabelled(const TypePtr& to)
{
    return [to](Arguments arguments, Evaluation&) -> arrow::Result<Datum> {
        if (arguments[0].is_array()) {
            auto data = arguments[0].array()->Copy();
            data->type = to;
            return Datum(std::move(data));
        }
        const auto& scalar = static_cast<const arrow::Decimal128Scalar&>(*arguments[0].scalar());
        return Datum(std::make_shared<arrow::Decimal128Scalar>(scalar.value, to));
    };
}

} // namespace

Kernel numberCast(const TypePtr& from, const TypePtr& to, bool isTry)
{
    Shape shape;
    if (isDecimal(*from))
        shape.fromScale = scaleOf(*from);
    if (isDecimal(*to)) {
        shape.toScale = scaleOf(*to);
        shape.toPrecision = precisionOf(*to);
        if (isDecimal(*from) && shape.fromScale == shape.toScale
            && precisionOf(*from) <= shape.toPrecision)
            return relabelled(to);
    }
    switch (from->id()) {
    case Type::BOOL: return toType<bool>(to, shape, isTry);
    case Type::INT8: return toType<std::int8_t>(to, shape, isTry);
    case Type::INT16: return toType<std::int16_t>(to, shape, isTry);
    case Type::INT32: return toType<std::int32_t>(to, shape, isTry);
    case Type::INT64: return toType<std::int64_t>(to, shape, isTry);
    case Type::FLOAT: return toType<float>(to, shape, isTry);
    case Type::DOUBLE: return toType<double>(to, shape, isTry);
    case Type::DECIMAL128: return toType<Int128>(to, shape, isTry);
    default: return {};
    }
}

} // namespace sluice::expr
