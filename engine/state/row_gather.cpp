// SPDX-License-Identifier: Apache-2.0
#include "engine/state/row_gather.h"

#include "engine/columns/types.h"

#include <algorithm>
#include <cstring>
#include <map>

#include <arrow/array/builder_primitive.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/compute/api.h>
#include <arrow/util/bit_util.h>

namespace sluice::state {
namespace {

using ArrayResult = arrow::Result<std::shared_ptr<arrow::Array>>;
using Pieces = std::vector<const arrow::Array*>;

// One column of all chunks, as raw pointers.
struct Source
{
    const std::vector<const arrow::Array*>& pieces;
    std::uint64_t first;
    std::span<const RowId> ids;

    bool canBeNull() const
    {
        return std::ranges::find(ids, kNoRow) != ids.end()
            || std::ranges::any_of(pieces, [](const arrow::Array* piece) {
                   return piece && piece->null_count() > 0;
               });
    }
    bool isNull(RowId id) const
    {
        return id == kNoRow || pieces[chunkOf(id) - first]->IsNull(placeOf(id));
    }
};

arrow::Result<std::shared_ptr<arrow::Buffer>> gatherValidity(const Source& from,
                                                             std::int64_t& nulls)
{
    nulls = 0;
    if (!from.canBeNull())
        return nullptr;
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bits,
                          arrow::AllocateEmptyBitmap(std::int64_t(from.ids.size())));
    for (std::size_t i = 0; i < from.ids.size(); ++i) {
        const bool isNull = from.isNull(from.ids[i]);
        nulls += isNull;
        if (!isNull)
            arrow::bit_util::SetBit(bits->mutable_data(), std::int64_t(i));
    }
    return nulls > 0 ? bits : nullptr;
}

template <std::size_t Width>
void copyFixed(const std::vector<const std::uint8_t*>& values, const Source& from, std::uint8_t* to)
{
    for (const RowId id : from.ids) {
        if (id == kNoRow)
            std::memset(to, 0, Width);
        else
            std::memcpy(to, values[chunkOf(id) - from.first] + placeOf(id) * Width, Width);
        to += Width;
    }
}

ArrayResult gatherFixed(const std::shared_ptr<arrow::DataType>& type, const Source& from)
{
    const auto width = std::size_t(type->byte_width());
    std::vector<const std::uint8_t*> values;
    for (const arrow::Array* piece : from.pieces)
        values.push_back(piece ? piece->data()->GetValues<std::uint8_t>(1, 0)
                                 + std::size_t(piece->offset()) * width
                               : nullptr);
    const auto rows = std::int64_t(from.ids.size());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> data,
                          arrow::AllocateBuffer(rows * std::int64_t(width)));
    switch (width) {
    case 1: copyFixed<1>(values, from, data->mutable_data()); break;
    case 2: copyFixed<2>(values, from, data->mutable_data()); break;
    case 4: copyFixed<4>(values, from, data->mutable_data()); break;
    case 8: copyFixed<8>(values, from, data->mutable_data()); break;
    default: copyFixed<16>(values, from, data->mutable_data()); break;
    }
    std::int64_t nulls = 0;
    ARROW_ASSIGN_OR_RAISE(auto validity, gatherValidity(from, nulls));
    return arrow::MakeArray(arrow::ArrayData::Make(type, rows, {validity, data}, nulls));
}

ArrayResult gatherText(const std::shared_ptr<arrow::DataType>& type, const Source& from)
{
    std::vector<const std::int32_t*> ends;
    std::vector<const std::uint8_t*> bytes;
    for (const arrow::Array* piece : from.pieces) {
        ends.push_back(piece ? piece->data()->GetValues<std::int32_t>(1) : nullptr);
        bytes.push_back(piece ? piece->data()->GetValues<std::uint8_t>(2, 0) : nullptr);
    }
    const auto rows = std::int64_t(from.ids.size());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets,
                          arrow::AllocateBuffer((rows + 1) * std::int64_t(sizeof(std::int32_t))));
    auto* to = reinterpret_cast<std::int32_t*>(offsets->mutable_data());
    std::int64_t total = 0;
    *to++ = 0;
    for (const RowId id : from.ids) {
        if (id != kNoRow) {
            const std::int32_t* at = ends[chunkOf(id) - from.first] + placeOf(id);
            total += at[1] - at[0];
        }
        if (total > INT32_MAX)
            return arrow::Status::CapacityError("one column of a batch holds more than 2 GiB");
        *to++ = std::int32_t(total);
    }
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> data, arrow::AllocateBuffer(total));
    std::uint8_t* out = data->mutable_data();
    for (const RowId id : from.ids) {
        if (id == kNoRow)
            continue;
        const std::size_t chunk = chunkOf(id) - from.first;
        const std::int32_t* at = ends[chunk] + placeOf(id);
        if (at[1] == at[0])
            continue;
        std::memcpy(out, bytes[chunk] + at[0], std::size_t(at[1] - at[0]));
        out += at[1] - at[0];
    }
    std::int64_t nulls = 0;
    ARROW_ASSIGN_OR_RAISE(auto validity, gatherValidity(from, nulls));
    return arrow::MakeArray(arrow::ArrayData::Make(type, rows, {validity, offsets, data}, nulls));
}

// Any type: the rows of each chunk in one Take, put behind one another and then into order.
ArrayResult gatherAny(const std::shared_ptr<arrow::DataType>& type, const Source& from)
{
    std::map<std::uint64_t, std::vector<std::int64_t>> wanted; // chunk -> places
    for (const RowId id : from.ids)
        if (id != kNoRow)
            wanted[chunkOf(id)].push_back(placeOf(id));
    std::map<std::uint64_t, std::int64_t> next; // chunk -> where its next row stands
    arrow::ArrayVector taken;
    std::int64_t length = 0;
    for (const auto& [chunk, places] : wanted) {
        const arrow::Int64Array indices(std::int64_t(places.size()), arrow::Buffer::Wrap(places));
        ARROW_ASSIGN_OR_RAISE(auto rows,
                              arrow::compute::Take(*from.pieces[chunk - from.first], indices));
        next[chunk] = length;
        length += rows->length();
        taken.push_back(std::move(rows));
    }
    if (taken.empty())
        return arrow::MakeArrayOfNull(type, std::int64_t(from.ids.size()));
    ARROW_ASSIGN_OR_RAISE(auto all, arrow::Concatenate(taken));
    arrow::Int64Builder order;
    ARROW_RETURN_NOT_OK(order.Reserve(std::int64_t(from.ids.size())));
    for (const RowId id : from.ids) {
        if (id == kNoRow)
            order.UnsafeAppendNull();
        else
            order.UnsafeAppend(next[chunkOf(id)]++);
    }
    ARROW_ASSIGN_OR_RAISE(auto indices, order.Finish());
    return arrow::compute::Take(*all, *indices);
}

bool isFixed(const arrow::DataType& type)
{
    if (!arrow::is_fixed_width(type.id()) || type.id() == arrow::Type::BOOL
        || type.id() == arrow::Type::DICTIONARY || type.id() == arrow::Type::EXTENSION)
        return false;
    const int width = type.byte_width();
    return width == 1 || width == 2 || width == 4 || width == 8 || width == 16;
}

} // namespace

Result<std::shared_ptr<arrow::Array>> gatherColumn(const std::shared_ptr<arrow::DataType>& type,
                                                   const Pieces& pieces, std::uint64_t first,
                                                   std::span<const RowId> ids)
{
    const Source from{pieces, first, ids};
    auto gathered = isFixed(*type) ? gatherFixed(type, from)
        : arrow::is_base_binary_like(type->id()) && !arrow::is_large_binary_like(type->id())
        ? gatherText(type, from)
        : gatherAny(type, from);
    if (!gathered.ok())
        return errorFromArrow(gathered.status(), "state");
    return std::move(*gathered);
}

} // namespace sluice::state
