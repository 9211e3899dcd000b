// SPDX-License-Identifier: Apache-2.0
// BETWEEN and IN.
#include "engine/expr/functions/comparison.h"
#include "engine/expr/type_rules.h"

#include <memory>
#include <unordered_set>

#include <arrow/compute/api.h>

namespace sluice::expr {
namespace {

// Both bounds constant and not null: one pass over the values.
struct ConstantBetween
{
    template <class T> Kernel operator()(std::type_identity<T>) const
    {
        return [](Arguments arguments, Evaluation& evaluation) -> arrow::Result<Datum> {
            const Reader<T> values(arguments[0]);
            const T lower = Reader<T>(arguments[1])[0];
            const T upper = Reader<T>(arguments[2])[0];
            Validity validity = Validity::ofAll(arguments, evaluation.rows);
            Writer<bool> writer;
            ARROW_RETURN_NOT_OK(writer.reserve(evaluation.rows));
            const auto isBetween = [lower, upper](const T& value) {
                return bool(int(!Less<T>()(value, lower)) & int(!Less<T>()(upper, value)));
            };
            if constexpr (!std::is_same_v<T, bool> && !std::is_same_v<T, std::string_view>) {
                if (const T* plain = values.values()) {
                    fillBits(writer.bits(), evaluation.rows, [plain, isBetween](std::int64_t i) {
                        return isBetween(Reader<T>::load(plain, i));
                    });
                    return writer.finish(arrow::boolean(), evaluation.rows, validity);
                }
            }
            fillBits(writer.bits(), evaluation.rows,
                     [&](std::int64_t i) { return isBetween(values[i]); });
            return writer.finish(arrow::boolean(), evaluation.rows, validity);
        };
    }
};

struct AtLeast
{
    template <class T> Kernel operator()(std::type_identity<T>) const
    {
        return compareKernel<T>(GreaterEqual<T>());
    }
};

struct AtMost
{
    template <class T> Kernel operator()(std::type_identity<T>) const
    {
        return compareKernel<T>(LessEqual<T>());
    }
};

// A comparison with a null bound is null; the other bound may still decide that it is false.
arrow::Result<Datum> compareOrNull(const Kernel& kernel, const Datum& value, const Datum& bound,
                                   Evaluation& evaluation)
{
    const Datum arguments[] = {value, bound};
    for (const Datum& argument : arguments) {
        if (argument.is_scalar() && !argument.scalar()->is_valid)
            return Datum(arrow::MakeNullScalar(arrow::boolean()));
    }
    return kernel(arguments, evaluation);
}

Binding bindBetween(Operands& operands)
{
    TypePtr type = operands.common();
    if (type && isNullType(*type))
        type = arrow::boolean();
    if (!type)
        return notComparable(operands, 0, commonType(operands.type(0), operands.type(1)) ? 2 : 1);
    if (auto failure = operands.convertAll(type))
        return *failure;
    const arrow::Scalar* lower = operands.constant(1);
    const arrow::Scalar* upper = operands.constant(2);
    Kernel single = dispatchComparable(*type, ConstantBetween());
    if (!single)
        return notComparable(operands, 0, 1);
    if (lower && upper && lower->is_valid && upper->is_valid)
        return {.type = arrow::boolean(), .kernel = std::move(single)};
    Kernel kernel
        = [atLeast = dispatchComparable(*type, AtLeast()),
           atMost
           = dispatchComparable(*type, AtMost())](Arguments arguments,
                                                  Evaluation& evaluation) -> arrow::Result<Datum> {
        ARROW_ASSIGN_OR_RAISE(Datum low,
                              compareOrNull(atLeast, arguments[0], arguments[1], evaluation));
        ARROW_ASSIGN_OR_RAISE(Datum high,
                              compareOrNull(atMost, arguments[0], arguments[2], evaluation));
        return arrow::compute::KleeneAnd(low, high);
    };
    return {.type = arrow::boolean(), .kernel = std::move(kernel), .isStrict = false};
}

// Few values are compared one by one, many are looked up.
constexpr std::size_t kLinearSearch = 8;

template <class T> class ValueSet
{
public:
    void add(const Datum& value) { m_values.push_back(Reader<T>(value)[0]); }
    void finish() { std::ranges::sort(m_values, Less<T>()); }
    bool contains(const T& value) const
    {
        if (m_values.size() > kLinearSearch)
            return std::binary_search(m_values.begin(), m_values.end(), value, Less<T>());
        for (const T& known : m_values) {
            if (Equal<T>()(known, value))
                return true;
        }
        return false;
    }

private:
    std::vector<T> m_values;
};

template <> class ValueSet<std::string_view>
{
public:
    void add(const Datum& value) { m_texts.emplace_back(Reader<std::string_view>(value)[0]); }
    void finish() { m_set = {m_texts.begin(), m_texts.end()}; }
    bool contains(std::string_view value) const
    {
        if (m_texts.size() > kLinearSearch)
            return m_set.contains(value);
        return std::ranges::find(m_texts, value) != m_texts.end();
    }

private:
    std::vector<std::string> m_texts; // what the views of the set look at
    std::unordered_set<std::string_view> m_set;
};

struct InConstants
{
    const Operands& operands;

    template <class T> Kernel operator()(std::type_identity<T>) const
    {
        if constexpr (std::is_same_v<T, bool>) {
            return {};
        } else {
            auto set = std::make_shared<ValueSet<T>>();
            bool hasNull = false;
            for (std::size_t i = 1; i < operands.size(); ++i) {
                if (operands.constant(i)->is_valid)
                    set->add(operands.node(i).constant);
                else
                    hasNull = true;
            }
            set->finish();
            std::shared_ptr<const ValueSet<T>> values = std::move(set);
            if (!hasNull)
                return eachRow<bool, T>(arrow::boolean(),
                                        [values](T value) { return values->contains(value); });
            return eachRow<bool, T>(arrow::boolean(), [values](Row& row, T value) {
                if (values->contains(value))
                    return true;
                row.setNull(); // it may be equal to the unknown one
                return false;
            });
        }
    }
};

struct EqualTo
{
    template <class T> Kernel operator()(std::type_identity<T>) const
    {
        return compareKernel<T>(Equal<T>());
    }
};

Binding bindIn(Operands& operands)
{
    TypePtr type = operands.common();
    if (type && isNullType(*type))
        type = arrow::boolean();
    if (!type || !dispatchComparable(*type, EqualTo())) {
        std::size_t other = 1;
        while (other + 1 < operands.size() && commonType(operands.type(0), operands.type(other)))
            ++other;
        return notComparable(operands, 0, other);
    }
    if (auto failure = operands.convertAll(type))
        return *failure;
    bool areConstant = true;
    for (std::size_t i = 1; i < operands.size(); ++i)
        areConstant = areConstant && operands.constant(i);
    if (areConstant) {
        if (Kernel kernel = dispatchComparable(*type, InConstants{operands})) {
            operands.drop(1);
            return {.type = arrow::boolean(), .kernel = std::move(kernel)};
        }
    }
    Kernel kernel
        = [isEqual
           = dispatchComparable(*type, EqualTo())](Arguments arguments,
                                                   Evaluation& evaluation) -> arrow::Result<Datum> {
        ARROW_ASSIGN_OR_RAISE(Datum out,
                              compareOrNull(isEqual, arguments[0], arguments[1], evaluation));
        for (std::size_t i = 2; i < arguments.size(); ++i) {
            ARROW_ASSIGN_OR_RAISE(Datum next,
                                  compareOrNull(isEqual, arguments[0], arguments[i], evaluation));
            ARROW_ASSIGN_OR_RAISE(out, arrow::compute::KleeneOr(out, next));
        }
        return out;
    };
    return {.type = arrow::boolean(), .kernel = std::move(kernel), .isStrict = false};
}

} // namespace

std::vector<Function> membershipFunctions()
{
    return {
        {.entry = {.name = "BETWEEN",
                   .category = "comparison",
                   .signature = "a BETWEEN low AND high -> boolean",
                   .help = "Whether a lies between both bounds, each included.",
                   .spark = "a BETWEEN low AND high",
                   .isOperator = true},
         .least = 3,
         .most = 3,
         .bind = bindBetween},
        {.entry = {.name = "IN",
                   .category = "comparison",
                   .signature = "a IN (x, y, ...) -> boolean",
                   .help = "Whether a equals one of the values; null when it may equal a null.",
                   .spark = "a IN (x, y, ...)",
                   .isOperator = true},
         .least = 2,
         .most = -1,
         .bind = bindIn},
    };
}

} // namespace sluice::expr
