// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/join_columns.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"

#include <algorithm>

#include <arrow/array/builder_primitive.h>
#include <arrow/array/util.h>
#include <arrow/compute/api.h>

namespace sluice::operators {
namespace {

constexpr std::size_t kLeft = std::size_t(JoinSide::Left), kRight = std::size_t(JoinSide::Right);

using Columns = std::shared_ptr<arrow::RecordBatch>;

// The rows of one side; nulls if it never had a row.
Result<Columns> gatherSide(const JoinColumns& join, std::size_t side, const state::RowStore& store,
                           std::span<const state::RowId> ids)
{
    if (store.schema())
        return store.gather(ids);
    arrow::FieldVector fields;
    arrow::ArrayVector columns;
    for (const std::string& name : join.keptOf(side)) {
        fields.push_back(join.inputs[side]->GetFieldByName(name));
        auto nulls = arrow::MakeArrayOfNull(fields.back()->type(), std::int64_t(ids.size()));
        if (!nulls.ok())
            return errorFromArrow(nulls.status(), "join");
        columns.push_back(std::move(*nulls));
    }
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), std::int64_t(ids.size()),
                                    std::move(columns));
}

Result<std::shared_ptr<arrow::Array>> valuesOf(const JoinedColumn& column,
                                               const std::array<Columns, 2>& sides)
{
    std::vector<arrow::Datum> found;
    for (const std::size_t side : {kLeft, kRight})
        if (!column.from[side].empty()) {
            SLUICE_TRY(auto values, columnNamed(*sides[side], column.from[side]));
            found.emplace_back(std::move(values));
        }
    if (found.size() == 1 || found.front().null_count() == 0)
        return found.front().make_array();
    auto both = arrow::compute::CallFunction("coalesce", found);
    if (!both.ok())
        return errorFromArrow(both.status(), column.name);
    return both->make_array();
}

} // namespace

bool canMatch(const arrow::DataType& left, const arrow::DataType& right)
{
    return left.Equals(right) || (arrow::is_integer(left.id()) && arrow::is_integer(right.id()));
}

flow::ColumnSet JoinColumns::neededOf(std::size_t side, const flow::ColumnSet& output) const
{
    flow::ColumnSet needed(keys[side].begin(), keys[side].end());
    for (const JoinedColumn& column : columns)
        if (output.contains(column.name) && !column.from[side].empty())
            needed.insert(column.from[side]);
    return needed;
}

JoinColumns JoinColumns::reducedTo(const flow::ColumnSet& output) const
{
    JoinColumns out = *this;
    std::erase_if(out.columns,
                  [&](const JoinedColumn& column) { return !output.contains(column.name); });
    return out;
}

std::vector<std::string> JoinColumns::keptOf(std::size_t side) const
{
    flow::ColumnSet needed(keys[side].begin(), keys[side].end());
    for (const JoinedColumn& column : columns)
        if (!column.from[side].empty())
            needed.insert(column.from[side]);
    std::vector<std::string> out;
    for (const auto& field : inputs[side]->fields())
        if (needed.contains(field->name()))
            out.push_back(field->name());
    return out;
}

Result<Columns> rowsToKeep(const Batch& batch, const std::vector<std::string>& names)
{
    arrow::FieldVector fields;
    arrow::ArrayVector columns;
    for (const std::string& name : names) {
        SLUICE_TRY(auto column, columnNamed(*batch.columns, name));
        fields.push_back(arrow::field(name, column->type()));
        columns.push_back(std::move(column));
    }
    fields.push_back(arrow::field(state::kRowTimeColumn, arrow::int64(), false));
    std::shared_ptr<arrow::Array> times = batch.eventTimes;
    if (!times) {
        auto zeros = arrow::MakeArrayFromScalar(arrow::Int64Scalar(0), batch.rows());
        if (!zeros.ok())
            return errorFromArrow(zeros.status(), "join");
        times = std::move(*zeros);
    }
    columns.push_back(std::move(times));
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), batch.rows(),
                                    std::move(columns));
}

Result<Batch> joinRows(const JoinColumns& join, const state::RowStore& left,
                       std::span<const state::RowId> leftIds, const state::RowStore& right,
                       std::span<const state::RowId> rightIds)
{
    std::array<Columns, 2> sides;
    SLUICE_TRY(sides[kLeft], gatherSide(join, kLeft, left, leftIds));
    SLUICE_TRY(sides[kRight], gatherSide(join, kRight, right, rightIds));
    const auto rows = std::int64_t(leftIds.size());
    arrow::FieldVector fields;
    arrow::ArrayVector columns;
    for (const JoinedColumn& column : join.columns) {
        SLUICE_TRY(auto values, valuesOf(column, sides));
        fields.push_back(arrow::field(column.name, column.type));
        columns.push_back(std::move(values));
    }
    Batch out;
    out.columns
        = arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows, std::move(columns));
    std::vector<std::int64_t> times(leftIds.size(), INT64_MIN);
    const std::array ids{leftIds, rightIds};
    for (const std::size_t side : {kLeft, kRight}) {
        const auto column = sides[side]->GetColumnByName(state::kRowTimeColumn);
        if (!column)
            continue;
        const std::int64_t* from = static_cast<const arrow::Int64Array&>(*column).raw_values();
        for (std::size_t i = 0; i < times.size(); ++i)
            if (ids[side][i] != state::kNoRow)
                times[i] = std::max(times[i], from[i]);
    }
    out.eventTimes
        = std::make_shared<arrow::Int64Array>(rows, arrow::Buffer::FromVector(std::move(times)));
    return out;
}

} // namespace sluice::operators
