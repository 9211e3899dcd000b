// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/select.h"

#include "engine/operators/late_expression.h"

#include <set>

namespace sluice::operators {
namespace {

flow::BoundNode bindSelect(const flow::BindContext& context)
{
    const arrow::Schema& input = *context.inputs.front().columns;
    flow::BoundNode bound;
    bound.output = context.inputs.front();
    Select::Columns columns;
    arrow::FieldVector fields;
    std::set<std::string> names;
    const auto add = [&](const std::string& option, TextPosition at, const std::string& name,
                         const std::string& from) {
        const int index = findColumn(context, option, at, from, input);
        if (!names.insert(name).second)
            context.error(option, at, "column \"" + name + "\" stands twice");
        if (index < 0)
            return;
        columns.emplace_back(name, from);
        fields.push_back(input.field(index)->WithName(name));
    };
    if (const DocumentNode* list = context.options.node("columns"))
        for (const DocumentNode& item : list->items)
            add("columns", item.at, item.text, item.text);
    if (const DocumentNode* map = context.options.node("rename"))
        for (const DocumentNode::Entry& entry : map->entries)
            add("rename." + entry.key, entry.value.at, entry.key, entry.value.text);
    if (columns.empty() && !context.diagnostics.hasErrors())
        context.error({}, context.map.at, "no column is selected", "columns: [name, ...]");
    bound.output.columns = arrow::schema(fields);
    bound.summary = std::to_string(columns.size()) + (columns.size() == 1 ? " column" : " columns");
    bound.neededInput = [columns](const flow::ColumnSet& needed) {
        flow::ColumnSet out;
        for (const auto& [name, from] : columns)
            if (needed.contains(name))
                out.insert(from);
        return out;
    };
    bound.createOperator
        = [columns](const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Operator>> {
        return std::unique_ptr<flow::Operator>(
            std::make_unique<Select>(columns, create.neededColumns));
    };
    return bound;
}

} // namespace

flow::NodeKind Select::kind()
{
    return {.name = "select",
            .title = "Select",
            .help = "Keeps some columns, in the order given, and renames others.",
            .category = flow::NodeCategory::Transform,
            .options
            = {{.name = "columns", .type = OptionType::ColumnList, .help = "The columns to keep."},
               {.name = "rename",
                .type = OptionType::MapOf,
                .help = "new name: column of the input.",
                .itemType = OptionType::Column}},
            .bind = bindSelect};
}

Select::Select(Columns columns, const flow::ColumnSet& needed)
{
    for (auto& column : columns)
        if (needed.contains(column.first))
            m_columns.push_back(std::move(column));
}

Status Select::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (const auto& [name, from] : m_columns) {
        SLUICE_TRY(auto column, columnNamed(*batch.columns, from));
        fields.push_back(batch.columns->schema()->GetFieldByName(from)->WithName(name));
        arrays.push_back(std::move(column));
    }
    context.emit(withColumns(batch,
                             arrow::RecordBatch::Make(arrow::schema(std::move(fields)),
                                                      batch.rows(), std::move(arrays))));
    return ok();
}

} // namespace sluice::operators
