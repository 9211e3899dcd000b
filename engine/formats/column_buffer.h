// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/formats/record_schema.h"

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/decimal.h>

namespace sluice::formats {

/// How a flat column lies in memory.
enum class Shape : std::uint8_t {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    Float,
    Double,
    Decimal,
    Text,
    Date,
    Timestamp
};

/// Builds one flat Arrow column, row by row, straight into its buffers: no builder, no branch on
/// the type but the caller's one. A row may be set again (a rejected record is overwritten by the
/// next one), so nothing needs rolling back. begin() reserves for the whole batch.
class ColumnBuffer
{
public:
    static constexpr std::size_t kTextStep = 96; // bytes that are copied at once

    explicit ColumnBuffer(const SchemaColumn& column);

    Shape shape() const { return m_shape; }
    const SchemaColumn& column() const { return m_column; }

    /// Makes room for rows. textBytes is the most text that can come; what is reserved follows what
    /// came before, and grows.
    arrow::Status begin(std::size_t rows, std::size_t textBytes);

    void setInt64(std::size_t row, std::int64_t value)
    {
        reinterpret_cast<std::int64_t*>(m_data)[row] = value;
        setValid(row);
    }
    void setInt32(std::size_t row, std::int32_t value)
    {
        reinterpret_cast<std::int32_t*>(m_data)[row] = value;
        setValid(row);
    }
    /// False if the value does not fit the column's width.
    bool setInteger(std::size_t row, std::int64_t value);
    void setDouble(std::size_t row, double value);
    void setBool(std::size_t row, bool value);
    void setDecimal(std::size_t row, const arrow::Decimal128& value);
    /// Sets a decimal by its digits as a whole number.
    void setDecimalDigits(std::size_t row, std::int64_t digits)
    {
        auto* words = reinterpret_cast<std::int64_t*>(m_data) + row * 2;
        words[0] = digits;
        words[1] = digits >> 63;
        setValid(row);
    }
    void setDate(std::size_t row, std::int32_t days);
    void setText(std::size_t row, std::string_view value)
    {
        const std::int32_t start = m_offsets[row];
        char* to = textRoom(start, value.size());
        std::memcpy(to, value.data(), value.size());
        m_offsets[row + 1] = start + std::int32_t(value.size());
        setValid(row);
    }
    /// The same for a text behind which kTextStep bytes can be read: short ones are copied in one
    /// step. False if there is no room, for setText().
    bool putPaddedText(std::size_t row, const char* text, std::size_t size)
    {
        const std::int32_t start = m_offsets[row];
        if (std::size_t(start) + size + kTextStep > m_textCapacity)
            return false;
        char* to = m_text + start;
        for (std::size_t at = 0; at < size; at += kTextStep)
            std::memcpy(to + at, text + at, kTextStep);
        m_offsets[row + 1] = start + std::int32_t(size);
        setValid(row);
        return true;
    }
    void setNull(std::size_t row);
    /// Reads a value of the column's type from text (CSV, numbers in quotes); false if it is none.
    bool setFromText(std::size_t row, std::string_view text);

    arrow::Result<std::shared_ptr<arrow::Array>> finish(std::size_t rows);

private:
    // Where text of a row goes; there is room for size bytes and a step behind them.
    char* textRoom(std::int32_t start, std::size_t size)
    {
        if (std::size_t(start) + size + kTextStep > m_textCapacity)
            growText(std::size_t(start) + size + kTextStep);
        return m_text + start;
    }
    void growText(std::size_t needed);
    void setValid(std::size_t row)
    {
        if (m_validity)
            arrow::bit_util::SetBit(m_validity->mutable_data(), std::int64_t(row));
    }

    SchemaColumn m_column;
    Shape m_shape;
    std::size_t m_width; // bytes a value; 0 for Bool and Text
    std::size_t m_capacity = 0;
    std::size_t m_textCapacity = 0;
    double m_meanText = -1; // bytes a row in the last batch
    std::shared_ptr<arrow::Buffer> m_values, m_validity;
    std::shared_ptr<arrow::ResizableBuffer> m_textBuffer;
    std::uint8_t* m_data = nullptr;
    std::int32_t* m_offsets = nullptr;
    char* m_text = nullptr;
};

/// Returns the shape of a flat type; false for struct, list, map and json-less nested ones.
bool shapeOf(const arrow::DataType& type, Shape& out);

} // namespace sluice::formats
