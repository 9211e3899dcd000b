// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/expression.h"

#include "engine/columns/types.h"
#include "engine/expr/program.h"
#include "engine/expr/values.h"

#include <algorithm>

#include <arrow/builder.h>
#include <arrow/compute/api.h>
#include <arrow/util/bitmap_ops.h>

namespace sluice::expr {
namespace {

arrow::Result<std::shared_ptr<arrow::Array>>
evaluateArray(const Program& program, const arrow::RecordBatch& batch, EvalErrors& errors)
{
    EvalErrors own;
    Evaluation evaluation{batch.num_rows(), &own};
    ARROW_ASSIGN_OR_RAISE(Datum value, evaluateNode(*program.root, &batch, evaluation));
    std::shared_ptr<arrow::Array> array;
    if (value.is_scalar()) {
        ARROW_ASSIGN_OR_RAISE(array, arrow::MakeArrayFromScalar(*value.scalar(), evaluation.rows));
    } else {
        array = value.make_array();
    }
    if (own.empty())
        return array;

    // An operator may have made a value of the null that stands for a failed row.
    own.settle();
    arrow::BooleanBuilder failed;
    ARROW_RETURN_NOT_OK(failed.Reserve(evaluation.rows));
    auto next = own.rows().begin();
    for (std::int64_t row = 0; row < evaluation.rows; ++row) {
        const bool isFailed = next != own.rows().end() && next->row == row;
        next += isFailed;
        failed.UnsafeAppend(isFailed);
    }
    ARROW_ASSIGN_OR_RAISE(auto mask, failed.Finish());
    ARROW_ASSIGN_OR_RAISE(Datum cleared,
                          arrow::compute::IfElse(mask, arrow::MakeNullScalar(array->type()),
                                                 array));
    for (const RowError& error : own.rows())
        errors.add(error.row, error.reason);
    errors.settle();
    return cleared.make_array();
}

arrow::Result<Mask> toMask(const std::shared_ptr<arrow::Array>& values)
{
    const auto& answers = static_cast<const arrow::BooleanArray&>(*values);
    const std::int64_t rows = answers.length();
    Mask mask;
    mask.nullCount = answers.null_count();
    if (mask.nullCount == 0) {
        mask.isTrue = std::static_pointer_cast<arrow::BooleanArray>(values);
    } else {
        ARROW_ASSIGN_OR_RAISE(auto bits, arrow::AllocateBitmap(rows));
        arrow::internal::BitmapAnd(answers.null_bitmap_data(), answers.offset(),
                                   answers.values()->data(), answers.offset(), rows, 0,
                                   bits->mutable_data());
        mask.isTrue = std::make_shared<arrow::BooleanArray>(rows, std::move(bits));
        ARROW_ASSIGN_OR_RAISE(auto nulls,
                              arrow::internal::InvertBitmap(arrow::default_memory_pool(),
                                                            answers.null_bitmap_data(),
                                                            answers.offset(), rows));
        mask.isNull = std::make_shared<arrow::BooleanArray>(rows, std::move(nulls));
    }
    mask.trueCount = mask.isTrue->true_count();
    return mask;
}

} // namespace

void EvalErrors::settle()
{
    std::ranges::stable_sort(m_rows, {}, &RowError::row);
    const auto doubles = std::ranges::unique(m_rows, {}, &RowError::row);
    m_rows.erase(doubles.begin(), doubles.end());
}

Expression::Expression(std::shared_ptr<const Program> program)
    : m_program(std::move(program))
{
}

const std::string& Expression::text() const
{
    return m_program->text;
}

const std::shared_ptr<arrow::DataType>& Expression::type() const
{
    return m_program->root->type;
}

const std::vector<int>& Expression::columns() const
{
    return m_program->columns;
}

const std::shared_ptr<arrow::Scalar>& Expression::constant() const
{
    return m_program->constant;
}

int Expression::columnIndex() const
{
    return m_program->root->kind == Node::Kind::Column ? m_program->root->column : -1;
}

Result<std::shared_ptr<arrow::Array>> Expression::evaluate(const arrow::RecordBatch& batch,
                                                           EvalErrors& errors) const
{
    auto array = evaluateArray(*m_program, batch, errors);
    if (!array.ok())
        return errorFromArrow(array.status(), text());
    return std::move(array).ValueUnsafe();
}

Result<Mask> Expression::evaluateMask(const arrow::RecordBatch& batch, EvalErrors& errors) const
{
    if (type()->id() != arrow::Type::BOOL && type()->id() != arrow::Type::NA)
        return Error{.code = ErrorCode::ConfigInvalid,
                     .message = "the condition is not a boolean",
                     .object = text(),
                     .hint = {},
                     .cause = {}};
    SLUICE_TRY(auto values, evaluate(batch, errors));
    if (values->type_id() == arrow::Type::NA) {
        auto nulls = arrow::MakeArrayOfNull(arrow::boolean(), batch.num_rows());
        if (!nulls.ok())
            return errorFromArrow(nulls.status(), text());
        values = *nulls;
    }
    auto mask = toMask(values);
    if (!mask.ok())
        return errorFromArrow(mask.status(), text());
    return std::move(mask).ValueUnsafe();
}

} // namespace sluice::expr
