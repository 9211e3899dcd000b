// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/row_gather.h"

#include "engine/columns/recycling_pool.h"

#include <algorithm>
#include <cstring>
#include <map>

#include <arrow/array/builder_primitive.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/compute/api.h>
#include <arrow/util/bit_util.h>

namespace sluice {
namespace {

using ArrayResult = arrow::Result<std::shared_ptr<arrow::Array>>;

bool isFixed(const arrow::DataType& type)
{
    if (!arrow::is_fixed_width(type.id()) || type.id() == arrow::Type::BOOL
        || type.id() == arrow::Type::DICTIONARY || type.id() == arrow::Type::EXTENSION)
        return false;
    const int width = type.byte_width();
    return width == 1 || width == 2 || width == 4 || width == 8 || width == 16;
}

bool isText(const arrow::DataType& type)
{
    return arrow::is_base_binary_like(type.id()) && !arrow::is_large_binary_like(type.id());
}

// One column of the rows that are asked for.
struct Source
{
    std::size_t index;
    std::span<const RowRun> runs;
    std::int64_t rows = 0;

    const ColumnPiece& piece(const RowRun& run) const { return run.pieces[index]; }
    bool canBeNull() const
    {
        return std::ranges::any_of(runs, [&](const RowRun& run) {
            return !run.pieces || piece(run).array->null_count() > 0;
        });
    }
};

arrow::Result<std::shared_ptr<arrow::Buffer>> gatherValidity(const Source& from,
                                                             std::int64_t& nulls)
{
    nulls = 0;
    if (!from.canBeNull())
        return nullptr;
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bits,
                          arrow::AllocateEmptyBitmap(from.rows));
    std::int64_t at = 0;
    for (const RowRun& run : from.runs)
        for (std::uint32_t i = 0; i < run.count; ++i, ++at) {
            const bool isNull = !run.pieces || from.piece(run).array->IsNull(run.begin + i);
            nulls += isNull;
            if (!isNull)
                arrow::bit_util::SetBit(bits->mutable_data(), at);
        }
    return nulls > 0 ? bits : nullptr;
}

template <std::size_t Width> void copyFixed(const Source& from, std::uint8_t* to)
{
    for (const RowRun& run : from.runs) {
        if (!run.pieces)
            std::memset(to, 0, Width);
        else if (run.count == 1)
            std::memcpy(to, from.piece(run).values + run.begin * Width, Width);
        else
            std::memcpy(to, from.piece(run).values + run.begin * Width, run.count * Width);
        to += run.count * Width;
    }
}

ArrayResult gatherFixed(const std::shared_ptr<arrow::DataType>& type, const Source& from)
{
    const int width = type->byte_width();
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> data,
                          arrow::AllocateBuffer(from.rows * width, recyclingPool()));
    switch (width) {
    case 1: copyFixed<1>(from, data->mutable_data()); break;
    case 2: copyFixed<2>(from, data->mutable_data()); break;
    case 4: copyFixed<4>(from, data->mutable_data()); break;
    case 8: copyFixed<8>(from, data->mutable_data()); break;
    default: copyFixed<16>(from, data->mutable_data()); break;
    }
    std::int64_t nulls = 0;
    ARROW_ASSIGN_OR_RAISE(auto validity, gatherValidity(from, nulls));
    return arrow::MakeArray(arrow::ArrayData::Make(type, from.rows, {validity, data}, nulls));
}

ArrayResult gatherText(const std::shared_ptr<arrow::DataType>& type, const Source& from)
{
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets,
                          arrow::AllocateBuffer((from.rows + 1)
                                                * std::int64_t(sizeof(std::int32_t))));
    auto* to = reinterpret_cast<std::int32_t*>(offsets->mutable_data());
    std::int64_t total = 0;
    *to++ = 0;
    for (const RowRun& run : from.runs) {
        const std::int32_t* ends = run.pieces ? from.piece(run).ends + run.begin : nullptr;
        for (std::uint32_t i = 0; i < run.count; ++i)
            *to++ = std::int32_t(total + (ends ? ends[i + 1] - ends[0] : 0));
        total += ends ? ends[run.count] - ends[0] : 0;
        if (total > INT32_MAX)
            return arrow::Status::CapacityError("one column of a batch holds more than 2 GiB");
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> data,
                          arrow::AllocateBuffer(total, recyclingPool()));
    std::uint8_t* out = data->mutable_data();
    for (const RowRun& run : from.runs) {
        if (!run.pieces)
            continue;
        const ColumnPiece& piece = from.piece(run);
        const std::int32_t begin = piece.ends[run.begin], end = piece.ends[run.begin + run.count];
        if (begin == end)
            continue;
        std::memcpy(out, piece.values + begin, std::size_t(end - begin));
        out += end - begin;
    }
    std::int64_t nulls = 0;
    ARROW_ASSIGN_OR_RAISE(auto validity, gatherValidity(from, nulls));
    return arrow::MakeArray(
        arrow::ArrayData::Make(type, from.rows, {validity, offsets, data}, nulls));
}

// Any type: the rows of each piece in one Take, put behind one another and then into order.
ArrayResult gatherAny(const std::shared_ptr<arrow::DataType>& type, const Source& from)
{
    std::map<const arrow::Array*, std::vector<std::int64_t>> wanted; // piece -> places
    for (const RowRun& run : from.runs)
        for (std::uint32_t i = 0; run.pieces && i < run.count; ++i)
            wanted[from.piece(run).array].push_back(run.begin + i);
    std::map<const arrow::Array*, std::int64_t> next; // piece -> where its next row stands
    arrow::ArrayVector taken;
    std::int64_t length = 0;
    for (const auto& [piece, places] : wanted) {
        const arrow::Int64Array indices(std::int64_t(places.size()), arrow::Buffer::Wrap(places));
        ARROW_ASSIGN_OR_RAISE(auto rows, arrow::compute::Take(*piece, indices));
        next[piece] = length;
        length += rows->length();
        taken.push_back(std::move(rows));
    }
    if (taken.empty())
        return arrow::MakeArrayOfNull(type, from.rows);
    ARROW_ASSIGN_OR_RAISE(auto all, arrow::Concatenate(taken));
    arrow::Int64Builder order;
    ARROW_RETURN_NOT_OK(order.Reserve(from.rows));
    for (const RowRun& run : from.runs)
        for (std::uint32_t i = 0; i < run.count; ++i) {
            if (!run.pieces)
                order.UnsafeAppendNull();
            else
                order.UnsafeAppend(next[from.piece(run).array]++);
        }
    ARROW_ASSIGN_OR_RAISE(auto indices, order.Finish());
    return arrow::compute::Take(*all, *indices);
}

} // namespace

ColumnPiece pieceOf(const arrow::Array& column)
{
    ColumnPiece piece{.array = &column};
    const arrow::ArrayData& data = *column.data();
    if (isFixed(*column.type())) {
        piece.values
            = data.GetValues<std::uint8_t>(1, 0) + data.offset * column.type()->byte_width();
    } else if (isText(*column.type())) {
        piece.values = data.GetValues<std::uint8_t>(2, 0);
        piece.ends = data.GetValues<std::int32_t>(1);
    }
    return piece;
}

arrow::Result<std::shared_ptr<arrow::Array>>
gatherColumn(const std::shared_ptr<arrow::DataType>& type, std::size_t index,
             std::span<const RowRun> runs)
{
    Source from{.index = index, .runs = runs};
    for (const RowRun& run : runs)
        from.rows += run.count;
    return isFixed(*type) ? gatherFixed(type, from)
        : isText(*type)   ? gatherText(type, from)
                          : gatherAny(type, from);
}

} // namespace sluice
