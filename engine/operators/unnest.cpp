// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/unnest.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"

#include <arrow/array/array_nested.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/compute/api_vector.h>

namespace sluice::operators {
namespace {

flow::BoundNode bindUnnest(const flow::BindContext& context)
{
    flow::BoundNode bound;
    bound.output = context.inputs.front();
    bound.repeat = flow::Repeat::Refused;
    const arrow::Schema& input = *bound.output.columns;
    const std::string column = context.options.text("column");
    const std::string as = context.options.text("as").empty() ? column : context.options.text("as");
    const int index = findColumn(context, "column", context.options.at("column"), column, input);
    if (index < 0)
        return bound;
    if (input.field(index)->type()->id() != arrow::Type::LIST) {
        context.error("column", context.options.at("column"),
                      "\"" + column + "\" is a " + typeName(*input.field(index)->type())
                          + ", not a list");
        return bound;
    }
    if (as != column && input.GetFieldIndex(as) >= 0)
        context.error("as", context.options.at("as"), "there is a column \"" + as + "\" already");
    const auto item = static_cast<const arrow::ListType&>(*input.field(index)->type()).value_type();
    bound.output.columns = input.SetField(index, arrow::field(as, item)).ValueOrDie();
    bound.summary = column;
    bound.neededInput = [column, as](const flow::ColumnSet& needed) {
        flow::ColumnSet out = needed;
        out.erase(as);
        out.insert(column);
        return out;
    };
    bound.createOperator
        = [column, as, keeps = context.options.boolean("keep_empty")](
              const flow::CreateContext&) -> Result<std::unique_ptr<flow::Operator>> {
        return std::unique_ptr<flow::Operator>(std::make_unique<Unnest>(column, as, keeps));
    };
    return bound;
}

} // namespace

flow::NodeKind Unnest::kind()
{
    return {.name = "unnest",
            .title = "Unnest",
            .help = "Makes a row of each item of a list column.",
            .category = flow::NodeCategory::Transform,
            .options
            = {{.name = "column",
                .type = OptionType::Column,
                .isRequired = true,
                .help = "A list column."},
               {.name = "as", .help = "Name of the item's column; that of the list by default."},
               {.name = "keep_empty",
                .type = OptionType::Boolean,
                .defaultValue = "false",
                .help = "Keep rows with an empty or missing list, with null."}},
            .bind = bindUnnest};
}

Unnest::Unnest(std::string column, std::string as, bool keepsEmpty)
    : m_column(std::move(column))
    , m_as(std::move(as))
    , m_keepsEmpty(keepsEmpty)
{
}

Status Unnest::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    SLUICE_TRY(const auto column, columnNamed(*batch.columns, m_column));
    const auto& lists = static_cast<const arrow::ListArray&>(*column);
    std::vector<std::uint32_t> rows;
    arrow::Int64Builder items;
    arrow::Status status;
    for (std::int64_t row = 0; row < lists.length() && status.ok(); ++row) {
        const std::int64_t length = lists.IsNull(row) ? 0 : lists.value_length(row);
        for (std::int64_t i = 0; i < length && status.ok(); ++i) {
            rows.push_back(std::uint32_t(row));
            status = items.Append(lists.value_offset(row) + i);
        }
        if (length == 0 && m_keepsEmpty) {
            rows.push_back(std::uint32_t(row));
            status = items.AppendNull();
        }
    }
    std::shared_ptr<arrow::Array> indices;
    if (status.ok())
        status = items.Finish(&indices);
    if (!status.ok())
        return errorFromArrow(status, m_column);
    auto taken = takeRows(batch, rows);
    auto values = arrow::compute::Take(*lists.values(), *indices);
    if (!taken.ok() || !values.ok())
        return errorFromArrow(taken.ok() ? values.status() : taken.status(), m_column);
    const int at = taken->columns->schema()->GetFieldIndex(m_column);
    auto columns = taken->columns->SetColumn(at, arrow::field(m_as, (*values)->type()), *values);
    if (!columns.ok())
        return errorFromArrow(columns.status(), m_column);
    NodeCounters::add(context.counters().merged, std::uint64_t(batch.rows()));
    NodeCounters::add(context.counters().created, rows.size());
    context.emit(withColumns(*taken, std::move(*columns)));
    return ok();
}

} // namespace sluice::operators
