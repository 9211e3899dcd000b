// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <arrow/array.h>
#include <arrow/type.h>

namespace sluice::state {

/// Whether each value of a type fits into one 64-bit word, equal values into equal words: whole
/// numbers, booleans, dates, times, reals (-0.0 as 0.0, every NaN the same).
bool isWordType(const arrow::DataType& type);

/// Returns the word of each row of a column of a word type; what a null has is not said. Points
/// into the column or into buffer.
const std::uint64_t* keyWords(const arrow::Array& column, std::vector<std::uint64_t>& buffer);

/// Returns the column of words that keyWords() gave.
Result<std::shared_ptr<arrow::Array>> keyColumn(const std::shared_ptr<arrow::DataType>& type,
                                                std::span<const std::uint64_t> words,
                                                std::span<const std::uint8_t> isValid);

} // namespace sluice::state
