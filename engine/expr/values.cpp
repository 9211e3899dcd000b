// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/values.h"

#include <limits>

#include <arrow/util/bitmap_ops.h>

namespace sluice::expr {

NullReader::NullReader(const Datum& value)
{
    if (!value.is_array()) {
        m_isValid = value.scalar()->is_valid;
        return;
    }
    const arrow::ArrayData& data = *value.array();
    if (data.type->id() == arrow::Type::NA) {
        m_isValid = false;
    } else if (data.GetNullCount() > 0) {
        m_bits = data.buffers[0]->data();
        m_offset = data.offset;
    }
}

bool Validity::allocate()
{
    auto bits = arrow::AllocateBitmap(m_rows);
    if (!bits.ok()) {
        m_status = bits.status();
        return false;
    }
    m_bits = std::move(bits).ValueUnsafe();
    arrow::bit_util::SetBitsTo(m_bits->mutable_data(), 0, m_rows, true);
    return true;
}

Validity Validity::ofAll(Arguments arguments, std::int64_t rows)
{
    Validity out(rows);
    for (const Datum& argument : arguments) {
        if (argument.is_scalar()) {
            if (!argument.scalar()->is_valid && (out.m_bits || out.allocate()))
                arrow::bit_util::SetBitsTo(out.m_bits->mutable_data(), 0, rows, false);
            continue;
        }
        const arrow::ArrayData& data = *argument.array();
        if (data.GetNullCount() == 0)
            continue;
        if (!out.m_bits && !out.allocate())
            break;
        if (data.type->id() == arrow::Type::NA)
            arrow::bit_util::SetBitsTo(out.m_bits->mutable_data(), 0, rows, false);
        else
            arrow::internal::BitmapAnd(out.m_bits->data(), 0, data.buffers[0]->data(), data.offset,
                                       rows, 0, out.m_bits->mutable_data());
    }
    return out;
}

void Validity::setNull(std::int64_t row)
{
    if (m_bits || allocate())
        arrow::bit_util::ClearBit(m_bits->mutable_data(), row);
}

arrow::Result<std::shared_ptr<arrow::Buffer>> Validity::finish()
{
    ARROW_RETURN_NOT_OK(m_status);
    return std::move(m_bits);
}

arrow::Status Writer<bool>::reserve(std::int64_t rows)
{
    ARROW_ASSIGN_OR_RAISE(m_buffer, arrow::AllocateEmptyBitmap(rows));
    return arrow::Status::OK();
}

arrow::Result<Datum> Writer<bool>::finish(const TypePtr& type, std::int64_t rows,
                                          Validity& validity)
{
    ARROW_ASSIGN_OR_RAISE(auto bits, validity.finish());
    return Datum(arrow::ArrayData::Make(type, rows, {std::move(bits), std::move(m_buffer)}));
}

arrow::Status Writer<std::string_view>::reserve(std::int64_t rows)
{
    ARROW_ASSIGN_OR_RAISE(m_offsets,
                          arrow::AllocateBuffer((rows + 1) * std::int64_t(sizeof(std::int32_t))));
    reinterpret_cast<std::int32_t*>(m_offsets->mutable_data())[0] = 0;
    return m_bytes.Reserve(rows * 16);
}

void Writer<std::string_view>::set(std::int64_t row, std::string_view value)
{
    if (m_status.ok() && !value.empty()) {
        if (m_bytes.length() + std::int64_t(value.size())
            > std::numeric_limits<std::int32_t>::max())
            m_status = arrow::Status::CapacityError("a batch of text is larger than 2 GiB");
        else
            m_status = m_bytes.Append(value.data(), std::int64_t(value.size()));
    }
    reinterpret_cast<std::int32_t*>(m_offsets->mutable_data())[row + 1]
        = std::int32_t(m_bytes.length());
}

arrow::Result<Datum> Writer<std::string_view>::finish(const TypePtr& type, std::int64_t rows,
                                                      Validity& validity)
{
    ARROW_RETURN_NOT_OK(m_status);
    ARROW_ASSIGN_OR_RAISE(auto bits, validity.finish());
    ARROW_ASSIGN_OR_RAISE(auto bytes, m_bytes.Finish());
    return Datum(arrow::ArrayData::Make(type, rows,
                                        {std::move(bits), std::move(m_offsets), std::move(bytes)}));
}

} // namespace sluice::expr
