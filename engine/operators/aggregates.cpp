// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregates.h"

#include "engine/base/int128.h"
#include "engine/columns/types.h"
#include "engine/state/distinct_sketch.h"
#include "engine/state/key_codec.h"
#include "engine/state/quantile_sketch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>

#include <arrow/builder.h>
#include <arrow/compute/cast.h>
#include <arrow/scalar.h>
#include <arrow/util/decimal.h>

namespace sluice::operators {
namespace {

template <class Builder> Result<std::shared_ptr<arrow::Array>> finished(Builder& builder)
{
    auto array = builder.Finish();
    if (!array.ok())
        return errorFromArrow(array.status(), "aggregate");
    return std::move(*array);
}

Error noMemory(const arrow::Status& status)
{
    return errorFromArrow(status, "aggregate");
}

// Calls f(group, value) for the rows whose value is not null.
template <class ArrayType, class F>
void forEach(const arrow::Array& values, std::span<const std::uint32_t> rows,
             std::span<const std::uint32_t> groups, F f)
{
    const auto& typed = static_cast<const ArrayType&>(values);
    const bool hasNulls = values.null_count() > 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (hasNulls && values.IsNull(rows[i]))
            continue;
        if constexpr (requires { typed.GetView(0); })
            f(groups[i], typed.GetView(rows[i]));
        else
            f(groups[i], typed.Value(rows[i]));
    }
}

// The same for any number, as double.
template <class F>
void forEachNumber(const arrow::Array& values, std::span<const std::uint32_t> rows,
                   std::span<const std::uint32_t> groups, F f)
{
    switch (values.type_id()) {
    case arrow::Type::INT8:
        forEach<arrow::Int8Array>(values, rows, groups, [&](auto g, auto v) { f(g, double(v)); });
        break;
    case arrow::Type::INT16:
        forEach<arrow::Int16Array>(values, rows, groups, [&](auto g, auto v) { f(g, double(v)); });
        break;
    case arrow::Type::INT32:
        forEach<arrow::Int32Array>(values, rows, groups, [&](auto g, auto v) { f(g, double(v)); });
        break;
    case arrow::Type::INT64:
        forEach<arrow::Int64Array>(values, rows, groups, [&](auto g, auto v) { f(g, double(v)); });
        break;
    case arrow::Type::FLOAT:
        forEach<arrow::FloatArray>(values, rows, groups, [&](auto g, auto v) { f(g, double(v)); });
        break;
    case arrow::Type::DOUBLE:
        forEach<arrow::DoubleArray>(values, rows, groups, [&](auto g, auto v) { f(g, v); });
        break;
    case arrow::Type::DECIMAL128: {
        const std::int32_t scale
            = static_cast<const arrow::Decimal128Type&>(*values.type()).scale();
        forEach<arrow::Decimal128Array>(values, rows, groups, [&](auto g, std::string_view v) {
            f(g,
              arrow::Decimal128(reinterpret_cast<const std::uint8_t*>(v.data())).ToDouble(scale));
        });
        break;
    }
    default: break;
    }
}

class Count final : public Aggregate
{
public:
    void resize(std::size_t count) override { m_counts.resize(count, 0); }
    void add(const arrow::Array* values, std::span<const std::uint32_t> rows,
             std::span<const std::uint32_t> groups) override
    {
        const bool hasNulls = values && values->null_count() > 0;
        for (std::size_t i = 0; i < groups.size(); ++i)
            m_counts[groups[i]] += !hasNulls || values->IsValid(rows[i]);
    }
    Result<std::shared_ptr<arrow::Array>>
    results(std::span<const std::uint32_t> groups) const override
    {
        arrow::Int64Builder out;
        for (const std::uint32_t group : groups)
            if (const auto status = out.Append(m_counts[group]); !status.ok())
                return noMemory(status);
        return finished(out);
    }
    void save(std::uint32_t group, ByteWriter& out) const override { out.i64(m_counts[group]); }
    void load(std::uint32_t group, ByteReader& in) override { m_counts[group] = in.i64(); }
    std::size_t bytes() const override { return m_counts.capacity() * 8; }

private:
    std::vector<std::int64_t> m_counts;
};

// Sums of whole numbers and decimals, exact in 128 bits.
class ExactSum final : public Aggregate
{
public:
    explicit ExactSum(std::shared_ptr<arrow::DataType> output)
        : m_output(std::move(output))
    {
    }
    void resize(std::size_t count) override
    {
        m_sums.resize(count, 0);
        m_counts.resize(count, 0);
    }
    void add(const arrow::Array* values, std::span<const std::uint32_t> rows,
             std::span<const std::uint32_t> groups) override
    {
        const auto put = [&](std::uint32_t group, Int128 value) {
            m_sums[group] += value;
            ++m_counts[group];
        };
        switch (values->type_id()) {
        case arrow::Type::INT8: forEach<arrow::Int8Array>(*values, rows, groups, put); break;
        case arrow::Type::INT16: forEach<arrow::Int16Array>(*values, rows, groups, put); break;
        case arrow::Type::INT32: forEach<arrow::Int32Array>(*values, rows, groups, put); break;
        case arrow::Type::INT64: forEach<arrow::Int64Array>(*values, rows, groups, put); break;
        default:
            forEach<arrow::Decimal128Array>(*values, rows, groups,
                                            [&](std::uint32_t group, std::string_view bytes) {
                                                Int128 value = 0;
                                                std::memcpy(&value, bytes.data(), sizeof value);
                                                put(group, value);
                                            });
        }
    }
    Result<std::shared_ptr<arrow::Array>>
    results(std::span<const std::uint32_t> groups) const override
    {
        return m_output->id() == arrow::Type::INT64 ? wholeResults(groups) : decimalResults(groups);
    }
    void save(std::uint32_t group, ByteWriter& out) const override
    {
        out.raw(&m_sums[group], sizeof(Int128));
        out.i64(m_counts[group]);
    }
    void load(std::uint32_t group, ByteReader& in) override
    {
        const std::uint64_t low = in.u64();
        const std::int64_t high = in.i64();
        m_sums[group] = Int128((UInt128(std::uint64_t(high)) << 64) | low);
        m_counts[group] = in.i64();
    }
    std::size_t bytes() const override { return m_sums.capacity() * 16 + m_counts.capacity() * 8; }

private:
    Result<std::shared_ptr<arrow::Array>> wholeResults(std::span<const std::uint32_t> groups) const
    {
        arrow::Int64Builder out;
        for (const std::uint32_t group : groups) {
            const auto status
                = m_counts[group] == 0 ? out.AppendNull() : out.Append(std::int64_t(m_sums[group]));
            if (!status.ok())
                return noMemory(status);
        }
        return finished(out);
    }
    Result<std::shared_ptr<arrow::Array>>
    decimalResults(std::span<const std::uint32_t> groups) const
    {
        arrow::Decimal128Builder out(m_output);
        for (const std::uint32_t group : groups) {
            const Int128 sum = m_sums[group];
            const arrow::Decimal128 value(std::int64_t(sum >> 64), std::uint64_t(sum));
            const auto status = m_counts[group] == 0 ? out.AppendNull() : out.Append(value);
            if (!status.ok())
                return noMemory(status);
        }
        return finished(out);
    }

    std::shared_ptr<arrow::DataType> m_output;
    std::vector<Int128> m_sums;
    std::vector<std::int64_t> m_counts;
};

// Sums of reals, with Neumaier's compensation, and averages of any number.
class RealSum final : public Aggregate
{
public:
    explicit RealSum(bool isAverage)
        : m_isAverage(isAverage)
    {
    }
    void resize(std::size_t count) override { m_states.resize(count); }
    void add(const arrow::Array* values, std::span<const std::uint32_t> rows,
             std::span<const std::uint32_t> groups) override
    {
        forEachNumber(*values, rows, groups, [&](std::uint32_t group, double value) {
            State& state = m_states[group];
            const double sum = state.sum + value;
            state.lost += std::abs(state.sum) >= std::abs(value) ? (state.sum - sum) + value
                                                                 : (value - sum) + state.sum;
            state.sum = sum;
            ++state.count;
        });
    }
    Result<std::shared_ptr<arrow::Array>>
    results(std::span<const std::uint32_t> groups) const override
    {
        arrow::DoubleBuilder out;
        for (const std::uint32_t group : groups) {
            const State& state = m_states[group];
            const double sum = std::isfinite(state.sum) ? state.sum + state.lost : state.sum;
            const auto status = state.count == 0
                ? out.AppendNull()
                : out.Append(m_isAverage ? sum / double(state.count) : sum);
            if (!status.ok())
                return noMemory(status);
        }
        return finished(out);
    }
    void save(std::uint32_t group, ByteWriter& out) const override
    {
        out.f64(m_states[group].sum);
        out.f64(m_states[group].lost);
        out.i64(m_states[group].count);
    }
    void load(std::uint32_t group, ByteReader& in) override
    {
        State& state = m_states[group];
        state.sum = in.f64();
        state.lost = in.f64();
        state.count = in.i64();
    }
    std::size_t bytes() const override { return m_states.capacity() * sizeof(State); }

private:
    struct State
    {
        double sum = 0, lost = 0;
        std::int64_t count = 0;
    };
    bool m_isAverage;
    std::vector<State> m_states;
};

// Least and greatest values of fixed width: the value itself is the state.
template <class ArrayType, class Value> class Extreme final : public Aggregate
{
public:
    Extreme(std::shared_ptr<arrow::DataType> type, bool isMax)
        : m_type(std::move(type))
        , m_isMax(isMax)
    {
    }
    void resize(std::size_t count) override
    {
        m_values.resize(count);
        m_isSet.resize(count, 0);
    }
    void add(const arrow::Array* values, std::span<const std::uint32_t> rows,
             std::span<const std::uint32_t> groups) override
    {
        forEach<ArrayType>(*values, rows, groups, [&](std::uint32_t group, auto value) {
            const Value own = valueFrom(value);
            if (m_isSet[group]
                && (m_isMax ? !isLess(m_values[group], own) : !isLess(own, m_values[group])))
                return;
            m_values[group] = own;
            m_isSet[group] = 1;
        });
    }
    Result<std::shared_ptr<arrow::Array>>
    results(std::span<const std::uint32_t> groups) const override
    {
        using Builder = typename arrow::TypeTraits<typename ArrayType::TypeClass>::BuilderType;
        Builder out(m_type, arrow::default_memory_pool());
        for (const std::uint32_t group : groups) {
            const auto status = m_isSet[group]
                ? out.Append(typename BuilderValue<Builder>::type(m_values[group]))
                : out.AppendNull();
            if (!status.ok())
                return noMemory(status);
        }
        return finished(out);
    }
    void save(std::uint32_t group, ByteWriter& out) const override
    {
        out.u8(m_isSet[group]);
        if constexpr (std::is_same_v<Value, std::string>)
            out.bytes(m_values[group]);
        else
            out.raw(&m_values[group], sizeof(Value));
    }
    void load(std::uint32_t group, ByteReader& in) override
    {
        m_isSet[group] = in.u8();
        if constexpr (std::is_same_v<Value, std::string>) {
            m_values[group] = std::string(in.bytes());
        } else {
            std::array<std::uint8_t, sizeof(Value)> raw{};
            for (std::uint8_t& byte : raw)
                byte = in.u8();
            std::memcpy(&m_values[group], raw.data(), raw.size());
        }
    }
    std::size_t bytes() const override
    {
        return m_values.capacity() * sizeof(Value) + m_isSet.capacity();
    }

private:
    template <class Builder> struct BuilderValue
    {
        using type = Value;
    };
    template <class From> static Value valueFrom(const From& value)
    {
        if constexpr (std::is_same_v<Value, arrow::Decimal128>)
            return arrow::Decimal128(reinterpret_cast<const std::uint8_t*>(value.data()));
        else
            return Value(value);
    }
    // NaN is greater than every number, as in DuckDB and Spark.
    static bool isLess(const Value& a, const Value& b)
    {
        if constexpr (std::is_floating_point_v<Value>)
            return a < b || (std::isnan(b) && !std::isnan(a));
        else
            return a < b;
    }

    std::shared_ptr<arrow::DataType> m_type;
    bool m_isMax;
    std::vector<Value> m_values;
    std::vector<std::uint8_t> m_isSet;
};

template <class ArrayType, class Value>
std::unique_ptr<Aggregate> extreme(const std::shared_ptr<arrow::DataType>& type, bool isMax)
{
    return std::make_unique<Extreme<ArrayType, Value>>(type, isMax);
}

std::unique_ptr<Aggregate> makeExtreme(const std::shared_ptr<arrow::DataType>& type, bool isMax)
{
    switch (type->id()) {
    case arrow::Type::BOOL: return extreme<arrow::BooleanArray, std::uint8_t>(type, isMax);
    case arrow::Type::INT8: return extreme<arrow::Int8Array, std::int8_t>(type, isMax);
    case arrow::Type::INT16: return extreme<arrow::Int16Array, std::int16_t>(type, isMax);
    case arrow::Type::INT32: return extreme<arrow::Int32Array, std::int32_t>(type, isMax);
    case arrow::Type::INT64: return extreme<arrow::Int64Array, std::int64_t>(type, isMax);
    case arrow::Type::FLOAT: return extreme<arrow::FloatArray, float>(type, isMax);
    case arrow::Type::DOUBLE: return extreme<arrow::DoubleArray, double>(type, isMax);
    case arrow::Type::DATE32: return extreme<arrow::Date32Array, std::int32_t>(type, isMax);
    case arrow::Type::TIMESTAMP: return extreme<arrow::TimestampArray, std::int64_t>(type, isMax);
    case arrow::Type::DECIMAL128:
        return extreme<arrow::Decimal128Array, arrow::Decimal128>(type, isMax);
    default: return extreme<arrow::StringArray, std::string>(type, isMax);
    }
}

class Quantile final : public Aggregate
{
public:
    explicit Quantile(double share)
        : m_share(share)
    {
    }
    void resize(std::size_t count) override { m_sketches.resize(count); }
    void add(const arrow::Array* values, std::span<const std::uint32_t> rows,
             std::span<const std::uint32_t> groups) override
    {
        forEachNumber(*values, rows, groups,
                      [&](std::uint32_t group, double value) { m_sketches[group].add(value); });
    }
    Result<std::shared_ptr<arrow::Array>>
    results(std::span<const std::uint32_t> groups) const override
    {
        arrow::DoubleBuilder out;
        for (const std::uint32_t group : groups) {
            const auto& sketch = m_sketches[group];
            const auto status
                = sketch.count() == 0 ? out.AppendNull() : out.Append(sketch.quantile(m_share));
            if (!status.ok())
                return noMemory(status);
        }
        return finished(out);
    }
    void save(std::uint32_t group, ByteWriter& out) const override { m_sketches[group].save(out); }
    void load(std::uint32_t group, ByteReader& in) override { m_sketches[group].load(in); }
    std::size_t bytes() const override
    {
        std::size_t out = m_sketches.capacity() * sizeof(state::QuantileSketch);
        for (const auto& sketch : m_sketches)
            out += sketch.bytes();
        return out;
    }

private:
    double m_share;
    std::vector<state::QuantileSketch> m_sketches;
};

class Distinct final : public Aggregate
{
public:
    explicit Distinct(const std::shared_ptr<arrow::DataType>& input)
        : m_codec(state::KeyCodec::make({arrow::field("value", input)}).value())
    {
    }
    void resize(std::size_t count) override { m_sketches.resize(count); }
    void add(const arrow::Array* values, std::span<const std::uint32_t> rows,
             std::span<const std::uint32_t> groups) override
    {
        m_codec.encode({std::const_pointer_cast<arrow::Array>(arrow::MakeArray(values->data()))},
                       m_keys);
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (values->IsValid(rows[i]))
                m_sketches[groups[i]].add(m_keys.hashes[rows[i]]);
    }
    Result<std::shared_ptr<arrow::Array>>
    results(std::span<const std::uint32_t> groups) const override
    {
        arrow::Int64Builder out;
        for (const std::uint32_t group : groups)
            if (const auto status = out.Append(m_sketches[group].estimate()); !status.ok())
                return noMemory(status);
        return finished(out);
    }
    void save(std::uint32_t group, ByteWriter& out) const override { m_sketches[group].save(out); }
    void load(std::uint32_t group, ByteReader& in) override { m_sketches[group].load(in); }
    std::size_t bytes() const override
    {
        std::size_t out = 0;
        for (const auto& sketch : m_sketches)
            out += sizeof sketch + sketch.bytes();
        return out;
    }

private:
    state::KeyCodec m_codec;
    state::EncodedKeys m_keys;
    std::vector<state::DistinctSketch> m_sketches;
};

bool isNumber(const arrow::DataType& type)
{
    return arrow::is_integer(type.id()) || arrow::is_floating(type.id())
        || type.id() == arrow::Type::DECIMAL128;
}

std::shared_ptr<arrow::DataType> sumType(const arrow::DataType& input)
{
    if (arrow::is_floating(input.id()))
        return arrow::float64();
    if (input.id() == arrow::Type::DECIMAL128)
        return arrow::decimal128(38, static_cast<const arrow::Decimal128Type&>(input).scale());
    return input.id() == arrow::Type::INT64 ? arrow::decimal128(38, 0) : arrow::int64();
}

} // namespace

const std::vector<AggregateInfo>& aggregateFunctions()
{
    static const std::vector<AggregateInfo> functions{
        {"count", "count(*) or count(x) -> long", "Counts rows, or values that are not null.",
         "count(x)"},
        {"sum", "sum(x) -> long, decimal or double",
         "Adds values; exact for whole numbers and decimals.", "sum(x)"},
        {"avg", "avg(x) -> double", "The mean of the values.", "avg(x)"},
        {"min", "min(x) -> type of x", "The least value.", "min(x)"},
        {"max", "max(x) -> type of x", "The greatest value.", "max(x)"},
        {"approx_quantile", "approx_quantile(x, share) -> double",
         "The value below which a share of all lies, within 1 % of it.",
         "approx_percentile(x, share, 100)"},
        {"approx_distinct", "approx_distinct(x) -> long",
         "How many different values: exact up to 256, then with a standard error of 1.6 %.",
         "approx_count_distinct(x)"}};
    return functions;
}

std::unique_ptr<Aggregate> BoundAggregate::make() const
{
    if (function == "count")
        return std::make_unique<Count>();
    if (function == "min" || function == "max")
        return makeExtreme(input, function == "max");
    if (function == "approx_quantile")
        return std::make_unique<Quantile>(share);
    if (function == "approx_distinct")
        return std::make_unique<Distinct>(input);
    if (function == "avg" || output->id() == arrow::Type::DOUBLE)
        return std::make_unique<RealSum>(function == "avg");
    return std::make_unique<ExactSum>(output);
}

std::optional<BoundAggregate> bindAggregate(const expr::Call& call, const std::string& path,
                                            Diagnostics& out)
{
    std::vector<std::string> names;
    for (const AggregateInfo& info : aggregateFunctions())
        names.push_back(info.name);
    BoundAggregate bound;
    bound.function = call.function == "approx_count_distinct" ? "approx_distinct"
        : call.function == "mean"                             ? "avg"
                                                              : call.function;
    const auto fail = [&](TextPosition at, std::string message, std::string suggestion = {}) {
        out.error(at, path, std::move(message), std::move(suggestion));
        return std::nullopt;
    };
    if (std::ranges::find(names, bound.function) == names.end())
        return fail(call.at, "there is no aggregate \"" + call.function + "\"",
                    suggestionFor(call.function, names));
    if (call.isDistinct)
        return fail(call.at, "DISTINCT is not supported here",
                    "approx_distinct(x) is exact up to 256 values");
    const std::size_t wanted = call.isStar ? 0 : bound.function == "approx_quantile" ? 2 : 1;
    if (call.isStar && bound.function != "count")
        return fail(call.at, "only count takes *");
    if (call.arguments.size() != wanted)
        return fail(call.at,
                    bound.function + " takes " + std::to_string(wanted) + " argument(s), found "
                        + std::to_string(call.arguments.size()));
    if (wanted == 0) {
        bound.output = arrow::int64();
        return bound;
    }
    bound.input = call.arguments[0].type();
    const TextPosition at = call.argumentsAt.empty() ? call.at : call.argumentsAt[0];
    const bool needsNumber
        = bound.function == "sum" || bound.function == "avg" || bound.function == "approx_quantile";
    if (needsNumber && !isNumber(*bound.input))
        return fail(at, bound.function + " needs a number, found " + typeName(*bound.input));
    if (!needsNumber && bound.function != "count" && !state::isKeyType(*bound.input))
        return fail(at, bound.function + " cannot take a " + typeName(*bound.input));
    if (bound.function == "approx_quantile") {
        const auto& share = call.arguments[1].constant();
        const auto number = share && share->is_valid
            ? arrow::compute::Cast(share, arrow::float64())
            : arrow::Result<arrow::Datum>(arrow::Status::Invalid(""));
        bound.share = number.ok() ? number->scalar_as<arrow::DoubleScalar>().value : -1;
        if (!(bound.share >= 0 && bound.share <= 1))
            return fail(call.argumentsAt[1], "the share is a constant between 0 and 1",
                        "approx_quantile(x, 0.95)");
    }
    const bool isReal = bound.function == "avg" || bound.function == "approx_quantile";
    const bool isCount = bound.function == "count" || bound.function == "approx_distinct";
    bound.output = isCount        ? arrow::int64()
        : isReal                  ? arrow::float64()
        : bound.function == "sum" ? sumType(*bound.input)
                                  : bound.input;
    return bound;
}

} // namespace sluice::operators
