// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/int128.h"
#include "engine/base/result.h"

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/array.h>
#include <arrow/type.h>

namespace sluice::state {

/// The place of a row in an order, as bytes that compare like the rows do: the first 16 as one
/// number, which settles nearly every comparison, and what is left.
struct OrderKey
{
    UInt128 head = 0;
    std::string tail;

    std::strong_ordering operator<=>(const OrderKey& other) const
    {
        return head != other.head ? head <=> other.head : tail <=> other.tail;
    }
    bool operator==(const OrderKey&) const = default;
};

/// The order keys of a batch.
struct EncodedOrder
{
    std::string bytes;
    std::vector<std::uint32_t> offsets; // rows + 1
    std::vector<UInt128> heads;

    std::string_view tail(std::size_t row) const
    {
        constexpr std::size_t kHead = sizeof(UInt128);
        const std::size_t size = offsets[row + 1] - offsets[row];
        return size <= kHead ? std::string_view()
                             : std::string_view(bytes.data() + offsets[row] + kHead, size - kHead);
    }
    OrderKey key(std::size_t row) const { return {heads[row], std::string(tail(row))}; }
    /// Whether a row comes before a key; the quick way, without making its key.
    bool isBefore(std::size_t row, const OrderKey& key) const
    {
        return heads[row] != key.head ? heads[row] < key.head : tail(row) < key.tail;
    }
    bool isEqual(std::size_t row, const OrderKey& key) const
    {
        return heads[row] == key.head && tail(row) == key.tail;
    }
};

/// Turns columns into order keys, first column first, each ascending or descending; null comes last
/// either way, NaN is the greatest number. Text is ordered by its bytes. Thread-safe.
class OrderCodec
{
public:
    struct Column
    {
        std::shared_ptr<arrow::Field> field;
        bool isDescending = false;
    };
    /// Unsupported for lists, structs and maps.
    static Result<OrderCodec> make(std::vector<Column> columns);

    const std::vector<Column>& columns() const { return m_columns; }
    /// arrays: one a column, of its type, all of one length.
    void encode(const std::vector<std::shared_ptr<arrow::Array>>& arrays, EncodedOrder& out) const;

private:
    std::vector<Column> m_columns;
};

} // namespace sluice::state
