// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/types.h"
#include "engine/operators/aggregates/aggregate.h"

#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_decimal.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>
#include <arrow/type_traits.h>
#include <arrow/util/decimal.h>

namespace sluice::operators {

/// Calls f(i, value) for the i-th row taken whose value is not null.
template <class ArrayType, class F> void forEachValue(const AggregateRows& in, F f)
{
    const auto& typed = static_cast<const ArrayType&>(*in.values);
    const auto value = [&](std::uint32_t row) {
        if constexpr (requires { typed.GetView(0); })
            return typed.GetView(row);
        else
            return typed.Value(row);
    };
    if (in.values->null_count() > 0) {
        for (std::size_t i = 0; i < in.count; ++i)
            if (in.values->IsValid(in.row(i)))
                f(i, value(in.row(i)));
    } else if (in.rows) {
        for (std::size_t i = 0; i < in.count; ++i)
            f(i, value(in.rows[i]));
    } else {
        for (std::size_t i = 0; i < in.count; ++i)
            f(i, value(std::uint32_t(i)));
    }
}

/// The same for a value of any numeric type, as a double.
template <class F> void forEachNumber(const AggregateRows& in, F f)
{
    const auto put = [&](std::size_t i, auto value) { f(i, double(value)); };
    switch (in.values->type_id()) {
    case arrow::Type::INT8: forEachValue<arrow::Int8Array>(in, put); break;
    case arrow::Type::INT16: forEachValue<arrow::Int16Array>(in, put); break;
    case arrow::Type::INT32: forEachValue<arrow::Int32Array>(in, put); break;
    case arrow::Type::INT64: forEachValue<arrow::Int64Array>(in, put); break;
    case arrow::Type::FLOAT: forEachValue<arrow::FloatArray>(in, put); break;
    case arrow::Type::DOUBLE: forEachValue<arrow::DoubleArray>(in, put); break;
    case arrow::Type::DECIMAL128: {
        const std::int32_t scale
            = static_cast<const arrow::Decimal128Type&>(*in.values->type()).scale();
        forEachValue<arrow::Decimal128Array>(in, [&](std::size_t i, std::string_view bytes) {
            const auto* raw = reinterpret_cast<const std::uint8_t*>(bytes.data());
            f(i, arrow::Decimal128(raw).ToDouble(scale));
        });
        break;
    }
    default: break;
    }
}

/// A value of a column, kept: what an array's views turn into.
template <class Value, class View> Value keptValue(const View& view)
{
    if constexpr (std::is_same_v<Value, arrow::Decimal128>)
        return arrow::Decimal128(reinterpret_cast<const std::uint8_t*>(view.data()));
    else
        return Value(view);
}

template <class Value> void saveValue(const Value& value, ByteWriter& out)
{
    if constexpr (std::is_same_v<Value, std::string>)
        out.bytes(value);
    else
        out.raw(&value, sizeof(Value));
}

template <class Value> void loadValue(Value& value, ByteReader& in)
{
    if constexpr (std::is_same_v<Value, std::string>)
        value = std::string(in.bytes());
    else
        in.raw(&value, sizeof(Value));
}

/// The order of values; NaN is greater than every number, as in DuckDB and Spark.
template <class Value> bool isLessValue(const Value& a, const Value& b)
{
    if constexpr (std::is_floating_point_v<Value>)
        return a < b || (std::isnan(b) && !std::isnan(a));
    else
        return a < b;
}

/// Calls f<ArrayType, Value>() for the type of a column; every type that can be a key.
template <class F> auto withValueType(const arrow::DataType& type, F f)
{
    switch (type.id()) {
    case arrow::Type::BOOL: return f.template operator()<arrow::BooleanArray, std::uint8_t>();
    case arrow::Type::INT8: return f.template operator()<arrow::Int8Array, std::int8_t>();
    case arrow::Type::INT16: return f.template operator()<arrow::Int16Array, std::int16_t>();
    case arrow::Type::INT32: return f.template operator()<arrow::Int32Array, std::int32_t>();
    case arrow::Type::INT64: return f.template operator()<arrow::Int64Array, std::int64_t>();
    case arrow::Type::FLOAT: return f.template operator()<arrow::FloatArray, float>();
    case arrow::Type::DOUBLE: return f.template operator()<arrow::DoubleArray, double>();
    case arrow::Type::DATE32: return f.template operator()<arrow::Date32Array, std::int32_t>();
    case arrow::Type::TIMESTAMP:
        return f.template operator()<arrow::TimestampArray, std::int64_t>();
    case arrow::Type::DECIMAL128:
        return f.template operator()<arrow::Decimal128Array, arrow::Decimal128>();
    case arrow::Type::BINARY: return f.template operator()<arrow::BinaryArray, std::string>();
    default: return f.template operator()<arrow::StringArray, std::string>();
    }
}

/// Builds an array of a type: append(builder, i) for each i below count.
template <class Builder, class Append>
Result<std::shared_ptr<arrow::Array>> built(const std::shared_ptr<arrow::DataType>& type,
                                            std::size_t count, Append append)
{
    Builder out(type, arrow::default_memory_pool());
    arrow::Status status = out.Reserve(std::int64_t(count));
    for (std::size_t i = 0; i < count && status.ok(); ++i)
        status = append(out, i);
    if (!status.ok())
        return errorFromArrow(status, "aggregate");
    auto array = out.Finish();
    if (!array.ok())
        return errorFromArrow(array.status(), "aggregate");
    return std::move(*array);
}

} // namespace sluice::operators
