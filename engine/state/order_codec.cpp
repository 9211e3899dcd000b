// SPDX-License-Identifier: Apache-2.0
#include "engine/state/order_codec.h"

#include "engine/columns/types.h"
#include "engine/state/key_codec.h"

#include "engine/base/int128.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include <arrow/array.h>

namespace sluice::state {
namespace {

constexpr char kValue = 0, kNull = 1; // null last

std::size_t widthOf(const arrow::DataType& type)
{
    return type.id() == arrow::Type::DECIMAL128 ? 16 : 8;
}

bool isText(const arrow::DataType& type)
{
    return type.id() == arrow::Type::STRING || type.id() == arrow::Type::BINARY;
}

// An int64 whose unsigned order is that of the numbers.
std::uint64_t ordered(std::int64_t value)
{
    return std::uint64_t(value) ^ (std::uint64_t(1) << 63);
}

std::uint64_t ordered(double value)
{
    if (value == 0)
        value = 0; // one zero
    if (std::isnan(value))
        return UINT64_MAX;
    const auto bits = std::bit_cast<std::uint64_t>(value);
    return bits >> 63 ? ~bits : bits | (std::uint64_t(1) << 63);
}

class Writer
{
public:
    Writer(EncodedOrder& out, std::vector<std::uint32_t>& cursors, bool isDescending)
        : m_out(out)
        , m_cursors(cursors)
        , m_flip(isDescending ? '\xff' : '\0')
    {
    }

    // One column behind what each row has so far; value(row) gives its big number.
    template <class Value> void fixed(const arrow::Array& column, Value value)
    {
        const bool hasNulls = column.null_count() > 0;
        for (std::size_t row = 0; row < m_cursors.size(); ++row) {
            char* to = m_out.bytes.data() + m_cursors[row];
            const bool isNull = hasNulls && column.IsNull(std::int64_t(row));
            *to = isNull ? kNull : kValue;
            auto number = isNull ? decltype(value(0))(0) : value(std::int64_t(row));
            if (m_flip != 0 && !isNull)
                number = ~number;
            m_cursors[row] += 1 + sizeof number;
            for (std::size_t end = sizeof number; end > 0; end -= 8) {
                const std::uint64_t word = __builtin_bswap64(std::uint64_t(number));
                std::memcpy(to + 1 + end - 8, &word, 8);
                if constexpr (sizeof number > 8)
                    number >>= 64;
            }
        }
    }
    template <class ArrayType> void integers(const arrow::Array& column)
    {
        const auto& typed = static_cast<const ArrayType&>(column);
        fixed(column, [&](std::int64_t row) { return ordered(std::int64_t(typed.Value(row))); });
    }
    template <class ArrayType> void reals(const arrow::Array& column)
    {
        const auto& typed = static_cast<const ArrayType&>(column);
        fixed(column, [&](std::int64_t row) { return ordered(double(typed.Value(row))); });
    }
    void decimals(const arrow::Decimal128Array& column)
    {
        fixed(column, [&](std::int64_t row) {
            UInt128 number = 0;
            std::memcpy(&number, column.GetValue(row), sizeof number);
            return number ^ (UInt128(1) << 127);
        });
    }
    // A zero byte is written as 0 1 and the end as 0 0, so that a prefix comes first.
    void texts(const arrow::BinaryArray& column)
    {
        for (std::size_t row = 0; row < m_cursors.size(); ++row) {
            char* to = m_out.bytes.data() + m_cursors[row];
            const char* begin = to;
            if (column.IsNull(std::int64_t(row))) {
                *to++ = kNull;
            } else {
                *to++ = kValue;
                for (const char byte : column.GetView(std::int64_t(row))) {
                    *to++ = byte ^ m_flip;
                    if (byte == 0)
                        *to++ = char(1) ^ m_flip;
                }
                *to++ = m_flip;
                *to++ = m_flip;
            }
            m_cursors[row] += std::uint32_t(to - begin);
        }
    }

private:
    EncodedOrder& m_out;
    std::vector<std::uint32_t>& m_cursors;
    const char m_flip;
};

std::uint32_t textSize(const arrow::BinaryArray& column, std::int64_t row)
{
    if (column.IsNull(row))
        return 1;
    const std::string_view text = column.GetView(row);
    return std::uint32_t(3 + text.size() + std::size_t(std::count(text.begin(), text.end(), '\0')));
}

void write(const arrow::Array& column, Writer& writer)
{
    switch (column.type_id()) {
    case arrow::Type::BOOL: writer.integers<arrow::BooleanArray>(column); break;
    case arrow::Type::INT8: writer.integers<arrow::Int8Array>(column); break;
    case arrow::Type::INT16: writer.integers<arrow::Int16Array>(column); break;
    case arrow::Type::INT32: writer.integers<arrow::Int32Array>(column); break;
    case arrow::Type::DATE32: writer.integers<arrow::Date32Array>(column); break;
    case arrow::Type::INT64: writer.integers<arrow::Int64Array>(column); break;
    case arrow::Type::TIMESTAMP: writer.integers<arrow::TimestampArray>(column); break;
    case arrow::Type::FLOAT: writer.reals<arrow::FloatArray>(column); break;
    case arrow::Type::DOUBLE: writer.reals<arrow::DoubleArray>(column); break;
    case arrow::Type::DECIMAL128:
        writer.decimals(static_cast<const arrow::Decimal128Array&>(column));
        break;
    default: writer.texts(static_cast<const arrow::BinaryArray&>(column)); break;
    }
}

// The first bytes of a key, as zeros where it ends; 24 bytes can be read there.
OrderHead headOf(const char* key)
{
    OrderHead head;
    std::memcpy(&head, key, sizeof head);
    return {__builtin_bswap64(head.first), __builtin_bswap64(head.second),
            __builtin_bswap64(head.third)};
}

OrderHead headOf(std::string_view key)
{
    std::array<char, sizeof(OrderHead)> padded{};
    std::copy_n(key.data(), std::min(key.size(), padded.size()), padded.data());
    return headOf(padded.data());
}

// Where the key of each row begins.
void placeRows(const std::vector<std::shared_ptr<arrow::Array>>& arrays, std::size_t rows,
               EncodedOrder& out)
{
    std::uint32_t fixed = 0;
    for (const auto& array : arrays)
        fixed += isText(*array->type()) ? 0 : std::uint32_t(1 + widthOf(*array->type()));
    out.offsets.assign(rows + 1, 0);
    for (std::size_t row = 0; row < rows; ++row) {
        std::uint32_t size = fixed;
        for (const auto& array : arrays)
            if (isText(*array->type()))
                size += textSize(static_cast<const arrow::BinaryArray&>(*array), std::int64_t(row));
        out.offsets[row + 1] = out.offsets[row] + size;
    }
    out.bytes.resize(out.offsets[rows]);
}

} // namespace

Result<OrderCodec> OrderCodec::make(std::vector<Column> columns)
{
    for (const Column& column : columns)
        if (!isKeyType(*column.field->type()))
            return Error{.code = ErrorCode::Unsupported,
                         .message
                         = "a column of type " + typeName(*column.field->type()) + " has no order",
                         .object = column.field->name(),
                         .hint = "derive a column with a simple value from it",
                         .cause = {}};
    OrderCodec codec;
    codec.m_columns = std::move(columns);
    return codec;
}

bool OrderCodec::hasTails() const
{
    std::size_t size = 0;
    for (const Column& column : m_columns) {
        if (isText(*column.field->type()))
            return true;
        size += 1 + widthOf(*column.field->type());
    }
    return size > sizeof(OrderHead);
}

void OrderCodec::encode(const std::vector<std::shared_ptr<arrow::Array>>& arrays,
                        EncodedOrder& out) const
{
    const std::size_t rows = arrays.empty() ? 0 : std::size_t(arrays.front()->length());
    out.hasTails = hasTails();
    out.heads.resize(rows);
    std::vector<std::uint32_t> cursors(rows);
    if (out.hasTails) {
        placeRows(arrays, rows, out);
        std::copy_n(out.offsets.begin(), rows, cursors.begin());
    } else {
        out.bytes.assign(rows * sizeof(OrderHead), '\0');
        for (std::size_t row = 0; row < rows; ++row)
            cursors[row] = std::uint32_t(row * sizeof(OrderHead));
    }
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        Writer writer(out, cursors, m_columns[i].isDescending);
        write(*arrays[i], writer);
    }
    const std::string_view all = out.bytes;
    for (std::size_t row = 0; row < rows; ++row)
        out.heads[row] = out.hasTails
            ? headOf(all.substr(out.offsets[row], out.offsets[row + 1] - out.offsets[row]))
            : headOf(all.data() + row * sizeof(OrderHead));
}

} // namespace sluice::state
