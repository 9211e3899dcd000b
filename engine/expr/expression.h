// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/diagnostic.h"
#include "engine/base/document.h"
#include "engine/base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

namespace sluice::expr {

struct Program; // the bound tree, engine/expr/program.h

/// A row whose value could not be computed: a bad cast, an overflow.
struct RowError
{
    std::int64_t row = 0; // index in the batch
    std::string reason;   // "\"12x\" is not an integer"
};

/// The rows of one batch that an expression failed on, at most one reason a row. A caller rejects
/// these rows; their value is null. May collect over several expressions of the same batch.
class EvalErrors
{
public:
    bool empty() const { return m_rows.empty(); }
    std::size_t size() const { return m_rows.size(); }
    /// Ascending by row once evaluate() has returned.
    const std::vector<RowError>& rows() const { return m_rows; }
    void add(std::int64_t row, std::string reason) { m_rows.push_back({row, std::move(reason)}); }
    /// Orders by row and keeps the first reason of each.
    void settle();
    void clear() { m_rows.clear(); }

private:
    std::vector<RowError> m_rows;
};

/// The answer of a condition. SQL's unknown (null) counts as not true, but can be told apart.
struct Mask
{
    std::shared_ptr<arrow::BooleanArray> isTrue; // no nulls, as long as the batch
    std::shared_ptr<arrow::BooleanArray> isNull; // nullptr when no row is null
    std::int64_t trueCount = 0;
    std::int64_t nullCount = 0; // rows with an error are among them
};

/// A SQL scalar expression bound to the columns of a schema.
///
/// Immutable and cheap to copy; evaluate() may be called from several threads at once. Types and
/// values are DuckDB's; a division by zero is null (DuckDB with ieee_floating_point_ops = false),
/// an overflow or a bad cast is an error of its row.
class Expression
{
public:
    explicit Expression(std::shared_ptr<const Program> program);

    /// As written.
    const std::string& text() const;
    const std::shared_ptr<arrow::DataType>& type() const;
    /// Indices of the schema's fields that are read, ascending, each once.
    const std::vector<int>& columns() const;
    /// Set when the value depends on no column.
    const std::shared_ptr<arrow::Scalar>& constant() const;
    /// Set when the expression is nothing but a column: its index, else -1.
    int columnIndex() const;

    /// Computes a value a row. The batch must have the schema that was compiled against. Bad rows
    /// go to errors and are null; an Error means memory or a kernel failed, never the data.
    Result<std::shared_ptr<arrow::Array>> evaluate(const arrow::RecordBatch& batch,
                                                   EvalErrors& errors) const;
    /// Evaluates a condition; type() must be boolean.
    Result<Mask> evaluateMask(const arrow::RecordBatch& batch, EvalErrors& errors) const;

private:
    std::shared_ptr<const Program> m_program;
};

/// Parses, type-checks and binds an expression. All findings go to out with their place in the
/// document (at + offset of the part that is wrong); nullopt if there is one.
///
/// at is the place of the first character of text, path the key for the message
/// ("checked.rules.amount_in_range"). Thread-safe; about a millisecond.
std::optional<Expression> compileExpression(const std::string& text, const TextPosition& at,
                                            const arrow::Schema& schema, const std::string& path,
                                            Diagnostics& out);

/// The same for a scalar of a document; knows about quotes and block scalars.
std::optional<Expression> compileExpression(const DocumentNode& node, const arrow::Schema& schema,
                                            const std::string& path, Diagnostics& out);

/// The same, and a type other than boolean is a finding.
std::optional<Expression> compileCondition(const DocumentNode& node, const arrow::Schema& schema,
                                           const std::string& path, Diagnostics& out);

/// A call like sum(amount * 2) FILTER (WHERE status = 'paid'), whose arguments are scalar
/// expressions and whose function the caller knows (aggregates are not in the catalogue).
struct Call
{
    std::string function; // lower case; "count" for count(*)
    bool isStar = false;  // count(*)
    bool isDistinct = false;
    std::vector<Expression> arguments;
    std::optional<Expression> filter;
    TextPosition at;                       // of the function name
    std::vector<TextPosition> argumentsAt; // of each argument
};

/// Parses a call and binds its arguments; anything else than one call is a finding.
std::optional<Call> compileCall(const DocumentNode& node, const arrow::Schema& schema,
                                const std::string& path, Diagnostics& out);

/// Returns the names of the columns an expression mentions, each once, in the order of the text; an
/// expression that cannot be parsed mentions none. Needs no schema.
std::vector<std::string> mentionedColumns(const std::string& text);

} // namespace sluice::expr
