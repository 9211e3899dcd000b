// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::lake {

/// Writes whole numbers as differences (DELTA_BINARY_PACKED), in blocks of 128 of four miniblocks
/// each, as the Parquet library and parquet-java do. Value: std::int32_t or std::int64_t.
/// Returns what is behind them; `out` has room for deltaPackedRoom().
template <class Value>
std::uint8_t* writeDeltaPacked(std::span<const Value> values, std::uint8_t* out);

/// Returns the most bytes that so many values take, and what is written beyond them meanwhile.
template <class Value> std::size_t deltaPackedRoom(std::size_t values);

} // namespace sluice::lake
