// SPDX-License-Identifier: Apache-2.0
#include "engine/state/key_words.h"

#include "engine/columns/types.h"

#include <bit>
#include <cmath>

#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>

namespace sluice::state {
namespace {

std::uint64_t realWord(double value)
{
    if (value == 0)
        value = 0; // both zeros are one key
    if (std::isnan(value))
        value = std::nan("");
    return std::bit_cast<std::uint64_t>(value);
}

template <class ArrayType, class F>
const std::uint64_t* filled(const arrow::Array& column, std::vector<std::uint64_t>& buffer, F f)
{
    const auto& typed = static_cast<const ArrayType&>(column);
    buffer.resize(std::size_t(column.length()));
    for (std::size_t row = 0; row < buffer.size(); ++row)
        buffer[row] = f(typed.Value(std::int64_t(row)));
    return buffer.data();
}

template <class Builder, class F>
Result<std::shared_ptr<arrow::Array>> columnOf(const std::shared_ptr<arrow::DataType>& type,
                                               std::span<const std::uint64_t> words,
                                               std::span<const std::uint8_t> isValid, F value)
{
    Builder out(type, arrow::default_memory_pool());
    arrow::Status status = out.Reserve(std::int64_t(words.size()));
    for (std::size_t i = 0; i < words.size() && status.ok(); ++i)
        status = isValid[i] ? out.Append(value(words[i])) : out.AppendNull();
    auto array = status.ok() ? out.Finish() : arrow::Result<std::shared_ptr<arrow::Array>>(status);
    if (!array.ok())
        return errorFromArrow(array.status(), "key");
    return std::move(*array);
}

template <class Builder> auto wholeColumn()
{
    return [](const auto& type, auto words, auto isValid) {
        return columnOf<Builder>(type, words, isValid, [](std::uint64_t word) {
            return typename Builder::value_type(std::int64_t(word));
        });
    };
}

} // namespace

bool isWordType(const arrow::DataType& type)
{
    switch (type.id()) {
    case arrow::Type::BOOL:
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE: return true;
    default: return false;
    }
}

const std::uint64_t* keyWords(const arrow::Array& column, std::vector<std::uint64_t>& buffer)
{
    const auto whole = [](auto value) { return std::uint64_t(std::int64_t(value)); };
    const auto real = [](auto value) { return realWord(double(value)); };
    switch (column.type_id()) {
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP: return column.data()->GetValues<std::uint64_t>(1);
    case arrow::Type::BOOL: return filled<arrow::BooleanArray>(column, buffer, whole);
    case arrow::Type::INT8: return filled<arrow::Int8Array>(column, buffer, whole);
    case arrow::Type::INT16: return filled<arrow::Int16Array>(column, buffer, whole);
    case arrow::Type::INT32: return filled<arrow::Int32Array>(column, buffer, whole);
    case arrow::Type::DATE32: return filled<arrow::Date32Array>(column, buffer, whole);
    case arrow::Type::FLOAT: return filled<arrow::FloatArray>(column, buffer, real);
    default: return filled<arrow::DoubleArray>(column, buffer, real);
    }
}

Result<std::shared_ptr<arrow::Array>> keyColumn(const std::shared_ptr<arrow::DataType>& type,
                                                std::span<const std::uint64_t> words,
                                                std::span<const std::uint8_t> isValid)
{
    const auto real = [](std::uint64_t word) { return std::bit_cast<double>(word); };
    switch (type->id()) {
    case arrow::Type::BOOL:
        return columnOf<arrow::BooleanBuilder>(type, words, isValid,
                                               [](std::uint64_t word) { return word != 0; });
    case arrow::Type::INT8: return wholeColumn<arrow::Int8Builder>()(type, words, isValid);
    case arrow::Type::INT16: return wholeColumn<arrow::Int16Builder>()(type, words, isValid);
    case arrow::Type::INT32: return wholeColumn<arrow::Int32Builder>()(type, words, isValid);
    case arrow::Type::INT64: return wholeColumn<arrow::Int64Builder>()(type, words, isValid);
    case arrow::Type::DATE32: return wholeColumn<arrow::Date32Builder>()(type, words, isValid);
    case arrow::Type::TIMESTAMP:
        return wholeColumn<arrow::TimestampBuilder>()(type, words, isValid);
    case arrow::Type::FLOAT:
        return columnOf<arrow::FloatBuilder>(type, words, isValid,
                                             [&](std::uint64_t word) { return float(real(word)); });
    default: return columnOf<arrow::DoubleBuilder>(type, words, isValid, real);
    }
}

} // namespace sluice::state
