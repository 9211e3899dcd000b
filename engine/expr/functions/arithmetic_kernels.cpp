// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/functions/arithmetic.h"
#include "engine/expr/type_rules.h"
#include "engine/expr/value_text.h"
#include "engine/expr/values.h"

#include <cmath>

namespace sluice::expr {
namespace {

using arrow::Type;

// Computes all rows without looking at nulls, then looks for the rows that did not fit. Op is
// bool(T, T, T& out); a loop for each shape of operands keeps the constant in a register.
template <class T, class Op, class Describe>
arrow::Result<Datum> checkedLoop(const TypePtr& type, Arguments arguments, Evaluation& evaluation,
                                 const Op& op, const Describe& describe)
{
    const Reader<T> left(arguments[0]);
    const Reader<T> right(arguments[1]);
    Validity validity = Validity::ofAll(arguments, evaluation.rows);
    Writer<T> writer;
    ARROW_RETURN_NOT_OK(writer.reserve(evaluation.rows));
    T* out = writer.values();
    const std::int64_t rows = evaluation.rows;
    bool isGood = true;
    if (left.values() && right.values()) {
        for (std::int64_t i = 0; i < rows; ++i)
            isGood &= op(Reader<T>::load(left.values(), i), Reader<T>::load(right.values(), i),
                         out[i]);
    } else if (left.values()) {
        const T b = right[0];
        for (std::int64_t i = 0; i < rows; ++i)
            isGood &= op(Reader<T>::load(left.values(), i), b, out[i]);
    } else {
        const T a = left[0];
        for (std::int64_t i = 0; i < rows; ++i)
            isGood &= op(a, right[i], out[i]);
    }
    for (std::int64_t i = 0; !isGood && i < rows; ++i) {
        if (!validity.isValid(i) || op(left[i], right[i], out[i]))
            continue;
        evaluation.errors->add(i, describe(left[i], right[i]));
        validity.setNull(i);
    }
    return writer.finish(type, rows, validity);
}

template <class T, class Op> Kernel checkedKernel(const TypePtr& type, char sign, Op op)
{
    return [type, sign, op](Arguments arguments, Evaluation& evaluation) {
        return checkedLoop<T>(type, arguments, evaluation, op, [&](T a, T b) {
            return std::to_string(a) + " " + sign + " " + std::to_string(b) + " does not fit "
                + displayName(*type);
        });
    };
}

template <class T> Kernel wholeNumber(char operation, const TypePtr& type)
{
    switch (operation) {
    case '+':
        return checkedKernel<T>(type, '+', [](T a, T b, T& out) {
            return !__builtin_add_overflow(a, b, &out);
        });
    case '-':
        return checkedKernel<T>(type, '-', [](T a, T b, T& out) {
            return !__builtin_sub_overflow(a, b, &out);
        });
    case '*':
        return checkedKernel<T>(type, '*', [](T a, T b, T& out) {
            return !__builtin_mul_overflow(a, b, &out);
        });
    case '%':
        return eachRow<T, T, T>(type, [](Row& row, T a, T b) {
            if (b == 0)
                row.setNull();
            return b == 0 || b == -1 ? T(0) : T(a % b);
        });
    default:
        return eachRow<T, T, T>(type, [type](Row& row, T a, T b) {
            if (b == 0)
                row.setNull();
            else if (b == -1 && a == std::numeric_limits<T>::min())
                row.fail(std::to_string(a) + " // -1 does not fit " + displayName(*type));
            else
                return T(a / b);
            return T(0);
        });
    }
}

template <class T> Kernel floating(char operation, const TypePtr& type)
{
    const auto loop = [&](auto op) -> Kernel {
        return [type, op](Arguments arguments, Evaluation& evaluation) {
            return checkedLoop<T>(
                type, arguments, evaluation,
                [op](T a, T b, T& out) {
                    out = op(a, b);
                    return true;
                },
                [](T, T) { return std::string(); });
        };
    };
    switch (operation) {
    case '+': return loop([](T a, T b) { return a + b; });
    case '-': return loop([](T a, T b) { return a - b; });
    case '*': return loop([](T a, T b) { return a * b; });
    case '%':
        return eachRow<T, T, T>(type, [](Row& row, T a, T b) {
            if (b == T(0))
                row.setNull();
            return b == T(0) ? T(0) : T(std::fmod(a, b));
        });
    default:
        return eachRow<T, T, T>(type, [](Row& row, T a, T b) {
            if (b == T(0))
                row.setNull();
            return b == T(0) ? T(0) : a / b;
        });
    }
}

template <class Op> Kernel checkedDecimal(const TypePtr& type, char sign, Op op)
{
    const Int128 limit = powerOfTen(precisionOf(*type));
    return [type, sign, op, limit](Arguments arguments, Evaluation& evaluation) {
        const int leftScale = scaleOf(*arguments[0].type());
        const int rightScale = scaleOf(*arguments[1].type());
        return checkedLoop<Int128>(
            type, arguments, evaluation,
            [op, limit](Int128 a, Int128 b, Int128& out) {
                return !op(a, b, &out) && out < limit && out > -limit;
            },
            [&](Int128 a, Int128 b) {
                std::string out;
                appendDecimal(out, a, leftScale);
                out += std::string(" ") + sign + " ";
                appendDecimal(out, b, rightScale);
                return out + " does not fit " + displayName(*type);
            });
    };
}

} // namespace

Kernel wholeNumberKernel(char operation, const TypePtr& type)
{
    switch (type->id()) {
    case Type::INT8: return wholeNumber<std::int8_t>(operation, type);
    case Type::INT16: return wholeNumber<std::int16_t>(operation, type);
    case Type::INT32: return wholeNumber<std::int32_t>(operation, type);
    default: return wholeNumber<std::int64_t>(operation, type);
    }
}

Kernel floatingKernel(char operation, const TypePtr& type)
{
    return type->id() == Type::FLOAT ? floating<float>(operation, type)
                                     : floating<double>(operation, type);
}

Kernel decimalKernel(char operation, const TypePtr& type)
{
    switch (operation) {
    case '+':
        return checkedDecimal(type, '+', [](Int128 a, Int128 b, Int128* out) {
            return __builtin_add_overflow(a, b, out);
        });
    case '-':
        return checkedDecimal(type, '-', [](Int128 a, Int128 b, Int128* out) {
            return __builtin_sub_overflow(a, b, out);
        });
    case '*':
        return checkedDecimal(type, '*', [](Int128 a, Int128 b, Int128* out) {
            return __builtin_mul_overflow(a, b, out);
        });
    default:
        return eachRow<Int128, Int128, Int128>(type, [](Row& row, Int128 a, Int128 b) {
            if (b == 0)
                row.setNull();
            return b == 0 ? Int128(0) : a % b;
        });
    }
}

} // namespace sluice::expr
