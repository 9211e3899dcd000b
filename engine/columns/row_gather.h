// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <arrow/array.h>

namespace sluice {

/// A column of kept rows, and pointers to its first row for types that are copied value by value.
struct ColumnPiece
{
    const arrow::Array* array = nullptr;
    const std::uint8_t* values = nullptr; // of text: its bytes
    const std::int32_t* ends = nullptr;   // of text
};
ColumnPiece pieceOf(const arrow::Array& column);

/// Rows that follow one another: pieces are the columns they are in. Null: one row of nulls.
struct RowRun
{
    const ColumnPiece* pieces = nullptr;
    std::uint32_t begin = 0, count = 1;
};

/// Puts together a column of rows, the index-th of their pieces. Fixed-width and text columns are
/// copied; nested ones take the way through arrow's Take.
arrow::Result<std::shared_ptr<arrow::Array>>
gatherColumn(const std::shared_ptr<arrow::DataType>& type, std::size_t index,
             std::span<const RowRun> runs);

} // namespace sluice
