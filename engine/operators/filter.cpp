// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/filter.h"

#include "engine/columns/types.h"

namespace sluice::operators {

flow::NodeKind Filter::kind()
{
    return {.name = "filter",
            .title = "Filter",
            .help = "Passes the rows whose condition is true; null is not true.",
            .category = flow::NodeCategory::Transform,
            .options = {{.name = "where",
                         .type = OptionType::Expression,
                         .isRequired = true,
                         .help = "A condition over the columns, such as amount > 100."}},
            .bind = [](const flow::BindContext& context) {
                flow::BoundNode bound;
                bound.output = context.inputs.front();
                const DocumentNode* where = context.options.node("where");
                if (!where)
                    return bound;
                bound.summary = where->text;
                const auto condition
                    = expr::compileCondition(*where, *bound.output.columns, context.node + ".where",
                                             context.diagnostics);
                if (!condition)
                    return bound;
                bound.rejects = {Verdict::DeadLetter};
                bound.neededInput = [read = columnsOf(*condition, *bound.output.columns)](
                                        const flow::ColumnSet& needed) {
                    flow::ColumnSet all = needed;
                    all.insert(read.begin(), read.end());
                    return all;
                };
                bound.createOperator
                    = [node = *where](
                          const flow::CreateContext&) -> Result<std::unique_ptr<flow::Operator>> {
                    return std::unique_ptr<flow::Operator>(std::make_unique<Filter>(node));
                };
                return bound;
            }};
}

Status Filter::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    SLUICE_TRY(const expr::Expression* condition, m_condition.over(batch.columns->schema()));
    expr::EvalErrors errors;
    SLUICE_TRY(expr::Mask mask, condition->evaluateMask(*batch.columns, errors));
    if (!errors.empty()) { // rare: take the failed rows out, then judge the rest again
        SLUICE_TRY(const Batch rest, withoutFailedRows(batch, errors, m_condition.text(), context));
        return rest.rows() == 0 ? ok() : process(0, rest, context);
    }
    context.count(Verdict::Filtered, std::uint64_t(batch.rows() - mask.trueCount));
    auto kept = filterBatch(batch, *mask.isTrue);
    if (!kept.ok())
        return errorFromArrow(kept.status(), "filter");
    context.emit(std::move(*kept));
    return ok();
}

} // namespace sluice::operators
