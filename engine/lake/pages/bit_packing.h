// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::lake {

/// Values that are packed at a time: the least common unit of Parquet's miniblocks and runs.
inline constexpr int kPacked = 32;

/// Packs 32 values of `width` bits each, least significant first, as Parquet's bit-packed runs and
/// miniblocks have them, into 4 * width bytes. Higher bits of the values must be 0. Width: up to
/// that of the type.
void packBits(const std::uint16_t* values, int width, std::uint8_t* out);
void packBits(const std::uint32_t* values, int width, std::uint8_t* out);
void packBits(const std::uint64_t* values, int width, std::uint8_t* out);

} // namespace sluice::lake
