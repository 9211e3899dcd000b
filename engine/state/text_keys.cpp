// SPDX-License-Identifier: Apache-2.0
#include "engine/state/text_keys.h"

#include "engine/base/words.h"
#include "engine/state/hash_bytes.h"

#include <algorithm>
#include <cstring>

#include <arrow/array/array_binary.h>

namespace sluice::state {
namespace {

struct TextColumn
{
    explicit TextColumn(const arrow::BinaryArray& column)
        : begin(reinterpret_cast<const char*>(column.raw_data()))
        , offsets(column.raw_value_offsets())
        , bytes(std::size_t(column.total_values_length()))
    {
    }
    const char* begin;
    const std::int32_t* offsets;
    std::size_t bytes;
};

constexpr std::size_t kTextHead = 1 + sizeof(std::uint32_t);
constexpr std::size_t kSlack = 8; // what a text of fewer than 8 bytes writes behind itself

// Copies a text and up to kSlack bytes more.
inline void putText(const char* begin, std::size_t from, std::size_t size, char* to)
{
    if (size <= 8 && from + size >= 8) {
        const std::uint64_t text = wordEndingAt(begin + from + size, size);
        std::memcpy(to, &text, sizeof text);
    } else if (size > 8 && size <= 16) {
        const std::uint64_t last = wordAt(begin + from + size - 8);
        std::memcpy(to, begin + from, 8);
        std::memcpy(to + size - 8, &last, sizeof last);
    } else if (size > 0) {
        std::memcpy(to, begin + from, size);
    }
}

} // namespace

// Some rows are laid before they are hashed, because what was just written in pieces cannot be read
// at once as words.
void encodeTexts(const std::vector<std::shared_ptr<arrow::Array>>& arrays, EncodedKeys& out)
{
    constexpr std::size_t kRows = 64;
    const auto rows = std::size_t(arrays.front()->length());
    std::vector<TextColumn> columns;
    std::size_t room = kSlack;
    for (const auto& array : arrays)
        room += rows * kTextHead
            + columns.emplace_back(static_cast<const arrow::BinaryArray&>(*array)).bytes;
    out.bytes.resize(room);
    out.offsets.resize(rows + 1);
    out.hashes.resize(rows);
    char* const begin = out.bytes.data();
    char* to = begin;
    for (std::size_t first = 0; first < rows; first += kRows) {
        const std::size_t end = std::min(first + kRows, rows);
        for (std::size_t row = first; row < end; ++row) {
            out.offsets[row] = std::uint32_t(to - begin);
            for (const TextColumn& column : columns) {
                const auto from = std::size_t(column.offsets[row]);
                const std::size_t size = std::size_t(column.offsets[row + 1]) - from;
                *to++ = 1;
                const auto length = std::uint32_t(size);
                std::memcpy(to, &length, sizeof length);
                to += sizeof length;
                putText(column.begin, from, size, to);
                to += size;
            }
        }
        out.offsets[end] = std::uint32_t(to - begin);
        for (std::size_t row = first; row < end; ++row)
            out.hashes[row] = hashBytes(out.key(row));
    }
    out.offsets[rows] = std::uint32_t(to - begin);
}

} // namespace sluice::state
