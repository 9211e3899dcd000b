// SPDX-License-Identifier: Apache-2.0
// Logic with three values, CASE, and what deals with null.
#include "engine/expr/functions/comparison.h"
#include "engine/expr/type_rules.h"

#include <arrow/compute/api.h>

namespace sluice::expr {
namespace {

Binding bindConjunction(Operands& operands, Node::Kind kind)
{
    for (std::size_t i = 0; i < operands.size(); ++i) {
        if (operands.type(i)->id() != arrow::Type::BOOL && !isNullType(*operands.type(i)))
            return Binding::failure("a condition is expected, not "
                                        + displayName(*operands.type(i)),
                                    int(i), "compare it with a value");
    }
    if (auto failure = operands.convertAll(arrow::boolean()))
        return *failure;
    return {.type = arrow::boolean(), .isStrict = false, .kind = kind};
}

Binding bindNot(Operands& operands)
{
    Binding binding = bindConjunction(operands, Node::Kind::Call);
    binding.kernel
        = [](Arguments arguments, Evaluation&) { return arrow::compute::Invert(arguments[0]); };
    binding.isStrict = true;
    return binding;
}

Binding bindIsNull(bool isNegated)
{
    Kernel kernel = [isNegated](Arguments arguments, Evaluation&) {
        return isNegated ? arrow::compute::IsValid(arguments[0])
                         : arrow::compute::IsNull(arguments[0]);
    };
    return {.type = arrow::boolean(), .kernel = std::move(kernel), .isStrict = false};
}

Binding noCommonType(const Operands& operands, const char* what,
                     const std::vector<std::size_t>& which)
{
    std::string types;
    for (const std::size_t i : which) {
        const std::string name = displayName(*operands.type(i));
        if (types.find(name) == std::string::npos)
            types += (types.empty() ? "" : " and ") + name;
    }
    return Binding::failure(std::string(what) + " have different types: " + types, -1,
                            "Write CAST(... AS ...).");
}

Binding bindCase(Operands& operands)
{
    std::vector<std::size_t> values;
    for (std::size_t i = 0; i + 1 < operands.size(); i += 2) {
        if (operands.type(i)->id() != arrow::Type::BOOL && !isNullType(*operands.type(i)))
            return Binding::failure("WHEN needs a condition, not " + displayName(*operands.type(i)),
                                    int(i), "compare it with a value");
        if (auto failure = operands.convert(i, arrow::boolean()))
            return *failure;
        values.push_back(i + 1);
    }
    values.push_back(operands.size() - 1);
    TypePtr type = operands.common(values);
    if (!type)
        return noCommonType(operands, "the branches of CASE", values);
    if (isNullType(*type))
        type = arrow::int32();
    for (const std::size_t i : values) {
        if (auto failure = operands.convert(i, type))
            return *failure;
    }
    return {.type = type, .isStrict = false, .kind = Node::Kind::Case};
}

Binding bindCoalesce(Operands& operands)
{
    TypePtr type = operands.common();
    if (!type)
        return noCommonType(operands, "the arguments of coalesce", operands.all());
    if (isNullType(*type))
        type = arrow::int32();
    if (auto failure = operands.convertAll(type))
        return *failure;
    return {.type = type, .isStrict = false, .kind = Node::Kind::Coalesce};
}

// The greatest or least value that is not null; Compare(a, b) prefers a.
template <template <class> class Compare> struct Extreme
{
    TypePtr type;

    template <class T> Kernel operator()(std::type_identity<T>) const
    {
        return [type = type](Arguments arguments, Evaluation& evaluation) -> arrow::Result<Datum> {
            std::vector<Reader<T>> values(arguments.begin(), arguments.end());
            std::vector<NullReader> nulls(arguments.begin(), arguments.end());
            Validity validity(evaluation.rows);
            Writer<T> writer;
            ARROW_RETURN_NOT_OK(writer.reserve(evaluation.rows));
            for (std::int64_t i = 0; i < evaluation.rows; ++i) {
                T best{};
                bool isFound = false;
                for (std::size_t k = 0; k < values.size(); ++k) {
                    if (nulls[k].isValid(i) && (!isFound || Compare<T>()(values[k][i], best))) {
                        best = values[k][i];
                        isFound = true;
                    }
                }
                writer.set(i, best);
                if (!isFound)
                    validity.setNull(i);
            }
            return writer.finish(type, evaluation.rows, validity);
        };
    }
};

template <template <class> class Compare> Binding bindExtreme(Operands& operands)
{
    TypePtr type = operands.common();
    if (!type)
        return noCommonType(operands, "the arguments", operands.all());
    if (isNullType(*type))
        type = arrow::int32();
    if (auto failure = operands.convertAll(type))
        return *failure;
    Kernel kernel = dispatchComparable(*type, Extreme<Compare>{type});
    if (!kernel)
        return Binding::failure("values of type " + displayName(*type) + " have no order");
    return {.type = type, .kernel = std::move(kernel), .isStrict = false};
}

// nullif(a, b) keeps the type of a; the comparison happens in the common type.
struct NullIf
{
    template <class T> Kernel operator()(std::type_identity<T>) const
    {
        return [isEqual
                = compareKernel<T>(Equal<T>())](Arguments arguments,
                                                Evaluation& evaluation) -> arrow::Result<Datum> {
            if (arguments[2].is_scalar() && !arguments[2].scalar()->is_valid)
                return arguments[0];
            if (arguments[0].is_scalar() && !arguments[0].scalar()->is_valid)
                return arguments[0];
            ARROW_ASSIGN_OR_RAISE(Datum same, isEqual(arguments.subspan(1), evaluation));
            const Datum null(arrow::MakeNullScalar(arguments[0].type()));
            ARROW_ASSIGN_OR_RAISE(Datum taken,
                                  arrow::compute::CallFunction("coalesce", {same, Datum(false)}));
            return arrow::compute::IfElse(taken, null, arguments[0]);
        };
    }
};

Binding bindNullIf(Operands& operands)
{
    TypePtr common = operands.common();
    if (common && isNullType(*common))
        common = arrow::int32();
    if (!common)
        return notComparable(operands, 0, 1);
    if (isNullType(*operands.type(0))) {
        if (auto failure = operands.convert(0, common))
            return *failure;
    }
    Kernel kernel = dispatchComparable(*common, NullIf());
    if (!kernel)
        return notComparable(operands, 0, 1);
    const TypePtr type = operands.type(0);
    operands.repeatFirst();
    if (auto failure = operands.convertAll(common, 1))
        return *failure;
    return {.type = type, .kernel = std::move(kernel), .isStrict = false};
}

CatalogueEntry entry(const char* name, const char* category, const char* signature,
                     const char* help, const char* spark, bool isOperator = false,
                     std::vector<std::string> aliases = {})
{
    return {.name = name,
            .category = category,
            .signature = signature,
            .help = help,
            .spark = spark,
            .aliases = std::move(aliases),
            .isOperator = isOperator};
}

std::vector<Function> logicFunctions()
{
    return {
        {.entry
         = entry("AND", "logic", "a AND b -> boolean",
                 "True when both are; false when one is false, even beside null.", "a AND b", true),
         .least = 2,
         .bind = [](Operands& operands) { return bindConjunction(operands, Node::Kind::And); }},
        {.entry
         = entry("OR", "logic", "a OR b -> boolean",
                 "True when one is, even beside null; false when both are false.", "a OR b", true),
         .least = 2,
         .bind = [](Operands& operands) { return bindConjunction(operands, Node::Kind::Or); }},
        {.entry = entry("NOT", "logic", "NOT a -> boolean", "The opposite; null stays null.",
                        "NOT a", true),
         .least = 1,
         .most = 1,
         .bind = bindNot},
        {.entry = entry("IS NULL", "logic", "a IS NULL -> boolean", "Whether there is no value.",
                        "a IS NULL", true),
         .least = 1,
         .most = 1,
         .bind = [](Operands&) { return bindIsNull(false); }},
        {.entry = entry("IS NOT NULL", "logic", "a IS NOT NULL -> boolean",
                        "Whether there is a value.", "a IS NOT NULL", true),
         .least = 1,
         .most = 1,
         .bind = [](Operands&) { return bindIsNull(true); }},
    };
}

} // namespace

std::vector<Function> conditionalFunctions()
{
    std::vector<Function> rows = logicFunctions();
    rows.push_back({.entry = entry("CASE", "conditional", "CASE WHEN a THEN x ... ELSE y END",
                                   "The value of the first branch whose condition is true.",
                                   "CASE WHEN a THEN x ELSE y END", true),
                    .least = 3,
                    .bind = bindCase});
    rows.push_back({.entry = entry("if", "conditional", "if(condition, x, y)",
                                   "x when the condition is true, else y.", "if(condition, x, y)"),
                    .least = 3,
                    .most = 3,
                    .bind = bindCase});
    rows.push_back({.entry = entry("coalesce", "conditional", "coalesce(x, y, ...)",
                                   "The first value that is not null.", "coalesce(x, y, ...)"),
                    .least = 1,
                    .bind = bindCoalesce});
    rows.push_back({.entry = entry("ifnull", "conditional", "ifnull(x, y)",
                                   "y when x is null, else x.", "ifnull(x, y)"),
                    .least = 2,
                    .most = 2,
                    .bind = bindCoalesce});
    rows.push_back({.entry = entry("nullif", "conditional", "nullif(x, y)",
                                   "Null when both are equal, else x.", "nullif(x, y)"),
                    .least = 2,
                    .most = 2,
                    .bind = bindNullIf});
    rows.push_back(
        {.entry = entry("greatest", "conditional", "greatest(x, y, ...)",
                        "The greatest value; nulls are left out.", "greatest(x, y, ...)"),
         .least = 1,
         .bind = bindExtreme<Greater>});
    rows.push_back({.entry = entry("least", "conditional", "least(x, y, ...)",
                                   "The least value; nulls are left out.", "least(x, y, ...)"),
                    .least = 1,
                    .bind = bindExtreme<Less>});
    return rows;
}

} // namespace sluice::expr
