// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/bind.h"
#include "engine/expr/expression.h"
#include "engine/expr/type_rules.h"

#include <algorithm>
#include <cctype>

namespace sluice::expr {
namespace {

// Where the text of a scalar begins: behind its quote, or on the line below the mark of a block.
TextPlace placeOf(const DocumentNode& node)
{
    TextPlace place{node.at, false};
    if (node.at.line == 0)
        return place;
    if (node.text.find('\n') != std::string::npos) {
        place.isBlock = true;
        ++place.at.line;
    } else if (node.isQuoted) {
        ++place.at.column;
    }
    return place;
}

bool isExpressionText(const DocumentNode& node, const std::string& path, Diagnostics& out)
{
    if (node.isScalar())
        return true;
    out.error(node.at, path, "an expression is expected",
              node.isNull() ? "" : "an expression that begins with { or [ needs quotes");
    return false;
}

std::optional<Expression> compile(const std::string& text, const TextPlace& place,
                                  const arrow::Schema& schema, const std::string& path,
                                  Diagnostics& out)
{
    Binder binder(text, place, schema, path, out);
    SyntaxError error;
    const auto syntax = parseExpression(text, error);
    if (!syntax) {
        binder.report(error.offset, std::move(error.message), std::move(error.hint));
        return std::nullopt;
    }
    return binder.expression(*syntax, text);
}

void mention(const Syntax& syntax, std::vector<std::string>& names)
{
    if (syntax.kind == Syntax::Kind::Column
        && std::ranges::find(names, syntax.path.front()) == names.end())
        names.push_back(syntax.path.front());
    for (const Syntax& child : syntax.children)
        mention(child, names);
    for (const Syntax& child : syntax.filter)
        mention(child, names);
}

} // namespace

std::optional<Expression> compileExpression(const std::string& text, const TextPosition& at,
                                            const arrow::Schema& schema, const std::string& path,
                                            Diagnostics& out)
{
    return compile(text, {at, false}, schema, path, out);
}

std::optional<Expression> compileExpression(const DocumentNode& node, const arrow::Schema& schema,
                                            const std::string& path, Diagnostics& out)
{
    if (!isExpressionText(node, path, out))
        return std::nullopt;
    return compile(node.text, placeOf(node), schema, path, out);
}

std::optional<Expression> compileCondition(const DocumentNode& node, const arrow::Schema& schema,
                                           const std::string& path, Diagnostics& out)
{
    auto expression = compileExpression(node, schema, path, out);
    if (!expression || expression->type()->id() == arrow::Type::BOOL
        || isNullType(*expression->type()))
        return expression;
    out.error(node.at, path,
              "the condition is " + displayName(*expression->type()) + ", not boolean",
              "compare it with a value");
    return std::nullopt;
}

std::optional<Call> compileCall(const DocumentNode& node, const arrow::Schema& schema,
                                const std::string& path, Diagnostics& out)
{
    if (!isExpressionText(node, path, out))
        return std::nullopt;
    const std::string& text = node.text;
    Binder binder(text, placeOf(node), schema, path, out);
    SyntaxError error;
    const auto syntax = parseExpression(text, error);
    if (!syntax) {
        binder.report(error.offset, std::move(error.message), std::move(error.hint));
        return std::nullopt;
    }
    if (syntax->kind != Syntax::Kind::Call
        || !std::islower(static_cast<unsigned char>(syntax->function.front()))) {
        binder.report(syntax->offset, "a call like sum(amount) is expected");
        return std::nullopt;
    }
    Call call;
    call.function = syntax->function;
    std::ranges::transform(call.function, call.function.begin(),
                           [](unsigned char c) { return char(std::tolower(c)); });
    call.isStar = syntax->isStar;
    call.isDistinct = syntax->isDistinct;
    call.at = binder.position(syntax->offset);
    bool isGood = true;
    for (const Syntax& child : syntax->children) {
        auto argument = binder.expression(child, text);
        call.argumentsAt.push_back(binder.position(child.offset));
        isGood = isGood && argument;
        if (argument)
            call.arguments.push_back(std::move(*argument));
    }
    for (const Syntax& condition : syntax->filter) {
        call.filter = binder.expression(condition, text);
        if (call.filter && call.filter->type()->id() != arrow::Type::BOOL) {
            binder.report(condition.offset, "the filter is not a condition");
            call.filter.reset();
        }
        isGood = isGood && call.filter;
    }
    return isGood ? std::optional<Call>(std::move(call)) : std::nullopt;
}

std::vector<std::string> mentionedColumns(const std::string& text)
{
    std::vector<std::string> names;
    SyntaxError error;
    if (const auto syntax = parseExpression(text, error))
        mention(*syntax, names);
    return names;
}

} // namespace sluice::expr
