// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/expr/function.h"
#include "engine/expr/values.h"

#include <algorithm>
#include <cmath>
#include <compare>

namespace sluice::expr {

using IntervalValue = arrow::MonthDayNanoIntervalType::MonthDayNanos;

/// Nanoseconds of an interval when a month has 30 days, as intervals compare.
inline Int128 intervalLength(const IntervalValue& value)
{
    const Int128 days = Int128(value.months) * 30 + value.days;
    return days * 86'400'000'000'000 + value.nanoseconds;
}

/// The order of values: NaN equals itself and is greater than every number; text is bytes.
template <class T> struct Less
{
    bool operator()(const T& a, const T& b) const
    {
        if constexpr (std::is_floating_point_v<T>)
            return !std::isnan(a) && (a < b || std::isnan(b));
        else if constexpr (std::is_same_v<T, IntervalValue>)
            return intervalLength(a) < intervalLength(b);
        else
            return a < b;
    }
};
template <class T> struct Equal
{
    bool operator()(const T& a, const T& b) const
    {
        if constexpr (std::is_floating_point_v<T>)
            return a == b || (std::isnan(a) && std::isnan(b));
        else if constexpr (std::is_same_v<T, IntervalValue>)
            return intervalLength(a) == intervalLength(b);
        else
            return a == b;
    }
};
template <class T> struct NotEqual
{
    bool operator()(const T& a, const T& b) const { return !Equal<T>()(a, b); }
};
template <class T> struct LessEqual
{
    bool operator()(const T& a, const T& b) const { return !Less<T>()(b, a); }
};
template <class T> struct Greater
{
    bool operator()(const T& a, const T& b) const { return Less<T>()(b, a); }
};
template <class T> struct GreaterEqual
{
    bool operator()(const T& a, const T& b) const { return !Less<T>()(a, b); }
};

/// Sets the bits of all rows by 64; test(row) must be safe for null rows too.
template <class Test> void fillBits(std::uint8_t* bits, std::int64_t rows, const Test& test)
{
    std::int64_t row = 0;
    for (; row + 64 <= rows; row += 64) {
        std::uint64_t word = 0;
        for (int bit = 0; bit < 64; ++bit)
            word |= std::uint64_t(test(row + bit)) << bit;
        std::memcpy(bits + row / 8, &word, sizeof word);
    }
    for (; row < rows; ++row)
        arrow::bit_util::SetBitTo(bits, row, test(row));
}

/// A kernel of two values; a loop of its own for a constant on the right.
template <class T, class Compare> Kernel compareKernel(Compare compare)
{
    return [compare](Arguments arguments, Evaluation& evaluation) -> arrow::Result<Datum> {
        const Reader<T> left(arguments[0]);
        const Reader<T> right(arguments[1]);
        Validity validity = Validity::ofAll(arguments, evaluation.rows);
        Writer<bool> writer;
        ARROW_RETURN_NOT_OK(writer.reserve(evaluation.rows));
        if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
            const T* values = left.values();
            if (values && !right.values()) {
                fillBits(writer.bits(), evaluation.rows,
                         [values, b = right[0], compare](std::int64_t i) {
                             return compare(values[i], b);
                         });
                return writer.finish(arrow::boolean(), evaluation.rows, validity);
            }
        }
        fillBits(writer.bits(), evaluation.rows,
                 [&](std::int64_t i) { return compare(left[i], right[i]); });
        return writer.finish(arrow::boolean(), evaluation.rows, validity);
    };
}

/// Calls make(std::type_identity<T>) with the C type of values that can be ordered; an empty kernel
/// for types that cannot.
template <class Make> Kernel dispatchComparable(const arrow::DataType& type, const Make& make)
{
    switch (type.id()) {
    case arrow::Type::NA:
    case arrow::Type::BOOL: return make(std::type_identity<bool>());
    case arrow::Type::INT8: return make(std::type_identity<std::int8_t>());
    case arrow::Type::INT16: return make(std::type_identity<std::int16_t>());
    case arrow::Type::DATE32:
    case arrow::Type::INT32: return make(std::type_identity<std::int32_t>());
    case arrow::Type::TIMESTAMP:
    case arrow::Type::INT64: return make(std::type_identity<std::int64_t>());
    case arrow::Type::FLOAT: return make(std::type_identity<float>());
    case arrow::Type::DOUBLE: return make(std::type_identity<double>());
    case arrow::Type::DECIMAL128: return make(std::type_identity<Int128>());
    case arrow::Type::BINARY:
    case arrow::Type::STRING: return make(std::type_identity<std::string_view>());
    case arrow::Type::INTERVAL_MONTH_DAY_NANO: return make(std::type_identity<IntervalValue>());
    default: return {};
    }
}

Binding notComparable(const Operands& operands, std::size_t left, std::size_t right);

} // namespace sluice::expr
