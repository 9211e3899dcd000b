// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/partition_split.h"

#include "engine/lake/lake_error.h"
#include "engine/lake/partition_path.h"

#include <unordered_map>

#include <arrow/array.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>
#include <arrow/compute/api.h>

namespace sluice::lake {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;

// The distinct values of one partition column in a batch, and which one each row has.
struct Codes
{
    std::shared_ptr<arrow::Array> values;
    std::shared_ptr<arrow::Int32Array> indices; // null where the value is null

    std::int64_t count() const { return values->length() + 1; } // and null
    std::int64_t code(std::int64_t row) const
    {
        return indices->IsNull(row) ? values->length() : indices->Value(row);
    }
    bool isConstant() const
    {
        return values->length() == 1 ? indices->null_count() == 0 : values->length() == 0;
    }
};

arrow::Result<std::shared_ptr<arrow::Array>> daysOf(const arrow::Array& values)
{
    const auto& times = static_cast<const arrow::TimestampArray&>(values);
    arrow::Date32Builder days;
    ARROW_RETURN_NOT_OK(days.Reserve(times.length()));
    for (std::int64_t row = 0; row < times.length(); ++row) {
        if (times.IsNull(row)) {
            days.UnsafeAppendNull();
            continue;
        }
        const std::int64_t us = times.Value(row);
        days.UnsafeAppend(std::int32_t(us / kDayUs - (us % kDayUs < 0 ? 1 : 0)));
    }
    return days.Finish();
}

arrow::Result<Codes> encode(const arrow::RecordBatch& rows, const PartitionColumn& column)
{
    std::shared_ptr<arrow::Array> values = rows.GetColumnByName(column.source);
    if (column.isDay && values->type_id() == arrow::Type::TIMESTAMP) {
        ARROW_ASSIGN_OR_RAISE(values, daysOf(*values));
    }
    if (values->type_id() != arrow::Type::DICTIONARY) {
        ARROW_ASSIGN_OR_RAISE(const arrow::Datum encoded, arrow::compute::DictionaryEncode(values));
        values = encoded.make_array();
    }
    const auto& dictionary = static_cast<const arrow::DictionaryArray&>(*values);
    return Codes{dictionary.dictionary(),
                 std::static_pointer_cast<arrow::Int32Array>(dictionary.indices())};
}

// Rows by the combination of their codes, in the order of first appearance.
std::vector<std::vector<std::int32_t>> group(const std::vector<Codes>& columns, std::int64_t rows)
{
    std::vector<std::vector<std::int32_t>> groups;
    std::unordered_map<std::int64_t, std::size_t> byKey;
    std::int64_t lastKey = -1;
    std::size_t last = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
        std::int64_t key = 0;
        for (const Codes& column : columns)
            key = key * column.count() + column.code(row);
        if (key != lastKey) { // neighbours are mostly alike
            const auto [found, isNew] = byKey.emplace(key, groups.size());
            if (isNew)
                groups.emplace_back();
            last = found->second;
            lastKey = key;
        }
        groups[last].push_back(std::int32_t(row));
    }
    return groups;
}

PartitionValues valuesOf(const std::vector<Codes>& codes,
                         const std::vector<PartitionColumn>& columns, std::int64_t row)
{
    PartitionValues out;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::int64_t code = codes[i].code(row);
        out[columns[i].name] = code == codes[i].values->length()
            ? std::nullopt
            : partitionText(*codes[i].values, code);
    }
    return out;
}

// The library takes rows of everything but of views, which have no nulls here (raw_columns.h).
arrow::Result<std::shared_ptr<arrow::Array>> takeViews(const arrow::StringViewArray& column,
                                                       const std::vector<std::int32_t>& rows)
{
    using View = arrow::BinaryViewType;
    ARROW_ASSIGN_OR_RAISE(auto taken,
                          arrow::AllocateBuffer(std::int64_t(rows.size()) * View::kSize));
    auto* view = taken->mutable_data_as<View::c_type>();
    for (const std::int32_t row : rows)
        *view++ = column.raw_values()[row];
    auto data = column.data()->Copy();
    data->length = std::int64_t(rows.size());
    data->offset = 0;
    data->buffers[1] = std::move(taken);
    return arrow::MakeArray(data);
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>>
takeGroup(const std::shared_ptr<arrow::RecordBatch>& rows, const std::vector<std::int32_t>& group)
{
    const arrow::Int32Array indices(std::int64_t(group.size()), arrow::Buffer::Wrap(group));
    const auto options = arrow::compute::TakeOptions::NoBoundsCheck();
    arrow::ArrayVector columns;
    for (const auto& column : rows->columns()) {
        const bool isView = column->type_id() == arrow::Type::STRING_VIEW;
        ARROW_ASSIGN_OR_RAISE(columns.emplace_back(),
                              isView
                                  ? takeViews(static_cast<const arrow::StringViewArray&>(*column),
                                              group)
                                  : arrow::compute::Take(*column, indices, options));
    }
    return arrow::RecordBatch::Make(rows->schema(), std::int64_t(group.size()), std::move(columns));
}

arrow::Result<std::vector<PartitionRows>> split(const std::shared_ptr<arrow::RecordBatch>& rows,
                                                const std::vector<PartitionColumn>& columns)
{
    std::vector<Codes> codes;
    bool isOne = true;
    for (const PartitionColumn& column : columns) {
        ARROW_ASSIGN_OR_RAISE(Codes encoded, encode(*rows, column));
        isOne = isOne && encoded.isConstant();
        codes.push_back(std::move(encoded));
    }
    std::vector<PartitionRows> out;
    if (isOne) {
        out.push_back({valuesOf(codes, columns, 0), rows});
        return out;
    }
    for (const auto& group : group(codes, rows->num_rows())) {
        ARROW_ASSIGN_OR_RAISE(auto taken, takeGroup(rows, group));
        out.push_back({valuesOf(codes, columns, group.front()), std::move(taken)});
    }
    return out;
}

} // namespace

Result<PartitionColumn> parsePartitionColumn(const std::string& text, const arrow::Schema& columns)
{
    PartitionColumn out{.name = text, .source = text};
    if (text.starts_with("date(") && text.ends_with(")")) {
        out.source = text.substr(5, text.size() - 6);
        out.name = out.source + "_date";
        out.isDay = true;
    }
    const auto field = columns.GetFieldByName(out.source);
    if (!field)
        return lakeError(ErrorCode::ConfigUnknown, "there is no column \"" + out.source + "\"", {},
                         "Write the name of a column, or date(column).");
    const arrow::Type::type type = field->type()->id();
    if (out.isDay && type != arrow::Type::TIMESTAMP && type != arrow::Type::DATE32)
        return lakeError(ErrorCode::ConfigInvalid,
                         "date() takes a timestamp or date, column \"" + out.source + "\" is "
                             + typeName(*field->type()),
                         {});
    if (!canPartitionBy(*field->type()) && type != arrow::Type::DICTIONARY)
        return lakeError(ErrorCode::ConfigInvalid,
                         "a table cannot be partitioned by " + typeName(*field->type())
                             + " (column \"" + out.source + "\")",
                         {});
    if (out.isDay && columns.GetFieldByName(out.name))
        return lakeError(ErrorCode::ConfigInvalid,
                         "date(" + out.source + ") makes column \"" + out.name
                             + "\", which is there already",
                         {}, "Partition by that column itself, or rename it.");
    return out;
}

Result<std::vector<PartitionRows>> splitByPartition(const std::shared_ptr<arrow::RecordBatch>& rows,
                                                    const std::vector<PartitionColumn>& columns)
{
    if (columns.empty())
        return std::vector<PartitionRows>{{{}, rows}};
    SLUICE_LAKE_ARROW_VALUE(auto parts, split(rows, columns), "partition_by");
    return parts;
}

} // namespace sluice::lake
