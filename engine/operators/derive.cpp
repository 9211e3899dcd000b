// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/derive.h"

#include "engine/columns/types.h"

#include <algorithm>

namespace sluice::operators {
namespace {

std::shared_ptr<arrow::Schema> withField(const arrow::Schema& schema,
                                         const std::shared_ptr<arrow::Field>& field)
{
    const int at = schema.GetFieldIndex(field->name());
    return (at < 0 ? schema.AddField(schema.num_fields(), field) : schema.SetField(at, field))
        .ValueOrDie();
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>> withColumn(const arrow::RecordBatch& batch,
                                                              const std::string& name,
                                                              std::shared_ptr<arrow::Array> values)
{
    const auto field = arrow::field(name, values->type());
    const int at = batch.schema()->GetFieldIndex(name);
    return at < 0 ? batch.AddColumn(batch.num_columns(), field, values)
                  : batch.SetColumn(at, field, values);
}

flow::BoundNode bindDerive(const flow::BindContext& context)
{
    flow::BoundNode bound;
    bound.output = context.inputs.front();
    const DocumentNode* map = context.options.node("columns");
    if (!map || !map->isMap())
        return bound;
    Derive::Columns columns;
    std::vector<std::pair<std::string, flow::ColumnSet>> reads; // of each column, in order
    for (const DocumentNode::Entry& entry : map->entries) {
        const auto value
            = expr::compileExpression(entry.value, *bound.output.columns,
                                      context.node + ".columns." + entry.key, context.diagnostics);
        columns.emplace_back(entry.key, entry.value);
        if (!value)
            continue;
        reads.emplace_back(entry.key, columnsOf(*value, *bound.output.columns));
        bound.output.columns
            = withField(*bound.output.columns, arrow::field(entry.key, value->type()));
    }
    bound.summary = std::to_string(columns.size()) + (columns.size() == 1 ? " column" : " columns");
    bound.rejects = {Verdict::DeadLetter};
    bound.neededInput = [reads](const flow::ColumnSet& needed) {
        flow::ColumnSet all = needed;
        for (auto column = reads.rbegin(); column != reads.rend(); ++column)
            if (all.erase(column->first) > 0)
                all.insert(column->second.begin(), column->second.end());
        return all;
    };
    bound.createOperator
        = [columns](const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Operator>> {
        return std::unique_ptr<flow::Operator>(
            std::make_unique<Derive>(columns, create.neededColumns));
    };
    return bound;
}

} // namespace

flow::NodeKind Derive::kind()
{
    return {.name = "derive",
            .title = "Derive",
            .help = "Adds columns that are expressions over the others.",
            .category = flow::NodeCategory::Transform,
            .options = {{.name = "columns",
                         .type = OptionType::MapOf,
                         .isRequired = true,
                         .help = "name: expression; later ones may use earlier ones.",
                         .itemType = OptionType::Expression}},
            .bind = bindDerive};
}

Derive::Derive(const Columns& columns, const flow::ColumnSet& needed)
{
    // A column that only a later derived column reads is needed too; so keep every column from the
    // first needed one's dependencies on. Names are few: look at the text of the later ones.
    flow::ColumnSet wanted = needed;
    for (auto column = columns.rbegin(); column != columns.rend(); ++column) {
        if (!wanted.contains(column->first))
            continue;
        for (const std::string& name : expr::mentionedColumns(column->second.text))
            wanted.insert(name);
        m_columns.insert(m_columns.begin(), {column->first, LateExpression(column->second)});
    }
}

Status Derive::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    Batch current = batch;
    for (Derived& derived : m_columns) {
        SLUICE_TRY(const expr::Expression* value, derived.value.over(current.columns->schema()));
        expr::EvalErrors errors;
        SLUICE_TRY(std::shared_ptr<arrow::Array> values, value->evaluate(*current.columns, errors));
        if (!errors.empty()) {
            SLUICE_TRY(current, withoutFailedRows(current, errors, derived.name, context));
            if (current.rows() == 0)
                return ok();
            errors.clear();
            SLUICE_TRY(values, value->evaluate(*current.columns, errors));
        }
        auto columns = withColumn(*current.columns, derived.name, std::move(values));
        if (!columns.ok())
            return errorFromArrow(columns.status(), derived.name);
        current.columns = std::move(*columns);
    }
    context.emit(std::move(current));
    return ok();
}

} // namespace sluice::operators
