// SPDX-License-Identifier: Apache-2.0
// ceil, floor, trunc and round: doubles stay doubles, decimals lose digits behind the point.
#include "engine/expr/function.h"
#include "engine/expr/type_rules.h"
#include "engine/expr/value_text.h"
#include "engine/expr/values.h"

#include <algorithm>
#include <cmath>

namespace sluice::expr {
namespace {

enum class Mode { Ceil, Floor, Trunc, Round };

template <class T> T roundFloating(T value, Mode mode)
{
    switch (mode) {
    case Mode::Ceil: return std::ceil(value);
    case Mode::Floor: return std::floor(value);
    case Mode::Trunc: return std::trunc(value);
    case Mode::Round: break;
    }
    return std::round(value);
}

template <class T> T roundPlaces(T value, std::int64_t places)
{
    const T power = T(std::pow(10.0, double(std::abs(places))));
    const T out
        = places < 0 ? std::round(value / power) * power : std::round(value * power) / power;
    if (std::isfinite(out))
        return out;
    return places < 0 ? T(0) : value;
}

Int128 divide(Int128 value, Int128 by, Mode mode)
{
    const Int128 cut = value / by;
    const Int128 rest = value % by;
    if (rest == 0)
        return cut;
    switch (mode) {
    case Mode::Ceil: return rest > 0 ? cut + 1 : cut;
    case Mode::Floor: return rest < 0 ? cut - 1 : cut;
    case Mode::Trunc: return cut;
    case Mode::Round: break;
    }
    const Int128 half = by - by / 2;
    if (rest >= half)
        return cut + 1;
    return -rest >= half ? cut - 1 : cut;
}

// Cuts a decimal to places behind the point (negative: tens, hundreds); the result has scale
// max(places, 0) and may need a digit more than there is room for.
Binding bindDecimal(const arrow::DataType& from, std::int64_t places, Mode mode)
{
    const int scale = scaleOf(from);
    const int kept = int(std::clamp<std::int64_t>(places, 0, scale));
    const TypePtr type = arrow::decimal128(precisionOf(from), kept);
    const int dropped = int(std::clamp<std::int64_t>(scale - places, 0, 38));
    const Int128 by = powerOfTen(dropped);
    const Int128 back = powerOfTen(std::min(38, dropped - (scale - kept)));
    const Int128 limit = powerOfTen(precisionOf(from));
    return {.type = type,
            .kernel
            = eachRow<Int128, Int128>(type, [by, back, limit, mode, kept](Row& row, Int128 value) {
                  const Int128 out = divide(value, by, mode) * back;
                  if (out >= limit || out <= -limit) {
                      std::string text;
                      appendDecimal(text, out, kept);
                      row.fail(text + " does not fit the decimal");
                  }
                  return out;
              })};
}

template <class T> Kernel integerPlaces(const TypePtr& type, std::int64_t places)
{
    const Int128 by = powerOfTen(int(std::min<std::int64_t>(-places, 38)));
    return eachRow<T, T>(type, [by](Row& row, T value) {
        const Int128 out = divide(Int128(value), by, Mode::Round) * by;
        if (Int128(T(out)) != out)
            row.fail("round(" + std::to_string(value) + ") is out of range");
        return T(out);
    });
}

Binding bindInteger(const TypePtr& type, std::int64_t places)
{
    if (places >= 0) {
        Binding identity;
        identity.isIdentity = true;
        return identity;
    }
    switch (type->id()) {
    case arrow::Type::INT8:
        return {.type = type, .kernel = integerPlaces<std::int8_t>(type, places)};
    case arrow::Type::INT16:
        return {.type = type, .kernel = integerPlaces<std::int16_t>(type, places)};
    case arrow::Type::INT32:
        return {.type = type, .kernel = integerPlaces<std::int32_t>(type, places)};
    default: return {.type = type, .kernel = integerPlaces<std::int64_t>(type, places)};
    }
}

template <class T>
Kernel floatingKernel(const TypePtr& type, Mode mode, std::optional<std::int64_t> places)
{
    if (places)
        return eachRow<T, T>(type,
                             [places = *places](T value) { return roundPlaces(value, places); });
    return eachRow<T, T>(type, [mode](T value) { return roundFloating(value, mode); });
}

Binding bindRounding(Operands& operands, Mode mode)
{
    std::optional<std::int64_t> places;
    if (operands.size() == 2) {
        places = operands.integer(1);
        if (!places)
            return Binding::failure("the number of places must be a constant integer", 1);
        operands.drop(1);
    }
    TypePtr type = operands.type(0);
    if (isDecimal(*type))
        return bindDecimal(*type, places.value_or(0), mode);
    const bool keepsIntegers = mode == Mode::Trunc || mode == Mode::Round;
    if (isInteger(*type) && keepsIntegers)
        return bindInteger(type, places.value_or(0));
    if (!isNumeric(*type) && !isNullType(*type))
        return Binding::failure(operands.name() + " takes a number, not " + displayName(*type), 0,
                                "Write CAST(... AS DOUBLE).");
    if (type->id() != arrow::Type::FLOAT)
        type = arrow::float64();
    if (auto failure = operands.convert(0, type))
        return *failure;
    return {.type = type,
            .kernel = type->id() == arrow::Type::FLOAT
                ? floatingKernel<float>(type, mode, places)
                : floatingKernel<double>(type, mode, places)};
}

CatalogueEntry entry(const char* name, const char* signature, const char* help, const char* spark,
                     std::vector<std::string> aliases = {})
{
    return {.name = name,
            .category = "math",
            .signature = signature,
            .help = help,
            .spark = spark,
            .aliases = std::move(aliases)};
}

} // namespace

std::vector<Function> roundingFunctions()
{
    return {
        {.entry = entry("ceil", "ceil(x) -> number", "The next whole number upwards.", "ceil(x)",
                        {"ceiling"}),
         .least = 1,
         .most = 1,
         .bind = [](Operands& operands) { return bindRounding(operands, Mode::Ceil); }},
        {.entry
         = entry("floor", "floor(x) -> number", "The next whole number downwards.", "floor(x)"),
         .least = 1,
         .most = 1,
         .bind = [](Operands& operands) { return bindRounding(operands, Mode::Floor); }},
        {.entry = entry("trunc", "trunc(x) -> number", "Cuts off what stands behind the point.",
                        "CAST(x AS bigint)"),
         .least = 1,
         .most = 1,
         .bind = [](Operands& operands) { return bindRounding(operands, Mode::Trunc); }},
        {.entry = entry("round", "round(x[, places]) -> number",
                        "Rounds half away from zero; negative places round to tens, hundreds ...",
                        "round(x, places)"),
         .least = 1,
         .most = 2,
         .bind = [](Operands& operands) { return bindRounding(operands, Mode::Round); }},
    };
}

} // namespace sluice::expr
