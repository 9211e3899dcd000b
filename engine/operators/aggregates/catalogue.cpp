// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregates/catalogue.h"

#include "engine/columns/types.h"
#include "engine/operators/aggregates/count.h"
#include "engine/operators/aggregates/counted.h"
#include "engine/operators/aggregates/distinct.h"
#include "engine/operators/aggregates/extremes.h"
#include "engine/operators/aggregates/histogram.h"
#include "engine/operators/aggregates/sketches.h"
#include "engine/operators/aggregates/sums.h"
#include "engine/operators/aggregates/top_values.h"
#include "engine/operators/aggregates/variance.h"
#include "engine/state/key_codec.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <arrow/compute/cast.h>
#include <arrow/scalar.h>

namespace sluice::operators {
namespace {

constexpr double kMostTopValues = 1000, kMostBounds = 1000;

// What an aggregate takes and gives.
enum class Takes { Anything, Key, Number };

struct Rule
{
    Takes takes;
    std::size_t leastParameters, mostParameters;
};

const std::map<std::string, Rule>& rules()
{
    static const std::map<std::string, Rule> all{{"count", {Takes::Anything, 0, 0}},
                                                 {"sum", {Takes::Number, 0, 0}},
                                                 {"avg", {Takes::Number, 0, 0}},
                                                 {"min", {Takes::Key, 0, 0}},
                                                 {"max", {Takes::Key, 0, 0}},
                                                 {"first", {Takes::Key, 0, 0}},
                                                 {"last", {Takes::Key, 0, 0}},
                                                 {"var_samp", {Takes::Number, 0, 0}},
                                                 {"var_pop", {Takes::Number, 0, 0}},
                                                 {"stddev_samp", {Takes::Number, 0, 0}},
                                                 {"stddev_pop", {Takes::Number, 0, 0}},
                                                 {"approx_quantile", {Takes::Number, 1, 1}},
                                                 {"approx_distinct", {Takes::Key, 0, 0}},
                                                 {"top_k", {Takes::Key, 1, 1}},
                                                 {"histogram",
                                                  {Takes::Number, 1, std::size_t(kMostBounds)}}};
    return all;
}

std::string canonicalName(const std::string& name)
{
    static const std::map<std::string, std::string> aliases{{"mean", "avg"},
                                                            {"approx_count_distinct",
                                                             "approx_distinct"},
                                                            {"variance", "var_samp"},
                                                            {"stddev", "stddev_samp"},
                                                            {"first_value", "first"},
                                                            {"last_value", "last"},
                                                            {"approx_percentile",
                                                             "approx_quantile"}};
    const auto found = aliases.find(name);
    return found == aliases.end() ? name : found->second;
}

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

std::shared_ptr<arrow::DataType> outputType(const BoundAggregate& bound)
{
    const std::string& name = bound.function;
    if (name == "count" || name == "approx_distinct")
        return arrow::int64();
    if (name == "sum")
        return sumType(*bound.input);
    if (name == "top_k")
        return topValuesType(bound.input);
    if (name == "histogram")
        return histogramType();
    const bool isValue = rules().at(name).takes == Takes::Key;
    return isValue ? bound.input : arrow::float64();
}

// Reports what is wrong with one call.
class CallCheck
{
public:
    CallCheck(const expr::Call& call, const std::string& path, Diagnostics& out)
        : m_call(call)
        , m_path(path)
        , m_out(out)
    {
    }

    std::optional<BoundAggregate> bound()
    {
        BoundAggregate bound;
        bound.function = canonicalName(m_call.function);
        const auto rule = rules().find(bound.function);
        if (rule == rules().end())
            return unknown();
        bound.isDistinct = m_call.isDistinct;
        if (m_call.isDistinct && (bound.function != "count" || m_call.isStar))
            return fail(m_call.at, "DISTINCT is for count(DISTINCT x) only",
                        "min and max are the same without; approx_distinct(x) needs less memory");
        if (m_call.isStar && bound.function != "count")
            return fail(m_call.at, "only count takes *");
        if (!m_call.isStar && !hasRightArguments(rule->second, bound))
            return std::nullopt;
        bound.output = outputType(bound);
        return bound;
    }

private:
    std::nullopt_t fail(TextPosition at, std::string message, std::string suggestion = {})
    {
        m_out.error(at, m_path, std::move(message), std::move(suggestion));
        return std::nullopt;
    }
    std::nullopt_t unknown()
    {
        std::vector<std::string> names;
        for (const auto& [name, rule] : rules())
            names.push_back(name);
        return fail(m_call.at, "there is no aggregate \"" + m_call.function + "\"",
                    suggestionFor(m_call.function, names));
    }
    TextPosition argumentAt(std::size_t index) const
    {
        return index < m_call.argumentsAt.size() ? m_call.argumentsAt[index] : m_call.at;
    }

    bool hasRightArguments(const Rule& rule, BoundAggregate& bound)
    {
        const std::size_t found = m_call.arguments.size();
        const std::size_t least = 1 + rule.leastParameters, most = 1 + rule.mostParameters;
        if (found < least || found > most) {
            const std::string wanted = least == most
                ? std::to_string(least)
                : std::to_string(least) + " to " + std::to_string(most);
            fail(m_call.at,
                 bound.function + " takes " + wanted + " argument(s), found "
                     + std::to_string(found));
            return false;
        }
        bound.input = m_call.arguments[0].type();
        if (rule.takes == Takes::Number && !isNumber(*bound.input)) {
            fail(argumentAt(0),
                 bound.function + " needs a number, found " + typeName(*bound.input));
            return false;
        }
        const bool needsKey = rule.takes == Takes::Key || bound.isDistinct;
        if (needsKey && !state::isKeyType(*bound.input)) {
            fail(argumentAt(0), bound.function + " cannot take a " + typeName(*bound.input));
            return false;
        }
        for (std::size_t i = 1; i < found; ++i)
            bound.parameters.push_back(constantOf(m_call.arguments[i]));
        return areRightParameters(bound);
    }

    static double constantOf(const expr::Expression& argument)
    {
        const auto& scalar = argument.constant();
        if (!scalar || !scalar->is_valid)
            return std::nan("");
        const auto number = arrow::compute::Cast(scalar, arrow::float64());
        return number.ok() ? number->scalar_as<arrow::DoubleScalar>().value : std::nan("");
    }

    bool areRightParameters(const BoundAggregate& bound)
    {
        const std::vector<double>& given = bound.parameters;
        if (bound.function == "approx_quantile" && !(given[0] >= 0 && given[0] <= 1)) {
            fail(argumentAt(1), "the share is a constant between 0 and 1",
                 "approx_quantile(x, 0.95)");
            return false;
        }
        if (bound.function == "top_k"
            && !(given[0] >= 1 && given[0] <= kMostTopValues && std::floor(given[0]) == given[0])) {
            fail(argumentAt(1), "k is a whole number between 1 and 1000", "top_k(x, 10)");
            return false;
        }
        if (bound.function != "histogram")
            return true;
        for (std::size_t i = 0; i < given.size(); ++i) {
            if (std::isfinite(given[i]) && (i == 0 || given[i - 1] < given[i]))
                continue;
            fail(argumentAt(1 + i), "the bounds are ascending constants",
                 "histogram(x, 10, 100, 1000)");
            return false;
        }
        return true;
    }

    const expr::Call& m_call;
    const std::string& m_path;
    Diagnostics& m_out;
};

Spread spreadOf(const std::string& function)
{
    const bool isSample = function.ends_with("_samp");
    if (function.starts_with("var"))
        return isSample ? Spread::VarianceOfSample : Spread::VarianceOfPopulation;
    return isSample ? Spread::DeviationOfSample : Spread::DeviationOfPopulation;
}

} // namespace

const std::vector<AggregateInfo>& aggregateFunctions()
{
    static const std::vector<AggregateInfo> functions{
        {"count", "count(*), count(x) or count(DISTINCT x) -> long",
         "Counts rows, values that are not null, or different values (exactly).", "count(x)"},
        {"sum", "sum(x) -> long, decimal or double",
         "Adds values; exact for whole numbers and decimals.", "sum(x)"},
        {"avg", "avg(x) -> double", "The mean of the values.", "avg(x)"},
        {"min", "min(x) -> type of x", "The least value.", "min(x)"},
        {"max", "max(x) -> type of x", "The greatest value.", "max(x)"},
        {"first", "first(x) -> type of x",
         "The value with the least event time; of several the one that came first.",
         "min_by(x, event_time)"},
        {"last", "last(x) -> type of x",
         "The value with the greatest event time; of several the one that came last.",
         "max_by(x, event_time)"},
        {"var_samp", "var_samp(x) -> double",
         "The variance of a sample (also variance); null below two values.", "var_samp(x)"},
        {"var_pop", "var_pop(x) -> double", "The variance of a population.", "var_pop(x)"},
        {"stddev_samp", "stddev_samp(x) -> double",
         "The standard deviation of a sample (also stddev); null below two values.",
         "stddev_samp(x)"},
        {"stddev_pop", "stddev_pop(x) -> double", "The standard deviation of a population.",
         "stddev_pop(x)"},
        {"approx_quantile", "approx_quantile(x, share) -> double",
         "The value below which a share of all lies, within 1 % of it.",
         "approx_percentile(x, share, 100)"},
        {"approx_distinct", "approx_distinct(x) -> long",
         "How many different values: exact up to 256, then with a standard error of 1.6 %.",
         "approx_count_distinct(x)"},
        {"top_k", "top_k(x, k) -> list of struct(value, count)",
         "The k most frequent values; exact up to 2048 different ones, then a count may be too low "
         "by at most 1/1024 of the rows.",
         "approx_top_k(x, k)"},
        {"histogram", "histogram(x, b1, b2, ...) -> list of struct(from, to, count)",
         "How many values lie below b1, in [b1, b2) and so on, and from the last bound up.",
         "array(count_if(x < b1), count_if(x >= b1 AND x < b2), ...)"}};
    return functions;
}

std::unique_ptr<Aggregate> BoundAggregate::make() const
{
    if (function == "count" && !isDistinct)
        return makeCount();
    if (function == "count")
        return takesRowsOut ? makeCountedDistinct(input) : makeCountDistinct(input);
    if (function == "min" || function == "max")
        return takesRowsOut ? makeCountedExtreme(input, function == "max")
                            : makeExtreme(input, function == "max");
    if (function == "first" || function == "last")
        return makeFirst(input, function == "last");
    if (function == "approx_quantile")
        return takesRowsOut ? makeCountedQuantile(input, parameters[0])
                            : makeQuantile(parameters[0]);
    if (function == "approx_distinct")
        return makeApproxDistinct(input);
    if (function == "top_k")
        return makeTopValues(input, std::size_t(parameters[0]));
    if (function == "histogram")
        return makeHistogram(parameters);
    if (function.starts_with("var") || function.starts_with("stddev"))
        return makeVariance(spreadOf(function));
    if (arrow::is_floating(input->id()))
        return makeRealSum(function == "avg");
    return makeExactSum(input, output);
}

bool BoundAggregate::canTakeRowsOut(std::string& cure) const
{
    // The sketches forget which values they have seen; a row that is taken out does not say at what
    // time it came.
    static const std::map<std::string, std::string> cures{
        {"first", "take it from the rows before the changes, or rank them: top_n with order_by"},
        {"last", "take it from the rows before the changes, or rank them: top_n with order_by"},
        {"approx_distinct", "count(DISTINCT x) can"},
        {"top_k",
         "group by the value as well and count(*), or take it from the rows before the "
         "changes"}};
    const auto found = cures.find(function);
    if (found != cures.end())
        cure = found->second;
    return found == cures.end();
}

std::optional<BoundAggregate> bindAggregate(const expr::Call& call, const std::string& path,
                                            Diagnostics& out)
{
    return CallCheck(call, path, out).bound();
}

} // namespace sluice::operators
