// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/functions/arithmetic.h"

#include "engine/expr/type_rules.h"
#include "engine/expr/values.h"

#include <algorithm>

namespace sluice::expr {
namespace {

// A literal takes the type of the column beside it when it fits: tiny + 1 is a tinyint.
TypePtr integerType(const Operands& operands)
{
    for (std::size_t i = 0; i < 2; ++i) {
        const std::size_t other = 1 - i;
        const bool isLiteral = operands.node(i).isConstant() && operands.node(i).isLiteral;
        const bool isOtherLiteral
            = operands.node(other).isConstant() && operands.node(other).isLiteral;
        if (!isLiteral || isOtherLiteral || !isInteger(*operands.type(other)))
            continue;
        const auto value = operands.integer(i);
        const int bits
            = static_cast<const arrow::FixedWidthType&>(*operands.type(other)).bit_width();
        const std::int64_t limit = bits == 64 ? INT64_MAX : (std::int64_t(1) << (bits - 1)) - 1;
        if (value && *value <= limit && *value >= -limit - 1)
            return operands.type(other);
    }
    return commonType(operands.type(0), operands.type(1));
}

// DuckDB's rule: a digit more for a carry; what fits 18 digits stays there and is checked.
TypePtr decimalResult(const arrow::DataType& left, const arrow::DataType& right, char operation)
{
    const int widest = std::max(precisionOf(left), precisionOf(right));
    int scale = std::max(scaleOf(left), scaleOf(right));
    const int whole
        = std::max(precisionOf(left) - scaleOf(left), precisionOf(right) - scaleOf(right));
    int width = std::max(scale + whole, widest);
    if (operation == '*') {
        width = precisionOf(left) + precisionOf(right);
        scale = scaleOf(left) + scaleOf(right);
        if (width > 18 && widest <= 18 && scale < 18)
            width = 18;
    } else if (operation != '%') {
        ++width;
        if (width > 18 && widest <= 18)
            width = 18;
    }
    return scale > 38 ? nullptr : arrow::decimal128(std::min(width, 38), scale);
}

Binding bindDecimal(Operands& operands, char operation)
{
    const TypePtr left = decimalFor(*operands.type(0));
    const TypePtr right = decimalFor(*operands.type(1));
    const TypePtr result = decimalResult(*left, *right, operation);
    if (!result)
        return Binding::failure("the product has more than 38 digits behind the point", -1,
                                "Write CAST(... AS DOUBLE) around an operand.");
    const bool isProduct = operation == '*';
    for (std::size_t i = 0; i < 2; ++i) {
        if (auto failure = operands.convert(i, isProduct ? (i == 0 ? left : right) : result))
            return *failure;
    }
    return {.type = result, .kernel = decimalKernel(operation, result)};
}

Binding notNumbers(const Operands& operands, const char* verb)
{
    std::string message = std::string("cannot ") + verb + " " + displayName(*operands.type(0));
    if (operands.size() > 1)
        message += " and " + displayName(*operands.type(1));
    const bool isText = std::string_view(verb) == "add" && expr::isText(*operands.type(0));
    return Binding::failure(std::move(message), -1,
                            isText ? "Write || to join strings." : "Write CAST(... AS ...).");
}

Binding bindNumbers(Operands& operands, char operation, const char* verb)
{
    const arrow::DataType& left = *operands.type(0);
    const arrow::DataType& right = *operands.type(1);
    const bool areNumbers
        = (isNumeric(left) || isNullType(left)) && (isNumeric(right) || isNullType(right));
    if (!areNumbers)
        return notNumbers(operands, verb);
    TypePtr type = integerType(operands);
    if (isNullType(*type))
        type = arrow::int32();
    if (isDecimal(*type) && !isNullType(left) && !isNullType(right))
        return bindDecimal(operands, operation);
    if (auto failure = operands.convertAll(type))
        return *failure;
    if (isDecimal(*type))
        return {.type = type, .kernel = decimalKernel(operation, type)};
    return {.type = type,
            .kernel = isInteger(*type) ? wholeNumberKernel(operation, type)
                                       : floatingKernel(operation, type)};
}

template <class T> Kernel negateKernel(const TypePtr& type)
{
    return eachRow<T, T>(type, [type](Row& row, T value) {
        if constexpr (std::is_integral_v<T> && !std::is_same_v<T, Int128>) {
            if (value == std::numeric_limits<T>::min()) {
                row.fail("-(" + std::to_string(value) + ") does not fit " + displayName(*type));
                return T(0);
            }
        }
        return T(-value);
    });
}

Binding bindNegate(Operands& operands)
{
    const TypePtr type = isNullType(*operands.type(0)) ? arrow::int32() : operands.type(0);
    if (auto failure = operands.convert(0, type))
        return *failure;
    switch (type->id()) {
    case arrow::Type::INT8: return {.type = type, .kernel = negateKernel<std::int8_t>(type)};
    case arrow::Type::INT16: return {.type = type, .kernel = negateKernel<std::int16_t>(type)};
    case arrow::Type::INT32: return {.type = type, .kernel = negateKernel<std::int32_t>(type)};
    case arrow::Type::INT64: return {.type = type, .kernel = negateKernel<std::int64_t>(type)};
    case arrow::Type::FLOAT: return {.type = type, .kernel = negateKernel<float>(type)};
    case arrow::Type::DOUBLE: return {.type = type, .kernel = negateKernel<double>(type)};
    case arrow::Type::DECIMAL128: return {.type = type, .kernel = negateKernel<Int128>(type)};
    default: return notNumbers(operands, "negate");
    }
}

Binding bindPlus(Operands& operands)
{
    if (operands.size() == 1) {
        if (!isNumeric(*operands.type(0)))
            return notNumbers(operands, "apply + to");
        Binding identity;
        identity.isIdentity = true;
        return identity;
    }
    if (auto time = bindTimeArithmetic(operands, false))
        return *time;
    return bindNumbers(operands, '+', "add");
}

Binding bindMinus(Operands& operands)
{
    if (operands.size() == 1)
        return bindNegate(operands);
    if (auto time = bindTimeArithmetic(operands, true))
        return *time;
    return bindNumbers(operands, '-', "subtract");
}

Binding bindDivide(Operands& operands)
{
    const TypePtr common = operands.common();
    if (!common || (!isNumeric(*common) && !isNullType(*common)))
        return notNumbers(operands, "divide");
    const TypePtr type = common->id() == arrow::Type::FLOAT ? arrow::float32() : arrow::float64();
    if (auto failure = operands.convertAll(type))
        return *failure;
    return {.type = type, .kernel = floatingKernel('/', type)};
}

Binding bindWholeDivide(Operands& operands)
{
    for (std::size_t i = 0; i < 2; ++i) {
        if (!isInteger(*operands.type(i)) && !isNullType(*operands.type(i)))
            return Binding::failure("// divides integers, not " + displayName(*operands.type(i)),
                                    int(i), "Write floor(a / b).");
    }
    return bindNumbers(operands, 'i', "divide");
}

CatalogueEntry entry(const char* name, const char* signature, const char* help, const char* spark,
                     std::vector<std::string> aliases = {})
{
    return {.name = name,
            .category = "arithmetic",
            .signature = signature,
            .help = help,
            .spark = spark,
            .aliases = std::move(aliases),
            .isOperator = true};
}

} // namespace

std::vector<Function> arithmeticFunctions()
{
    return {
        {.entry = entry("+", "a + b -> number, date + days, timestamp + interval",
                        "Adds; an overflow is an error of its row.", "a + b"),
         .least = 1,
         .most = 2,
         .bind = bindPlus},
        {.entry = entry("-", "a - b -> number, -a, timestamp - interval, date - date -> days",
                        "Subtracts or negates; an overflow is an error of its row.", "a - b"),
         .least = 1,
         .most = 2,
         .bind = bindMinus},
        {.entry = entry("*", "a * b -> number", "Multiplies; an overflow is an error of its row.",
                        "a * b"),
         .least = 2,
         .most = 2,
         .bind = [](Operands& operands) { return bindNumbers(operands, '*', "multiply"); }},
        {.entry = entry("/", "a / b -> double", "Divides to a double; null when b is 0.", "a / b"),
         .least = 2,
         .most = 2,
         .bind = bindDivide},
        {.entry = entry("//", "a // b -> integer",
                        "Divides integers and cuts towards zero; null when b is 0.", "a div b"),
         .least = 2,
         .most = 2,
         .bind = bindWholeDivide},
        {.entry = entry("%", "a % b -> number", "Remainder with the sign of a; null when b is 0.",
                        "a % b", {"mod"}),
         .least = 2,
         .most = 2,
         .bind
         = [](Operands& operands) { return bindNumbers(operands, '%', "take the remainder of"); }},
    };
}

} // namespace sluice::expr
