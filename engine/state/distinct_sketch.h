// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"

#include <cstdint>
#include <vector>

namespace sluice::state {

/// Counts distinct values: exactly up to 256, then by HyperLogLog with 4096 registers (Flajolet and
/// others 2007; linear counting below 2.5 registers), standard error 1.6 %. One thread.
class DistinctSketch
{
public:
    /// hash: a good 64-bit hash of the value.
    void add(std::uint64_t hash);
    void merge(const DistinctSketch& other);
    std::int64_t estimate() const;
    std::size_t bytes() const { return m_exact.capacity() * 8 + m_registers.capacity(); }

    void save(ByteWriter& out) const;
    void load(ByteReader& in);

private:
    void addToRegisters(std::uint64_t hash);
    void spill();

    std::vector<std::uint64_t> m_exact; // sorted, while m_registers is empty
    std::vector<std::uint8_t> m_registers;
};

} // namespace sluice::state
