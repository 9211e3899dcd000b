// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/program.h"
#include "engine/expr/values.h"

#include <algorithm>

#include <arrow/compute/api.h>

namespace sluice::expr {
namespace {

// The three values of SQL, row by row.
class Truth
{
public:
    explicit Truth(const Datum& value)
        : m_values(value)
        , m_nulls(value)
    {
    }
    bool isTrue(std::int64_t row) const { return m_nulls.isValid(row) && m_values[row]; }
    bool isFalse(std::int64_t row) const { return m_nulls.isValid(row) && !m_values[row]; }

private:
    Reader<bool> m_values;
    NullReader m_nulls;
};

// A branch is computed for every row, but only the rows that take it may fail.
template <class Takes> void keepErrors(const EvalErrors& branch, EvalErrors& out, Takes takes)
{
    for (const RowError& error : branch.rows()) {
        if (takes(error.row))
            out.add(error.row, error.reason);
    }
}

arrow::Result<Datum> evaluateBranch(const Node& node, const arrow::RecordBatch* batch,
                                    const Evaluation& evaluation, EvalErrors& errors)
{
    Evaluation inner{evaluation.rows, &errors};
    return evaluateNode(node, batch, inner);
}

arrow::Result<Datum> evaluateCall(const Node& node, const arrow::RecordBatch* batch,
                                  Evaluation& evaluation)
{
    std::vector<Datum> arguments;
    arguments.reserve(node.children.size());
    bool isNull = false;
    for (const NodePtr& child : node.children) {
        ARROW_ASSIGN_OR_RAISE(arguments.emplace_back(), evaluateNode(*child, batch, evaluation));
        isNull = isNull || (arguments.back().is_scalar() && !arguments.back().scalar()->is_valid);
    }
    if (node.isStrict && isNull)
        return Datum(arrow::MakeNullScalar(node.type));
    return node.kernel(arguments, evaluation);
}

// AND and OR go from left to right: where the left side decides, the right side cannot fail.
arrow::Result<Datum> evaluateConjunction(const Node& node, const arrow::RecordBatch* batch,
                                         Evaluation& evaluation)
{
    const bool isAnd = node.kind == Node::Kind::And;
    ARROW_ASSIGN_OR_RAISE(Datum out, evaluateNode(*node.children[0], batch, evaluation));
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        EvalErrors errors;
        ARROW_ASSIGN_OR_RAISE(Datum next,
                              evaluateBranch(*node.children[i], batch, evaluation, errors));
        if (!errors.empty()) {
            const Truth left(out);
            keepErrors(errors, *evaluation.errors, [&](std::int64_t row) {
                return isAnd ? !left.isFalse(row) : !left.isTrue(row);
            });
        }
        ARROW_ASSIGN_OR_RAISE(out,
                              isAnd ? arrow::compute::KleeneAnd(out, next)
                                    : arrow::compute::KleeneOr(out, next));
    }
    return out;
}

arrow::Result<std::shared_ptr<arrow::Array>> toArray(const Datum& value, std::int64_t rows)
{
    return value.is_array() ? value.make_array()
                            : arrow::MakeArrayFromScalar(*value.scalar(), rows);
}

arrow::Result<Datum> evaluateCase(const Node& node, const arrow::RecordBatch* batch,
                                  Evaluation& evaluation)
{
    const std::size_t checks = node.children.size() / 2;
    std::vector<EvalErrors> errors(node.children.size());
    std::vector<Datum> values(node.children.size());
    bool hasErrors = false;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        ARROW_ASSIGN_OR_RAISE(values[i],
                              evaluateBranch(*node.children[i], batch, evaluation, errors[i]));
        hasErrors = hasErrors || !errors[i].empty();
    }
    if (hasErrors) {
        // The first check that is true, or the number of checks for ELSE.
        const auto taken = [&](std::int64_t row) {
            std::size_t check = 0;
            while (check < checks && !Truth(values[check * 2]).isTrue(row))
                ++check;
            return check;
        };
        for (std::size_t i = 0; i < errors.size(); ++i) {
            const bool isWhen = i % 2 == 0 && i / 2 < checks;
            keepErrors(errors[i], *evaluation.errors, [&](std::int64_t row) {
                return isWhen ? i / 2 <= taken(row) : i / 2 == taken(row);
            });
        }
    }

    arrow::ArrayVector conditions;
    std::vector<std::string> names;
    std::vector<Datum> arguments(1);
    for (std::size_t i = 0; i < checks; ++i) {
        ARROW_ASSIGN_OR_RAISE(conditions.emplace_back(), toArray(values[i * 2], evaluation.rows));
        names.push_back(std::to_string(i));
        arguments.push_back(values[i * 2 + 1]);
    }
    arguments.push_back(values.back());
    ARROW_ASSIGN_OR_RAISE(auto choice, arrow::StructArray::Make(conditions, names));
    arguments[0] = std::move(choice);
    return arrow::compute::CallFunction("case_when", arguments);
}

arrow::Result<Datum> evaluateCoalesce(const Node& node, const arrow::RecordBatch* batch,
                                      Evaluation& evaluation)
{
    ARROW_ASSIGN_OR_RAISE(Datum out, evaluateNode(*node.children[0], batch, evaluation));
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        EvalErrors errors;
        ARROW_ASSIGN_OR_RAISE(Datum next,
                              evaluateBranch(*node.children[i], batch, evaluation, errors));
        if (!errors.empty()) {
            const NullReader before(out);
            keepErrors(errors, *evaluation.errors,
                       [&](std::int64_t row) { return !before.isValid(row); });
        }
        ARROW_ASSIGN_OR_RAISE(out, arrow::compute::CallFunction("coalesce", {out, next}));
    }
    return out;
}

} // namespace

arrow::Result<Datum> evaluateNode(const Node& node, const arrow::RecordBatch* batch,
                                  Evaluation& evaluation)
{
    switch (node.kind) {
    case Node::Kind::Column: return Datum(batch->column_data(node.column));
    case Node::Kind::Constant: return node.constant;
    case Node::Kind::Call: return evaluateCall(node, batch, evaluation);
    case Node::Kind::And:
    case Node::Kind::Or: return evaluateConjunction(node, batch, evaluation);
    case Node::Kind::Case: return evaluateCase(node, batch, evaluation);
    case Node::Kind::Coalesce: return evaluateCoalesce(node, batch, evaluation);
    }
    return arrow::Status::UnknownError("unknown kind of node");
}

} // namespace sluice::expr
