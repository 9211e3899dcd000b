// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/functions/comparison.h"

#include "engine/expr/function.h"
#include "engine/expr/type_rules.h"

namespace sluice::expr {
namespace {

template <template <class> class Compare> struct Comparison
{
    template <class T> Kernel operator()(std::type_identity<T>) const
    {
        return compareKernel<T>(Compare<T>());
    }
};

// Arrays of booleans, text and numbers have readers of their own; the rest cannot be compared.
template <template <class> class Compare> Binding bindComparison(Operands& operands)
{
    TypePtr type = operands.common();
    if (type && isNullType(*type))
        type = arrow::boolean();
    if (!type)
        return notComparable(operands, 0, 1);
    if (auto failure = operands.convertAll(type))
        return *failure;
    Kernel kernel = dispatchComparable(*type, Comparison<Compare>());
    if (!kernel)
        return notComparable(operands, 0, 1);
    return {.type = arrow::boolean(), .kernel = std::move(kernel)};
}

// Null-safe: null equals null. Not strict.
struct Distinct
{
    bool isNegated;

    template <class T> Kernel operator()(std::type_identity<T>) const
    {
        return [isNegated = isNegated](Arguments arguments,
                                       Evaluation& evaluation) -> arrow::Result<Datum> {
            const Reader<T> left(arguments[0]);
            const Reader<T> right(arguments[1]);
            const NullReader leftNulls(arguments[0]);
            const NullReader rightNulls(arguments[1]);
            Validity validity(evaluation.rows);
            Writer<bool> writer;
            ARROW_RETURN_NOT_OK(writer.reserve(evaluation.rows));
            for (std::int64_t i = 0; i < evaluation.rows; ++i) {
                const bool isLeft = leftNulls.isValid(i);
                const bool isRight = rightNulls.isValid(i);
                const bool isDistinct
                    = isLeft != isRight || (isLeft && !Equal<T>()(left[i], right[i]));
                writer.set(i, isDistinct != isNegated);
            }
            return writer.finish(arrow::boolean(), evaluation.rows, validity);
        };
    }
};

Binding bindDistinct(Operands& operands, bool isNegated)
{
    TypePtr type = operands.common();
    if (type && isNullType(*type))
        type = arrow::boolean();
    if (!type)
        return notComparable(operands, 0, 1);
    if (auto failure = operands.convertAll(type))
        return *failure;
    Kernel kernel = dispatchComparable(*type, Distinct{isNegated});
    if (!kernel)
        return notComparable(operands, 0, 1);
    return {.type = arrow::boolean(), .kernel = std::move(kernel), .isStrict = false};
}

CatalogueEntry entry(const char* name, const char* signature, const char* help, const char* spark,
                     std::vector<std::string> aliases = {})
{
    return {.name = name,
            .category = "comparison",
            .signature = signature,
            .help = help,
            .spark = spark,
            .aliases = std::move(aliases),
            .isOperator = true};
}

Function comparison(CatalogueEntry help, Binding (*bind)(Operands&))
{
    return {.entry = std::move(help), .least = 2, .most = 2, .bind = bind};
}

} // namespace

Binding notComparable(const Operands& operands, std::size_t left, std::size_t right)
{
    return Binding::failure("cannot compare " + displayName(*operands.type(left)) + " with "
                                + displayName(*operands.type(right)),
                            -1, "Write CAST(... AS " + displayName(*operands.type(right)) + ").");
}

std::vector<Function> comparisonFunctions()
{
    return {
        comparison(entry("=", "a = b -> boolean", "Whether both are equal; null when one is null.",
                         "a = b", {"=="}),
                   bindComparison<Equal>),
        comparison(entry("<>", "a <> b -> boolean", "Whether both differ; null when one is null.",
                         "a <> b", {"!="}),
                   bindComparison<NotEqual>),
        comparison(entry("<", "a < b -> boolean",
                         "Whether a is less; strings compare byte by byte.", "a < b"),
                   bindComparison<Less>),
        comparison(entry("<=", "a <= b -> boolean", "Whether a is less or equal.", "a <= b"),
                   bindComparison<LessEqual>),
        comparison(entry(">", "a > b -> boolean",
                         "Whether a is greater; NaN is the greatest number.", "a > b"),
                   bindComparison<Greater>),
        comparison(entry(">=", "a >= b -> boolean", "Whether a is greater or equal.", "a >= b"),
                   bindComparison<GreaterEqual>),
        comparison(entry("IS DISTINCT FROM", "a IS DISTINCT FROM b -> boolean",
                         "Whether both differ, null being a value like any other.",
                         "NOT (a <=> b)"),
                   [](Operands& operands) { return bindDistinct(operands, false); }),
        comparison(entry("IS NOT DISTINCT FROM", "a IS NOT DISTINCT FROM b -> boolean",
                         "Whether both are equal, null being a value like any other.", "a <=> b"),
                   [](Operands& operands) { return bindDistinct(operands, true); }),
    };
}

} // namespace sluice::expr
