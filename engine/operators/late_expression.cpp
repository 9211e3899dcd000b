// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/late_expression.h"

#include "engine/base/json_writer.h"
#include "engine/columns/types.h"

#include <arrow/scalar.h>

namespace sluice::operators {

Result<const expr::Expression*> LateExpression::over(const std::shared_ptr<arrow::Schema>& schema)
{
    if (m_expression && (m_schema == schema || m_schema->Equals(*schema)))
        return &*m_expression;
    Diagnostics diagnostics;
    m_expression = expr::compileExpression(m_node, *schema, m_node.text, diagnostics);
    m_schema = schema;
    if (!m_expression)
        return Error{.code = ErrorCode::Internal,
                     .message = "an expression does not fit the rows: " + diagnostics.text(),
                     .object = m_node.text,
                     .hint = {},
                     .cause = {}};
    return &*m_expression;
}

flow::ColumnSet columnsOf(const expr::Expression& expression, const arrow::Schema& schema)
{
    flow::ColumnSet out;
    for (const int index : expression.columns())
        out.insert(schema.field(index)->name());
    return out;
}

std::string operandsText(const expr::Expression& expression, const arrow::RecordBatch& columns,
                         std::int64_t row)
{
    JsonWriter json;
    json.beginObject();
    for (const int index : expression.columns()) {
        json.key(columns.schema()->field(index)->name());
        const arrow::Array& values = *columns.column(index);
        const auto scalar = values.IsNull(row) ? nullptr : values.GetScalar(row).ValueOr(nullptr);
        const arrow::Type::type type = values.type_id();
        if (!scalar)
            json.null();
        else if (arrow::is_integer(type) || arrow::is_decimal(type) || type == arrow::Type::BOOL)
            json.raw(scalar->ToString());
        else
            json.value(scalar->ToString());
    }
    json.endObject();
    return json.take();
}

Result<Batch> withoutFailedRows(const Batch& batch, const expr::EvalErrors& errors,
                                const std::string& rule, flow::NodeContext& context)
{
    if (errors.empty())
        return batch;
    std::vector<bool> isOut(std::size_t(batch.rows()), false);
    for (const expr::RowError& error : errors.rows()) {
        const auto row = std::uint32_t(error.row);
        if (isOut[row])
            continue;
        isOut[row] = true;
        context.reject(batch, std::span(&row, 1), Verdict::DeadLetter,
                       {.rule = rule, .message = error.reason, .values = {}});
    }
    std::vector<std::uint32_t> kept;
    for (std::uint32_t row = 0; row < isOut.size(); ++row)
        if (!isOut[row])
            kept.push_back(row);
    auto taken = takeRows(batch, kept);
    if (!taken.ok())
        return errorFromArrow(taken.status(), rule);
    return std::move(*taken);
}

Result<std::shared_ptr<arrow::Array>> columnNamed(const arrow::RecordBatch& columns,
                                                  const std::string& name)
{
    if (auto column = columns.GetColumnByName(name))
        return column;
    return Error{.code = ErrorCode::Internal,
                 .message = "column \"" + name + "\" did not arrive",
                 .object = name,
                 .hint = {},
                 .cause = {}};
}

Result<arrow::ArrayVector> columnsNamed(const arrow::RecordBatch& columns,
                                        const std::vector<std::string>& names)
{
    arrow::ArrayVector out;
    for (const std::string& name : names) {
        SLUICE_TRY(auto column, columnNamed(columns, name));
        out.push_back(std::move(column));
    }
    return out;
}

Result<arrow::ArrayVector> columnsNamed(const arrow::RecordBatch& columns,
                                        const arrow::FieldVector& fields)
{
    arrow::ArrayVector out;
    for (const auto& field : fields) {
        SLUICE_TRY(auto column, columnNamed(columns, field->name()));
        out.push_back(std::move(column));
    }
    return out;
}

Result<std::shared_ptr<arrow::RecordBatch>> pickColumns(const arrow::RecordBatch& columns,
                                                        const std::vector<std::string>& names)
{
    SLUICE_TRY(auto picked, columnsNamed(columns, names));
    arrow::FieldVector fields;
    for (std::size_t i = 0; i < names.size(); ++i)
        fields.push_back(arrow::field(names[i], picked[i]->type()));
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), columns.num_rows(),
                                    std::move(picked));
}

int findColumn(const flow::BindContext& context, const std::string& option, TextPosition at,
               const std::string& name, const arrow::Schema& schema)
{
    const int index = schema.GetFieldIndex(name);
    if (index < 0)
        context.error(option, at, "column \"" + name + "\" does not exist",
                      suggestionFor(name, flow::columnNames(schema)));
    return index;
}

} // namespace sluice::operators
