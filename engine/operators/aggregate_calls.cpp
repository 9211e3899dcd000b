// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregate_calls.h"

#include "engine/operators/late_expression.h"

#include <algorithm>

namespace sluice::operators {

OptionSpec aggregatesOption()
{
    return {.name = "aggregates",
            .type = OptionType::MapOf,
            .isRequired = true,
            .help = "name: count(*), sum(x), avg(x), min(x) ... with FILTER (WHERE ...) if only "
                    "some rows count; see the functions of the category aggregate.",
            .itemType = OptionType::Expression};
}

flow::ColumnSet bindAggregates(const flow::BindContext& context, const arrow::Schema& input,
                               const std::vector<std::string>& reserved,
                               std::vector<AggregateEntry>& entries, arrow::FieldVector& fields)
{
    flow::ColumnSet read;
    const DocumentNode* map = context.options.node("aggregates");
    for (std::size_t i = 0; map && i < map->entries.size(); ++i) {
        const DocumentNode::Entry& entry = map->entries[i];
        const std::string path = context.node + ".aggregates." + entry.key;
        const bool isTaken = std::ranges::any_of(fields, [&](const auto& field) {
            return field->name() == entry.key;
        });
        if (isTaken || std::ranges::find(reserved, entry.key) != reserved.end())
            context.error("aggregates." + entry.key, entry.keyAt,
                          "there is a column \"" + entry.key + "\" already");
        const auto call = expr::compileCall(entry.value, input, path, context.diagnostics);
        if (!call)
            continue;
        for (const expr::Expression& argument : call->arguments)
            read.merge(columnsOf(argument, input));
        if (call->filter)
            read.merge(columnsOf(*call->filter, input));
        if (const auto bound = bindAggregate(*call, path, context.diagnostics)) {
            entries.push_back({entry.key, entry.value, *bound});
            fields.push_back(arrow::field(entry.key, bound->output));
        }
    }
    if (map && map->entries.empty())
        context.error("aggregates", map->at, "there is no aggregate", "orders: count(*)");
    return read;
}

void bindGroups(const flow::BindContext& context, const arrow::Schema& input,
                arrow::FieldVector& keys)
{
    const DocumentNode* list = context.options.node("group_by");
    for (std::size_t i = 0; list && i < list->items.size(); ++i) {
        const DocumentNode& item = list->items[i];
        const int index = findColumn(context, "group_by", item.at, item.text, input);
        if (index >= 0)
            keys.push_back(input.field(index));
    }
}

Status AggregateCalls::bind(const std::shared_ptr<arrow::Schema>& schema)
{
    if (m_schema && (m_schema == schema || m_schema->Equals(*schema)))
        return ok();
    m_calls.clear();
    Diagnostics diagnostics;
    for (const AggregateEntry& entry : m_entries) {
        auto call = expr::compileCall(entry.call, *schema, entry.name, diagnostics);
        if (!call)
            return Error{.code = ErrorCode::Internal,
                         .message = "an aggregate does not fit the rows: " + diagnostics.text(),
                         .object = entry.name,
                         .hint = {},
                         .cause = {}};
        m_calls.push_back(std::move(*call));
    }
    m_schema = schema;
    return ok();
}

Result<AggregateArguments> AggregateCalls::evaluate(const Batch& batch, expr::EvalErrors& errors)
{
    SLUICE_TRY(bind(batch.columns->schema()));
    AggregateArguments out;
    for (const expr::Call& call : m_calls) {
        std::shared_ptr<arrow::Array> values;
        if (!call.isStar && !call.arguments.empty()) {
            SLUICE_TRY(values, call.arguments[0].evaluate(*batch.columns, errors));
        }
        std::shared_ptr<arrow::BooleanArray> filter;
        if (call.filter) {
            SLUICE_TRY(const expr::Mask mask, call.filter->evaluateMask(*batch.columns, errors));
            filter = mask.isTrue;
        }
        out.values.push_back(std::move(values));
        out.filters.push_back(std::move(filter));
    }
    return out;
}

} // namespace sluice::operators
