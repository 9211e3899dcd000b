// SPDX-License-Identifier: Apache-2.0
#include "engine/state/distinct_sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace sluice::state {
namespace {

constexpr std::size_t kMaxExact = 256;
constexpr int kIndexBits = 12;
constexpr std::size_t kRegisters = 1u << kIndexBits;

} // namespace

void DistinctSketch::add(std::uint64_t hash)
{
    if (!m_registers.empty()) {
        addToRegisters(hash);
        return;
    }
    const auto at = std::lower_bound(m_exact.begin(), m_exact.end(), hash);
    if (at != m_exact.end() && *at == hash)
        return;
    m_exact.insert(at, hash);
    if (m_exact.size() > kMaxExact)
        spill();
}

void DistinctSketch::spill()
{
    m_registers.assign(kRegisters, 0);
    for (const std::uint64_t hash : m_exact)
        addToRegisters(hash);
    m_exact.clear();
    m_exact.shrink_to_fit();
}

void DistinctSketch::addToRegisters(std::uint64_t hash)
{
    std::uint8_t& cell = m_registers[hash >> (64 - kIndexBits)];
    const std::uint64_t rest
        = (hash << kIndexBits) | (1ull << (kIndexBits - 1)); // ends the run of zeros
    cell = std::max(cell, std::uint8_t(std::countl_zero(rest) + 1));
}

void DistinctSketch::merge(const DistinctSketch& other)
{
    for (const std::uint64_t hash : other.m_exact)
        add(hash);
    if (other.m_registers.empty())
        return;
    if (m_registers.empty())
        spill();
    for (std::size_t i = 0; i < kRegisters; ++i)
        m_registers[i] = std::max(m_registers[i], other.m_registers[i]);
}

std::int64_t DistinctSketch::estimate() const
{
    if (m_registers.empty())
        return std::int64_t(m_exact.size());
    double sum = 0;
    int zeros = 0;
    for (const std::uint8_t cell : m_registers) {
        sum += std::ldexp(1.0, -int(cell));
        zeros += cell == 0;
    }
    constexpr double kCount = double(kRegisters);
    const double alpha = 0.7213 / (1 + 1.079 / kCount);
    const double raw = alpha * kCount * kCount / sum;
    if (raw <= 2.5 * kCount && zeros > 0)
        return std::int64_t(std::llround(kCount * std::log(kCount / zeros)));
    return std::int64_t(std::llround(raw));
}

void DistinctSketch::save(ByteWriter& out) const
{
    out.varint(m_exact.size());
    for (const std::uint64_t hash : m_exact)
        out.u64(hash);
    out.u8(m_registers.empty() ? 0 : 1);
    out.raw(m_registers.data(), m_registers.size());
}

void DistinctSketch::load(ByteReader& in)
{
    m_exact.resize(std::min<std::uint64_t>(in.varint(), kMaxExact));
    for (std::uint64_t& hash : m_exact)
        hash = in.u64();
    m_registers.clear();
    if (in.u8() == 0)
        return;
    m_registers.resize(kRegisters);
    for (std::uint8_t& cell : m_registers)
        cell = in.u8();
}

} // namespace sluice::state
