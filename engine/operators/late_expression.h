// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/batch.h"
#include "engine/expr/expression.h"
#include "engine/flow/node_kind.h"

#include <memory>
#include <optional>
#include <string>

namespace sluice::operators {

/// An expression of a document, bound to the columns that really arrive: columns that nobody reads
/// are left out on the way, so positions are known with the first batch only. One thread.
class LateExpression
{
public:
    LateExpression() = default;
    explicit LateExpression(DocumentNode node)
        : m_node(std::move(node))
    {
    }

    const std::string& text() const { return m_node.text; }
    /// Returns the expression over a schema; valid until the next call. It was checked when the
    /// document was, so an Error is our bug.
    Result<const expr::Expression*> over(const std::shared_ptr<arrow::Schema>& schema);

private:
    DocumentNode m_node;
    std::shared_ptr<arrow::Schema> m_schema;
    std::optional<expr::Expression> m_expression;
};

/// Returns the names of the columns that an expression over a schema reads.
flow::ColumnSet columnsOf(const expr::Expression& expression, const arrow::Schema& schema);

/// Returns {"amount": 120500} for the columns that an expression reads in one row.
std::string operandsText(const expr::Expression& expression, const arrow::RecordBatch& columns,
                         std::int64_t row);

/// Rejects the rows that an expression failed on and returns the others; the mask of what is left
/// (isOut[row]) lets a caller skip them.
Result<Batch> withoutFailedRows(const Batch& batch, const expr::EvalErrors& errors,
                                const std::string& rule, flow::NodeContext& context);

/// Finds a column by name; Internal if it is not there (the document was checked).
Result<std::shared_ptr<arrow::Array>> columnNamed(const arrow::RecordBatch& columns,
                                                  const std::string& name);

/// The same for several, in the order given.
Result<arrow::ArrayVector> columnsNamed(const arrow::RecordBatch& columns,
                                        const std::vector<std::string>& names);
Result<arrow::ArrayVector> columnsNamed(const arrow::RecordBatch& columns,
                                        const arrow::FieldVector& fields);
/// And as a batch of their own.
Result<std::shared_ptr<arrow::RecordBatch>> pickColumns(const arrow::RecordBatch& columns,
                                                        const std::vector<std::string>& names);

/// Reports an unknown column with a suggestion; returns its index, -1 if it is not there.
int findColumn(const flow::BindContext& context, const std::string& option, TextPosition at,
               const std::string& name, const arrow::Schema& schema);

} // namespace sluice::operators
