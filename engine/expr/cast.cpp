// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/cast.h"

#include "engine/expr/calendar.h"
#include "engine/expr/type_rules.h"
#include "engine/expr/values.h"

#include <algorithm>

namespace sluice::expr {
namespace {

// A column of nothing but nulls takes any type.
Kernel nullCast(const TypePtr& to)
{
    return [to](Arguments, Evaluation& evaluation) -> arrow::Result<Datum> {
        ARROW_ASSIGN_OR_RAISE(auto nulls, arrow::MakeArrayOfNull(to, evaluation.rows));
        return Datum(std::move(nulls));
    };
}

Kernel timeCast(const TypePtr& from, const TypePtr& to)
{
    if (isDate(*from) && isTimestamp(*to))
        return eachRow<std::int64_t, std::int32_t>(to, [](std::int32_t days) {
            return days * kUsPerDay;
        });
    if (isTimestamp(*from) && isDate(*to))
        return eachRow<std::int32_t, std::int64_t>(to, [](std::int64_t us) {
            return std::int32_t(floorDivide(us, kUsPerDay));
        });
    return {};
}

bool isLiteralOf(const Node& node, bool (*test)(const arrow::DataType&))
{
    return node.isConstant() && node.isLiteral && test(*node.type);
}

} // namespace

Kernel castKernel(const TypePtr& from, const TypePtr& to, bool isTry)
{
    if (isNullType(*from))
        return nullCast(to);
    if (Kernel kernel = numberCast(from, to, isTry))
        return kernel;
    if (Kernel kernel = textCast(from, to, isTry))
        return kernel;
    return timeCast(from, to);
}

bool convertNode(NodePtr& node, const TypePtr& to, bool isTry, std::string& message)
{
    if (node->type->Equals(*to))
        return true;
    if (node->isConstant() && !node->constant.scalar()->is_valid) {
        node->type = to;
        node->constant = arrow::MakeNullScalar(to);
        return true;
    }
    Kernel kernel = castKernel(node->type, to, isTry);
    if (!kernel) {
        message = "cannot convert " + displayName(*node->type) + " to " + displayName(*to);
        return false;
    }
    auto cast = std::make_unique<Node>();
    cast->kind = Node::Kind::Call;
    cast->type = to;
    cast->offset = node->offset;
    cast->kernel = std::move(kernel);
    cast->children.push_back(std::move(node));
    node = std::move(cast);
    return foldNode(node, message);
}

bool foldNode(NodePtr& node, std::string& message)
{
    const bool areConstant = std::ranges::all_of(node->children, [](const NodePtr& child) {
        return child->isConstant();
    });
    if (node->isConstant() || node->kind == Node::Kind::Column || !areConstant)
        return true;
    EvalErrors errors;
    Evaluation evaluation{1, &errors};
    auto value = evaluateNode(*node, nullptr, evaluation);
    if (!value.ok()) {
        message = value.status().message();
        return false;
    }
    if (!errors.empty()) {
        message = errors.rows().front().reason;
        return false;
    }
    auto scalar = value->is_scalar()
        ? arrow::Result<std::shared_ptr<arrow::Scalar>>(value->scalar())
        : value->make_array()->GetScalar(0);
    if (!scalar.ok()) {
        message = scalar.status().message();
        return false;
    }
    auto folded = std::make_unique<Node>();
    folded->type = node->type;
    folded->offset = node->offset;
    folded->constant = *scalar;
    node = std::move(folded);
    return true;
}

bool convertsSilently(const Node& node, const TypePtr& to)
{
    if (node.type->Equals(*to) || isNullType(*node.type))
        return true;
    if (isLiteralOf(node, isText))
        return castKernel(node.type, to, false) != nullptr;
    if (isLiteralOf(node, isInteger) && isInteger(*to))
        return true; // folding finds out whether it fits
    if (isNumeric(*node.type) && isNumeric(*to)) {
        if (isFloating(*to))
            return !(node.type->id() == arrow::Type::DOUBLE && to->id() == arrow::Type::FLOAT);
        const TypePtr wide = commonType(node.type, to);
        return isDecimal(*to) ? !isFloating(*node.type) : wide->Equals(*to);
    }
    return isDate(*node.type) && isTimestamp(*to);
}

} // namespace sluice::expr
