// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include <arrow/array/array_binary.h>
#include <arrow/array/array_dict.h>
#include <parquet/exception.h>

namespace sluice::lake {

/// Whether forEachText() reads a type: texts and bytes, as offsets or as views, and dictionaries of
/// texts with 32-bit indices.
inline bool isTextLike(const arrow::DataType& type)
{
    switch (type.id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW: return true;
    case arrow::Type::DICTIONARY: {
        const auto& dictionary = static_cast<const arrow::DictionaryType&>(type);
        return dictionary.index_type()->id() == arrow::Type::INT32
            && dictionary.value_type()->id() == arrow::Type::STRING;
    }
    default: return false;
    }
}

namespace detail {

template <class ArrayType, class Visit>
std::int64_t eachText(const ArrayType& texts, std::int64_t from, std::int64_t rows, Visit& visit)
{
    const bool hasNulls = texts.null_count() > 0;
    for (std::int64_t row = from; row < from + rows; ++row)
        if ((!hasNulls || texts.IsValid(row)) && !visit(std::string_view(texts.GetView(row))))
            return row - from;
    return rows;
}

} // namespace detail

/// Calls visit(std::string_view) with each value that is not null, until it returns false. Returns
/// how many rows that took.
template <class Visit>
std::int64_t forEachText(const arrow::Array& values, std::int64_t from, std::int64_t rows,
                         Visit visit)
{
    switch (values.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
        return detail::eachText(static_cast<const arrow::BinaryArray&>(values), from, rows, visit);
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
        return detail::eachText(static_cast<const arrow::BinaryViewArray&>(values), from, rows,
                                visit);
    case arrow::Type::DICTIONARY: {
        const auto& column = static_cast<const arrow::DictionaryArray&>(values);
        const auto& texts = static_cast<const arrow::BinaryArray&>(*column.dictionary());
        const auto* index = column.indices()->data()->GetValues<std::int32_t>(1);
        for (std::int64_t row = from; row < from + rows; ++row)
            if (column.IsValid(row) && !visit(std::string_view(texts.GetView(index[row]))))
                return row - from;
        return rows;
    }
    default:
        throw parquet::ParquetException("a column of texts was given " + values.type()->ToString());
    }
}

} // namespace sluice::lake
