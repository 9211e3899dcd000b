// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/expr/expression.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <arrow/datum.h>
#include <arrow/result.h>

namespace sluice::expr {

using TypePtr = std::shared_ptr<arrow::DataType>;
using arrow::Datum;

/// One evaluation of one batch.
struct Evaluation
{
    std::int64_t rows = 0;
    EvalErrors* errors = nullptr;
};

/// Values of the operands: arrays of Evaluation::rows rows, or a scalar that stands for all rows.
using Arguments = std::span<const Datum>;

/// Computes a call for a batch. Thread-safe and without state of its own.
using Kernel = std::function<arrow::Result<Datum>(Arguments, Evaluation&)>;

struct Node;
using NodePtr = std::unique_ptr<Node>;

/// A node of the bound tree: typed, casts made explicit.
struct Node
{
    enum class Kind { Column, Constant, Call, And, Or, Case, Coalesce };

    Kind kind = Kind::Constant;
    TypePtr type;
    std::size_t offset = 0; // in the text
    int column = -1;        // Column: index in the schema
    Datum constant;         // Constant: a scalar
    bool isLiteral = false; // Constant: as written, it takes the type of its neighbours
    Kernel kernel;          // Call
    bool isStrict = true;   // Call: null when an operand is null
    std::vector<NodePtr> children;

    bool isConstant() const { return kind == Kind::Constant; }
};

/// A bound expression; what Expression points to.
struct Program
{
    std::string text;
    NodePtr root;
    std::vector<int> columns;
    std::shared_ptr<arrow::Scalar> constant; // set when root is a constant
};

/// Evaluates a node; batch may be null for a tree without columns. The result is a scalar for a
/// constant and otherwise an array. Rows that fail are added to evaluation.errors and are null.
arrow::Result<Datum> evaluateNode(const Node& node, const arrow::RecordBatch* batch,
                                  Evaluation& evaluation);

} // namespace sluice::expr
