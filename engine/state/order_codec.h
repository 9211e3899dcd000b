// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// The first 24 bytes of a place in an order as numbers that compare like the bytes do: all of it
/// for two columns of fixed width, and for text what settles nearly every comparison.
struct OrderHead
{
    std::uint64_t first = 0, second = 0, third = 0;
    auto operator<=>(const OrderHead&) const = default;
};

/// The place of a row in an order, as bytes that compare like the rows do: the head and the rest.
struct OrderKey
{
    OrderHead head;
    std::string tail;

    auto operator<=>(const OrderKey&) const = default;
};

/// The order keys of a batch.
struct EncodedOrder
{
    std::vector<OrderHead> heads;
    bool hasTails = false; // whether a key of these columns may be longer than its head
    std::string bytes;
    std::vector<std::uint32_t> offsets; // rows + 1

    std::string_view tail(std::size_t row) const
    {
        constexpr std::size_t kHead = sizeof(OrderHead);
        const std::size_t size = hasTails ? offsets[row + 1] - offsets[row] : 0;
        return size <= kHead ? std::string_view()
                             : std::string_view(bytes.data() + offsets[row] + kHead, size - kHead);
    }
    OrderKey key(std::size_t row) const { return {heads[row], std::string(tail(row))}; }
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
    /// Whether a key may be longer than its head.
    bool hasTails() const;
    /// arrays: one a column, of its type, all of one length.
    void encode(const std::vector<std::shared_ptr<arrow::Array>>& arrays, EncodedOrder& out) const;

private:
    std::vector<Column> m_columns;
};

} // namespace sluice::state
