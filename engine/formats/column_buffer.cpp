// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/column_buffer.h"

#include "engine/columns/recycling_pool.h"
#include "engine/formats/value_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace sluice::formats {
namespace {

std::size_t widthOf(Shape shape)
{
    switch (shape) {
    case Shape::Bool:
    case Shape::Text: return 0;
    case Shape::Int8: return 1;
    case Shape::Int16: return 2;
    case Shape::Int32:
    case Shape::Float:
    case Shape::Date: return 4;
    case Shape::Int64:
    case Shape::Double:
    case Shape::Timestamp: return 8;
    case Shape::Decimal: return 16;
    }
    return 0;
}

template <class Number> bool readWhole(std::string_view text, Number& out)
{
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
    return failure == std::errc{} && end == text.data() + text.size();
}

template <class Number> bool put(std::uint8_t* data, std::size_t row, std::int64_t value)
{
    if (value < std::numeric_limits<Number>::min() || value > std::numeric_limits<Number>::max())
        return false;
    reinterpret_cast<Number*>(data)[row] = Number(value);
    return true;
}

} // namespace

bool shapeOf(const arrow::DataType& type, Shape& out)
{
    switch (type.id()) {
    case arrow::Type::BOOL: out = Shape::Bool; return true;
    case arrow::Type::INT8: out = Shape::Int8; return true;
    case arrow::Type::INT16: out = Shape::Int16; return true;
    case arrow::Type::INT32: out = Shape::Int32; return true;
    case arrow::Type::INT64: out = Shape::Int64; return true;
    case arrow::Type::FLOAT: out = Shape::Float; return true;
    case arrow::Type::DOUBLE: out = Shape::Double; return true;
    case arrow::Type::DECIMAL128: out = Shape::Decimal; return true;
    case arrow::Type::STRING:
    case arrow::Type::BINARY: out = Shape::Text; return true;
    case arrow::Type::DATE32: out = Shape::Date; return true;
    case arrow::Type::TIMESTAMP: out = Shape::Timestamp; return true;
    default: return false;
    }
}

ColumnBuffer::ColumnBuffer(const SchemaColumn& column)
    : m_column(column)
    , m_shape(Shape::Text)
    , m_width(0)
{
    shapeOf(*column.type, m_shape);
    m_width = widthOf(m_shape);
}

arrow::Status ColumnBuffer::begin(std::size_t rows, std::size_t textBytes)
{
    m_capacity = rows;
    m_validity.reset();
    if (m_shape == Shape::Text) {
        ARROW_ASSIGN_OR_RAISE(m_values,
                              arrow::AllocateBuffer(std::int64_t((rows + 1) * 4), recyclingPool()));
        const double expected = m_meanText < 0 ? double(textBytes) / 8 : m_meanText * double(rows);
        m_textCapacity = std::min(textBytes, std::size_t(expected * 1.25) + 256) + kTextStep;
        ARROW_ASSIGN_OR_RAISE(m_textBuffer,
                              arrow::AllocateResizableBuffer(std::int64_t(m_textCapacity),
                                                             recyclingPool()));
        m_offsets = reinterpret_cast<std::int32_t*>(m_values->mutable_data());
        m_offsets[0] = 0;
        m_text = reinterpret_cast<char*>(m_textBuffer->mutable_data());
        return arrow::Status::OK();
    }
    const std::size_t bytes = m_shape == Shape::Bool ? (rows + 7) / 8 : rows * m_width;
    ARROW_ASSIGN_OR_RAISE(m_values, arrow::AllocateBuffer(std::int64_t(bytes), recyclingPool()));
    m_data = m_values->mutable_data();
    return arrow::Status::OK();
}

void ColumnBuffer::growText(std::size_t needed)
{
    m_textCapacity = std::max(needed, m_textCapacity * 2);
    const arrow::Status grown = m_textBuffer->Resize(std::int64_t(m_textCapacity), false);
    if (!grown.ok())
        grown.Abort("no memory for text");
    m_text = reinterpret_cast<char*>(m_textBuffer->mutable_data());
}

bool ColumnBuffer::setInteger(std::size_t row, std::int64_t value)
{
    bool fits = true;
    switch (m_shape) {
    case Shape::Int8: fits = put<std::int8_t>(m_data, row, value); break;
    case Shape::Int16: fits = put<std::int16_t>(m_data, row, value); break;
    case Shape::Int32: fits = put<std::int32_t>(m_data, row, value); break;
    default: reinterpret_cast<std::int64_t*>(m_data)[row] = value;
    }
    if (fits)
        setValid(row);
    return fits;
}

void ColumnBuffer::setDouble(std::size_t row, double value)
{
    if (m_shape == Shape::Float)
        reinterpret_cast<float*>(m_data)[row] = float(value);
    else
        reinterpret_cast<double*>(m_data)[row] = value;
    setValid(row);
}

void ColumnBuffer::setBool(std::size_t row, bool value)
{
    arrow::bit_util::SetBitTo(m_data, std::int64_t(row), value);
    setValid(row);
}

void ColumnBuffer::setDecimal(std::size_t row, const arrow::Decimal128& value)
{
    value.ToBytes(m_data + row * 16);
    setValid(row);
}

void ColumnBuffer::setDate(std::size_t row, std::int32_t days)
{
    reinterpret_cast<std::int32_t*>(m_data)[row] = days;
    setValid(row);
}

void ColumnBuffer::setNull(std::size_t row)
{
    if (!m_validity) {
        // Most columns of most batches have no null and never pay for the bitmap.
        const auto bytes = std::int64_t((m_capacity + 7) / 8);
        m_validity = arrow::AllocateBuffer(bytes).ValueOrDie();
        std::memset(m_validity->mutable_data(), 0xff, std::size_t(bytes));
    }
    arrow::bit_util::ClearBit(m_validity->mutable_data(), std::int64_t(row));
    if (m_shape == Shape::Text)
        m_offsets[row + 1] = m_offsets[row];
    else if (m_shape == Shape::Bool)
        arrow::bit_util::ClearBit(m_data, std::int64_t(row));
    else
        std::memset(m_data + row * m_width, 0, m_width);
}

bool ColumnBuffer::setFromText(std::size_t row, std::string_view text)
{
    std::int64_t whole = 0;
    double real = 0;
    std::int32_t days = 0;
    arrow::Decimal128 decimal;
    switch (m_shape) {
    case Shape::Text: setText(row, text); return true;
    case Shape::Int8:
    case Shape::Int16:
    case Shape::Int32:
    case Shape::Int64: return readWhole(text, whole) && setInteger(row, whole);
    case Shape::Float:
    case Shape::Double:
        if (!readWhole(text, real) || !std::isfinite(real))
            return false;
        setDouble(row, real);
        return true;
    case Shape::Bool:
        if (text != "true" && text != "false" && text != "TRUE" && text != "FALSE")
            return false;
        setBool(row, text == "true" || text == "TRUE");
        return true;
    case Shape::Date:
        if (!parseDate(text, days))
            return false;
        setDate(row, days);
        return true;
    case Shape::Timestamp:
        if (parseTimestamp(text, whole)) {
            setInt64(row, whole);
            return true;
        }
        if (m_column.numberUnitNs == 0 || !readWhole(text, whole))
            return false;
        if (m_column.numberUnitNs >= 1000
            && (whole > INT64_MAX / (m_column.numberUnitNs / 1000)
                || whole < INT64_MIN / (m_column.numberUnitNs / 1000)))
            return false;
        setInt64(row,
                 m_column.numberUnitNs >= 1000 ? whole * (m_column.numberUnitNs / 1000)
                                               : whole / 1000);
        return true;
    case Shape::Decimal: {
        const auto& type = static_cast<const arrow::Decimal128Type&>(*m_column.type);
        if (!parseDecimal(text, type.precision(), type.scale(), decimal))
            return false;
        setDecimal(row, decimal);
        return true;
    }
    }
    return false;
}

arrow::Result<std::shared_ptr<arrow::Array>> ColumnBuffer::finish(std::size_t rows)
{
    const auto length = std::int64_t(rows);
    std::vector<std::shared_ptr<arrow::Buffer>> buffers{m_validity, m_values};
    if (m_shape == Shape::Text) {
        // Much that was reserved and not used is given back, or it would be held as long as the
        // batch lives.
        const auto used = std::size_t(m_offsets[rows]);
        ARROW_RETURN_NOT_OK(
            m_textBuffer->Resize(std::int64_t(used), used * 2 + 4096 < m_textCapacity));
        m_meanText = rows > 0 ? double(used) / double(rows) : m_meanText;
        buffers.push_back(m_textBuffer);
    }
    const std::int64_t nulls = m_validity ? arrow::kUnknownNullCount : 0;
    return arrow::MakeArray(
        arrow::ArrayData::Make(m_column.type, length, std::move(buffers), nulls));
}

} // namespace sluice::formats
