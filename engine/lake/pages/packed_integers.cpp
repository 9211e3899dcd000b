// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/packed_integers.h"

#include "engine/lake/pages/delta_packing.h"
#include "engine/lake/pages/page_bytes.h"

#include <algorithm>
#include <cstring>

#include <arrow/array/array_decimal.h>
#include <arrow/array/array_primitive.h>
#include <parquet/exception.h>

namespace sluice::lake {
namespace {

constexpr std::int64_t kDecimalBytes = 16; // least significant first

template <class Value, class Number>
void appendNumbers(const arrow::Array& values, std::int64_t from, std::int64_t rows,
                   std::vector<Value>& out)
{
    const auto* number = values.data()->GetValues<Number>(1) + from;
    const std::size_t had = out.size();
    out.resize(had + std::size_t(rows));
    Value* to = out.data() + had;
    if (values.null_count() == 0) {
        std::copy_n(number, rows, to);
        return;
    }
    for (std::int64_t row = 0; row < rows; ++row) {
        *to = Value(number[row]);
        to += values.IsValid(from + row) ? 1 : 0;
    }
    out.resize(std::size_t(to - out.data()));
}

template <class Value>
void appendDecimals(const arrow::Array& values, std::int64_t from, std::int64_t rows,
                    std::vector<Value>& out)
{
    // The precision says that the lower half of sixteen bytes is all.
    const std::uint8_t* half
        = static_cast<const arrow::Decimal128Array&>(values).raw_values() + from * kDecimalBytes;
    const std::size_t had = out.size();
    out.resize(had + std::size_t(rows));
    Value* to = out.data() + had;
    const bool hasNulls = values.null_count() > 0;
    for (std::int64_t row = 0; row < rows; ++row, half += kDecimalBytes) {
        std::memcpy(to, half, sizeof(Value));
        to += !hasNulls || values.IsValid(from + row) ? 1 : 0;
    }
    out.resize(std::size_t(to - out.data()));
}

} // namespace

template <class Value>
PackedIntegers<Value>::PackedIntegers(std::shared_ptr<Statistics> statistics)
    : m_statistics(std::move(statistics))
{
}

template <class Value> bool PackedIntegers<Value>::takes(const arrow::DataType& type)
{
    switch (type.id()) {
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::DATE32: return sizeof(Value) == 4;
    case arrow::Type::INT64: return sizeof(Value) == 8;
    case arrow::Type::TIMESTAMP:
        return sizeof(Value) == 8
            && static_cast<const arrow::TimestampType&>(type).unit() == arrow::TimeUnit::MICRO;
    case arrow::Type::DECIMAL128: {
        const int precision = static_cast<const arrow::Decimal128Type&>(type).precision();
        return sizeof(Value) == 4 ? precision <= 9 : precision > 9 && precision <= 18;
    }
    default: return false;
    }
}

template <class Value>
std::int64_t PackedIntegers<Value>::append(const arrow::Array& values, std::int64_t from,
                                           std::int64_t rows)
{
    const std::size_t had = m_values.size();
    switch (values.type_id()) {
    case arrow::Type::INT8: appendNumbers<Value, std::int8_t>(values, from, rows, m_values); break;
    case arrow::Type::INT16:
        appendNumbers<Value, std::int16_t>(values, from, rows, m_values);
        break;
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
        appendNumbers<Value, std::int32_t>(values, from, rows, m_values);
        break;
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP:
        appendNumbers<Value, std::int64_t>(values, from, rows, m_values);
        break;
    case arrow::Type::DECIMAL128: appendDecimals<Value>(values, from, rows, m_values); break;
    default:
        throw parquet::ParquetException("a column of whole numbers was given "
                                        + values.type()->ToString());
    }
    if (m_statistics)
        m_statistics->Update(m_values.data() + had, std::int64_t(m_values.size() - had), 0);
    return rows;
}

template <class Value> std::int64_t PackedIntegers<Value>::pageBytes() const
{
    return std::int64_t(m_values.size() * sizeof(Value));
}

template <class Value> std::shared_ptr<arrow::Buffer> PackedIntegers<Value>::takePage()
{
    PageBytes page;
    std::uint8_t* const start = page.room(std::int64_t(deltaPackedRoom<Value>(m_values.size())));
    page.wrote(writeDeltaPacked<Value>(m_values, start) - start);
    m_values.clear();
    return page.take();
}

template <class Value> parquet::EncodedStatistics PackedIntegers<Value>::bounds() const
{
    return m_statistics ? m_statistics->Encode() : parquet::EncodedStatistics{};
}

template class PackedIntegers<std::int32_t>;
template class PackedIntegers<std::int64_t>;

} // namespace sluice::lake
