// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/buffer.h>

namespace sluice::lake {

/// Encodes indices of a dictionary as Parquet's data pages have them: a byte with the width, then
/// runs of one value and bit-packed runs (the RLE / bit-packing hybrid). `entries` is the size of
/// the dictionary. The indices may be padded. Throws parquet::ParquetException without memory.
std::shared_ptr<arrow::Buffer> encodeIndices(std::vector<std::uint16_t>& indices,
                                             std::size_t entries);

} // namespace sluice::lake
