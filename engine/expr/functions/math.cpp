// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/function.h"
#include "engine/expr/type_rules.h"
#include "engine/expr/values.h"

#include <cmath>
#include <numbers>

namespace sluice::expr {
namespace {

template <class T> Kernel absKernel(const TypePtr& type)
{
    return eachRow<T, T>(type, [type](Row& row, T value) {
        if constexpr (std::is_integral_v<T> && !std::is_same_v<T, Int128>) {
            if (value == std::numeric_limits<T>::min()) {
                row.fail("abs(" + std::to_string(value) + ") does not fit " + displayName(*type));
                return T(0);
            }
        }
        if constexpr (std::is_floating_point_v<T>)
            return std::fabs(value);
        else
            return value < 0 ? T(-value) : value;
    });
}

template <class T> Kernel signKernel(const TypePtr&)
{
    return eachRow<std::int8_t, T>(arrow::int8(), [](T value) {
        return std::int8_t(int(value > T(0)) - int(value < T(0)));
    });
}

Binding notNumber(const Operands& operands)
{
    return Binding::failure(operands.name() + " takes a number, not "
                                + displayName(*operands.type(0)),
                            0, "Write CAST(... AS DOUBLE).");
}

Binding bindAbs(Operands& operands)
{
    const TypePtr type = isNullType(*operands.type(0)) ? arrow::int32() : operands.type(0);
    if (auto failure = operands.convert(0, type))
        return *failure;
    switch (type->id()) {
    case arrow::Type::INT8: return {.type = type, .kernel = absKernel<std::int8_t>(type)};
    case arrow::Type::INT16: return {.type = type, .kernel = absKernel<std::int16_t>(type)};
    case arrow::Type::INT32: return {.type = type, .kernel = absKernel<std::int32_t>(type)};
    case arrow::Type::INT64: return {.type = type, .kernel = absKernel<std::int64_t>(type)};
    case arrow::Type::FLOAT: return {.type = type, .kernel = absKernel<float>(type)};
    case arrow::Type::DOUBLE: return {.type = type, .kernel = absKernel<double>(type)};
    case arrow::Type::DECIMAL128: return {.type = type, .kernel = absKernel<Int128>(type)};
    default: return notNumber(operands);
    }
}

Binding bindSign(Operands& operands)
{
    const bool isExact = isInteger(*operands.type(0));
    if (!isNumeric(*operands.type(0)) && !isNullType(*operands.type(0)))
        return notNumber(operands);
    if (isDecimal(*operands.type(0)))
        return {.type = arrow::int8(), .kernel = signKernel<Int128>(arrow::int8())};
    const TypePtr type = isExact ? arrow::int64() : arrow::float64();
    if (auto failure = operands.convert(0, type))
        return *failure;
    return {.type = arrow::int8(),
            .kernel = isExact ? signKernel<std::int64_t>(type) : signKernel<double>(type)};
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

template <class Fn> Function unary(CatalogueEntry help, Fn fn)
{
    return {.entry = std::move(help),
            .overloads
            = {{{Want::Double}, arrow::float64(), eachRow<double, double>(arrow::float64(), fn)}}};
}

template <class Fn> Function test(CatalogueEntry help, Fn fn)
{
    return {.entry = std::move(help),
            .overloads
            = {{{Want::Double}, arrow::boolean(), eachRow<bool, double>(arrow::boolean(), fn)}}};
}

// sin and cos of an infinite angle are an error of the row, as in DuckDB.
template <class Fn> auto finite(Fn fn)
{
    return [fn](Row& row, double value) {
        if (std::isinf(value))
            row.fail("the angle is infinite");
        return fn(value);
    };
}

template <class Fn> auto logarithm(Fn fn)
{
    return [fn](Row& row, double value) {
        if (value == 0)
            row.fail("the logarithm of zero does not exist");
        else if (value < 0)
            row.fail("the logarithm of a negative number does not exist");
        return fn(value);
    };
}

double squareRoot(Row& row, double value)
{
    if (value < 0)
        row.fail("the square root of a negative number does not exist");
    return std::sqrt(value);
}

std::vector<Function> angleFunctions()
{
    return {
        unary(entry("sin", "sin(angle) -> double", "Sine of an angle in radians.", "sin(angle)"),
              finite([](double x) { return std::sin(x); })),
        unary(entry("cos", "cos(angle) -> double", "Cosine of an angle in radians.", "cos(angle)"),
              finite([](double x) { return std::cos(x); })),
        unary(entry("atan", "atan(x) -> double", "Arc tangent in radians.", "atan(x)"),
              [](double x) { return std::atan(x); }),
        unary(entry("radians", "radians(degrees) -> double", "Degrees as radians.",
                    "radians(degrees)"),
              [](double x) { return x * (std::numbers::pi / 180); }),
        unary(entry("degrees", "degrees(radians) -> double", "Radians as degrees.",
                    "degrees(radians)"),
              [](double x) { return x * (180 / std::numbers::pi); }),
        {.entry = entry("atan2", "atan2(y, x) -> double",
                        "The angle of a point seen from the origin.", "atan2(y, x)"),
         .overloads = {{{Want::Double, Want::Double},
                        arrow::float64(),
                        eachRow<double, double, double>(arrow::float64(),
                                                        [](double y, double x) {
                                                            return std::atan2(y, x);
                                                        })}}},
    };
}

} // namespace

std::vector<Function> mathFunctions()
{
    std::vector<Function> rows = angleFunctions();
    rows.push_back(
        {.entry = entry("abs", "abs(x) -> number", "The value without its sign.", "abs(x)"),
         .least = 1,
         .most = 1,
         .bind = bindAbs});
    rows.push_back({.entry = entry("sign", "sign(x) -> byte", "-1, 0 or 1.", "sign(x)"),
                    .least = 1,
                    .most = 1,
                    .bind = bindSign});
    rows.push_back(unary(entry("sqrt", "sqrt(x) -> double",
                               "Square root; an error of the row below 0.", "sqrt(x)"),
                         squareRoot));
    rows.push_back(unary(entry("cbrt", "cbrt(x) -> double", "Cube root.", "cbrt(x)"),
                         [](double x) { return std::cbrt(x); }));
    rows.push_back(unary(entry("exp", "exp(x) -> double", "e to the power of x.", "exp(x)"),
                         [](double x) { return std::exp(x); }));
    rows.push_back(unary(entry("ln", "ln(x) -> double",
                               "Natural logarithm; an error of the row up to 0.", "ln(x)"),
                         logarithm([](double x) { return std::log(x); })));
    rows.push_back(
        unary(entry("log10", "log10(x) -> double", "Logarithm to base 10.", "log10(x)", {"log"}),
              logarithm([](double x) { return std::log10(x); })));
    rows.push_back(unary(entry("log2", "log2(x) -> double", "Logarithm to base 2.", "log2(x)"),
                         logarithm([](double x) { return std::log2(x); })));
    rows.push_back(
        {.entry = entry("power", "power(x, y) -> double, x ** y", "x to the power of y.",
                        "power(x, y)", {"pow", "**", "^"}),
         .overloads = {{{Want::Double, Want::Double},
                        arrow::float64(),
                        eachRow<double, double, double>(arrow::float64(), [](double x, double y) {
                            return std::pow(x, y);
                        })}}});
    rows.push_back(
        {.entry = entry("pi", "pi() -> double", "3.14159...", "pi()"),
         .overloads = {{{}, arrow::float64(), [](Arguments, Evaluation&) -> arrow::Result<Datum> {
                            return Datum(std::numbers::pi);
                        }}}});
    rows.push_back(
        test(entry("isnan", "isnan(x) -> boolean", "Whether x is not a number.", "isnan(x)"),
             [](double x) { return std::isnan(x); }));
    rows.push_back(
        test(entry("isfinite", "isfinite(x) -> boolean", "Whether x is neither infinite nor NaN.",
                   "abs(x) < double('infinity')"),
             [](double x) { return std::isfinite(x); }));
    return rows;
}

} // namespace sluice::expr
