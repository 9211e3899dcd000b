// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/types.h"
#include "engine/expr/cast.h"
#include "engine/expr/function.h"
#include "engine/expr/type_rules.h"

#include <algorithm>
#include <array>

namespace sluice::expr {
namespace {

struct Wanted
{
    const char* name;
    TypePtr (*type)();
    bool (*accepts)(const arrow::DataType&);
};

bool isBoolean(const arrow::DataType& type)
{
    return type.id() == arrow::Type::BOOL;
}

bool isPointInTime(const arrow::DataType& type)
{
    return isTimestamp(type) || isDate(type);
}

// In the order of Want.
const std::array<Wanted, 7>& wanted()
{
    static const std::array<Wanted, 7> rows{
        {{"a string", [] { return arrow::utf8(); }, isText},
         {"an integer", [] { return arrow::int64(); }, isInteger},
         {"a number", [] { return arrow::float64(); }, isNumeric},
         {"a boolean", [] { return arrow::boolean(); }, isBoolean},
         {"a date", [] { return arrow::date32(); }, isDate},
         {"a timestamp", [] { return timestampType(); }, isPointInTime},
         {"an interval", [] { return arrow::month_day_nano_interval(); }, isInterval}}};
    return rows;
}

const Wanted& wanted(Want want)
{
    return wanted()[std::size_t(want)];
}

bool isAccepted(const Node& node, Want want)
{
    if (isNullType(*node.type) || wanted(want).accepts(*node.type))
        return true;
    // A text literal stands for a date or a timestamp where one is wanted, never for a number.
    const bool isTime = want == Want::Date || want == Want::Timestamp || want == Want::Interval;
    return isTime && node.isConstant() && node.isLiteral && isText(*node.type);
}

NodePtr cloneNode(const Node& node)
{
    auto out = std::make_unique<Node>();
    out->kind = node.kind;
    out->type = node.type;
    out->offset = node.offset;
    out->column = node.column;
    out->constant = node.constant;
    out->isLiteral = node.isLiteral;
    out->kernel = node.kernel;
    out->isStrict = node.isStrict;
    for (const NodePtr& child : node.children)
        out->children.push_back(cloneNode(*child));
    return out;
}

std::string plural(std::size_t count, const char* what)
{
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

Binding wrongCount(const Function& function, const Operands& operands)
{
    std::vector<std::size_t> counts;
    for (const Overload& overload : function.overloads)
        counts.push_back(overload.parameters.size());
    std::string takes;
    if (!counts.empty()) {
        const auto [least, most] = std::ranges::minmax(counts);
        takes = least == most ? plural(least, "argument")
                              : std::to_string(least) + " to " + plural(most, "argument");
    } else if (function.most < 0) {
        takes = "at least " + plural(std::size_t(function.least), "argument");
    } else if (function.least == function.most) {
        takes = plural(std::size_t(function.least), "argument");
    } else {
        takes = std::to_string(function.least) + " to "
            + plural(std::size_t(function.most), "argument");
    }
    return Binding::failure(operands.name() + " takes " + takes + ", not "
                                + std::to_string(operands.size()),
                            -1, "Write " + function.entry.signature + ".");
}

Binding wrongType(const Function& function, const Overload& overload, const Operands& operands)
{
    for (std::size_t i = 0; i < operands.size(); ++i) {
        if (isAccepted(operands.node(i), overload.parameters[i]))
            continue;
        return Binding::failure("argument " + std::to_string(i + 1) + " of " + operands.name()
                                    + " must be " + wanted(overload.parameters[i]).name + ", not "
                                    + displayName(*operands.type(i)),
                                int(i), "Write " + function.entry.signature + ".");
    }
    return {};
}

Binding bindOverload(const Function& function, Operands& operands)
{
    const Overload* nearest = nullptr;
    for (const Overload& overload : function.overloads) {
        if (overload.parameters.size() != operands.size())
            continue;
        bool isMatch = true;
        for (std::size_t i = 0; i < operands.size(); ++i)
            isMatch = isMatch && isAccepted(operands.node(i), overload.parameters[i]);
        if (!isMatch) {
            nearest = &overload;
            continue;
        }
        for (std::size_t i = 0; i < operands.size(); ++i) {
            if (auto failure = operands.convert(i, wanted(overload.parameters[i]).type()))
                return *failure;
        }
        return {.type = overload.result, .kernel = overload.kernel, .isStrict = overload.isStrict};
    }
    return nearest ? wrongType(function, *nearest, operands) : wrongCount(function, operands);
}

} // namespace

Binding Binding::failure(std::string error, int wrong, std::string hint)
{
    Binding out;
    out.error = std::move(error);
    out.hint = std::move(hint);
    out.wrong = wrong;
    return out;
}

const arrow::Scalar* Operands::constant(std::size_t i) const
{
    return m_nodes[i]->isConstant() ? m_nodes[i]->constant.scalar().get() : nullptr;
}

std::optional<std::string> Operands::text(std::size_t i) const
{
    const arrow::Scalar* scalar = constant(i);
    if (!scalar || !scalar->is_valid || !isText(*scalar->type))
        return std::nullopt;
    return static_cast<const arrow::StringScalar*>(scalar)->value->ToString();
}

std::optional<std::int64_t> Operands::integer(std::size_t i) const
{
    const arrow::Scalar* scalar = constant(i);
    if (!scalar || !scalar->is_valid)
        return std::nullopt;
    switch (scalar->type->id()) {
    case arrow::Type::INT8: return static_cast<const arrow::Int8Scalar*>(scalar)->value;
    case arrow::Type::INT16: return static_cast<const arrow::Int16Scalar*>(scalar)->value;
    case arrow::Type::INT32: return static_cast<const arrow::Int32Scalar*>(scalar)->value;
    case arrow::Type::INT64: return static_cast<const arrow::Int64Scalar*>(scalar)->value;
    default: return std::nullopt;
    }
}

void Operands::repeatFirst()
{
    m_nodes.insert(m_nodes.begin() + 1, cloneNode(*m_nodes.front()));
}

std::vector<std::size_t> Operands::all(std::size_t first) const
{
    std::vector<std::size_t> which;
    for (std::size_t i = first; i < size(); ++i)
        which.push_back(i);
    return which;
}

TypePtr Operands::common(std::size_t first) const
{
    return common(all(first));
}

TypePtr Operands::common(const std::vector<std::size_t>& which) const
{
    TypePtr firm = arrow::null(); // of what is not a text literal
    TypePtr text = arrow::null();
    for (const std::size_t i : which) {
        const bool isSoft = node(i).isConstant() && node(i).isLiteral && isText(*type(i));
        TypePtr& type = isSoft ? text : firm;
        type = commonType(type, m_nodes[i]->type);
        if (!type)
            return nullptr;
    }
    if (isNullType(*firm))
        return text;
    if (isNullType(*text) || isText(*firm) || castKernel(text, firm, false))
        return firm;
    return nullptr;
}

std::optional<Binding> Operands::convert(std::size_t i, const TypePtr& to)
{
    if (!convertsSilently(*m_nodes[i], to))
        return Binding::failure("argument " + std::to_string(i + 1) + " of " + m_name + " must be "
                                    + displayName(*to) + ", not " + displayName(*m_nodes[i]->type),
                                int(i), "Write CAST(... AS " + displayName(*to) + ").");
    std::string message;
    if (!convertNode(m_nodes[i], to, false, message))
        return Binding::failure(message, int(i));
    return std::nullopt;
}

std::optional<Binding> Operands::convertOpenly(std::size_t i, const TypePtr& to)
{
    std::string message;
    if (!convertNode(m_nodes[i], to, false, message))
        return Binding::failure(message, int(i));
    return std::nullopt;
}

std::optional<Binding> Operands::convertAll(const TypePtr& to, std::size_t first)
{
    for (std::size_t i = first; i < size(); ++i) {
        if (auto failure = convert(i, to))
            return failure;
    }
    return std::nullopt;
}

Binding bindCall(const Function& function, Operands& operands)
{
    if (!function.bind)
        return bindOverload(function, operands);
    const int count = int(operands.size());
    if (count < function.least || (function.most >= 0 && count > function.most))
        return wrongCount(function, operands);
    return function.bind(operands);
}

} // namespace sluice::expr
