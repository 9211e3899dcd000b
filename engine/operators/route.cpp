// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/route.h"

#include "engine/columns/types.h"

#include <algorithm>
#include <cctype>

namespace sluice::operators {
namespace {

bool isPlainName(const std::string& name)
{
    return !name.empty()
        && std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

void addBranch(const flow::BindContext& context, const std::string& name, TextPosition at,
               flow::BoundNode& bound)
{
    if (!isPlainName(name))
        context.error("branches", at, "the name of a branch has letters, digits and _");
    if (std::ranges::find(bound.branches, name) != bound.branches.end())
        context.error("branches", at, "two branches are named \"" + name + "\"");
    bound.branches.push_back(name);
}

flow::BoundNode bindRoute(const flow::BindContext& context)
{
    flow::BoundNode bound;
    bound.output = context.inputs.front();
    bound.rejects = {Verdict::DeadLetter};
    const DocumentNode* branches = context.options.node("branches");
    std::vector<DocumentNode> conditions;
    flow::ColumnSet read;
    bool isGood = branches && branches->isMap();
    for (std::size_t i = 0; isGood && i < branches->entries.size(); ++i) {
        const DocumentNode::Entry& entry = branches->entries[i];
        addBranch(context, entry.key, entry.keyAt, bound);
        const auto condition
            = expr::compileCondition(entry.value, *bound.output.columns,
                                     context.node + ".branches." + entry.key, context.diagnostics);
        if (!condition)
            return bound;
        read.merge(columnsOf(*condition, *bound.output.columns));
        conditions.push_back(entry.value);
    }
    if (isGood && branches->entries.empty())
        context.error("branches", branches->at, "there is no branch",
                      "branches: {large: amount > 1000}");
    if (const DocumentNode* otherwise = context.options.node("otherwise"))
        addBranch(context, otherwise->text, otherwise->at, bound);
    bound.summary = std::to_string(bound.branches.size()) + " branches";
    bound.neededInput = [read](const flow::ColumnSet& needed) {
        flow::ColumnSet all = needed;
        all.insert(read.begin(), read.end());
        return all;
    };
    if (!conditions.empty())
        bound.createOperator
            = [conditions, hasOtherwise = bound.branches.size() > conditions.size()](
                  const flow::CreateContext&) -> Result<std::unique_ptr<flow::Operator>> {
            return std::unique_ptr<flow::Operator>(
                std::make_unique<Route>(conditions, hasOtherwise));
        };
    return bound;
}

} // namespace

flow::NodeKind Route::kind()
{
    return {.name = "route",
            .title = "Route",
            .help = "Sends each row to the first branch whose condition is true. A node reads one "
                    "branch with input: NODE.BRANCH.",
            .category = flow::NodeCategory::Transform,
            .options = {{.name = "branches",
                         .type = OptionType::MapOf,
                         .isRequired = true,
                         .help = "name: condition, in the order in which they are asked.",
                         .itemType = OptionType::Expression},
                        {.name = "otherwise",
                         .type = OptionType::Text,
                         .help = "Name of the branch of the rows that no condition takes; without "
                                 "it they are filtered out."}},
            .bind = bindRoute};
}

Route::Route(const std::vector<DocumentNode>& conditions, bool hasOtherwise)
    : m_hasOtherwise(hasOtherwise)
{
    for (const DocumentNode& condition : conditions)
        m_conditions.emplace_back(condition);
}

Status Route::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    const std::size_t none = m_conditions.size();
    std::vector<std::vector<std::uint32_t>> rows(none + 1); // by branch; the last: no condition
    std::vector<std::size_t> branch(std::size_t(batch.rows()), none);
    expr::EvalErrors errors;
    for (std::size_t i = 0; i < none; ++i) {
        SLUICE_TRY(const expr::Expression* condition,
                   m_conditions[i].over(batch.columns->schema()));
        expr::EvalErrors failed;
        SLUICE_TRY(const expr::Mask mask, condition->evaluateMask(*batch.columns, failed));
        // Only a row that an earlier branch has not taken is asked.
        for (const expr::RowError& error : failed.rows())
            if (branch[std::size_t(error.row)] == none)
                errors.add(error.row, error.reason);
        for (std::size_t row = 0; mask.trueCount > 0 && row < branch.size(); ++row)
            if (branch[row] == none && mask.isTrue->Value(std::int64_t(row)))
                branch[row] = i;
    }
    if (!errors.empty()) { // rare: take the failed rows out, then judge the rest again
        errors.settle();
        SLUICE_TRY(const Batch rest, withoutFailedRows(batch, errors, "branches", context));
        return rest.rows() == 0 ? ok() : process(0, rest, context);
    }
    for (std::uint32_t row = 0; row < std::uint32_t(branch.size()); ++row)
        rows[branch[row]].push_back(row);
    if (!m_hasOtherwise)
        context.count(Verdict::Filtered, rows[none].size());
    for (std::size_t i = 0; i < (m_hasOtherwise ? none + 1 : none); ++i) {
        if (rows[i].empty())
            continue;
        auto taken = rows[i].size() == branch.size() ? arrow::Result<Batch>(batch)
                                                     : takeRows(batch, rows[i]);
        if (!taken.ok())
            return errorFromArrow(taken.status(), "route");
        context.emitTo(i, std::move(*taken));
    }
    return ok();
}

} // namespace sluice::operators
