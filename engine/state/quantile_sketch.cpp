// SPDX-License-Identifier: Apache-2.0
#include "engine/state/quantile_sketch.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice::state {
namespace {

constexpr double kError = 0.01;
constexpr double kLeast = 1e-9;
constexpr std::size_t kMaxCells = 2048;

double logGamma()
{
    static const double value = std::log((1 + kError) / (1 - kError));
    return value;
}

int cellOf(double magnitude)
{
    return int(std::ceil(std::log(magnitude) / logGamma()));
}

// The value of a cell that is at most 1 % from all others in it.
double valueOf(int cell)
{
    return 2 * std::exp(double(cell) * logGamma()) / (1 + std::exp(logGamma()));
}

} // namespace

void QuantileSketch::Cells::add(int index, std::uint64_t weight)
{
    if (counts.empty()) {
        first = index;
        counts.push_back(0);
    }
    if (index < first) {
        const auto more = std::size_t(first - index);
        if (counts.size() + more > kMaxCells) {
            index = std::max(index, first + int(counts.size()) - int(kMaxCells));
            if (index >= first) {
                counts[0] += weight;
                return;
            }
        }
        counts.insert(counts.begin(), std::size_t(first - index), 0);
        first = index;
    }
    const auto at = std::size_t(index - first);
    if (at >= counts.size())
        counts.resize(at + 1, 0);
    counts[at] += weight;
    if (counts.size() > kMaxCells) { // the smallest cells become one
        const std::size_t excess = counts.size() - kMaxCells;
        for (std::size_t i = 0; i < excess; ++i)
            counts[excess] += counts[i];
        counts.erase(counts.begin(), counts.begin() + std::ptrdiff_t(excess));
        first += int(excess);
    }
}

void QuantileSketch::Cells::save(ByteWriter& out) const
{
    out.i64(first);
    out.varint(counts.size());
    for (const std::uint64_t count : counts)
        out.varint(count);
}

void QuantileSketch::Cells::load(ByteReader& in)
{
    first = int(in.i64());
    const std::uint64_t size = std::min<std::uint64_t>(in.varint(), kMaxCells);
    counts.resize(size);
    for (std::uint64_t& count : counts)
        count = in.varint();
}

void QuantileSketch::add(double value, std::uint64_t weight)
{
    if (!std::isfinite(value))
        return;
    if (value > kLeast)
        m_positive.add(cellOf(value), weight);
    else if (value < -kLeast)
        m_negative.add(cellOf(-value), weight);
    else
        m_zero += weight;
    m_min = m_count == 0 ? value : std::min(m_min, value);
    m_max = m_count == 0 ? value : std::max(m_max, value);
    m_count += weight;
}

void QuantileSketch::merge(const QuantileSketch& other)
{
    if (other.m_count == 0)
        return;
    for (std::size_t i = 0; i < other.m_positive.counts.size(); ++i)
        if (other.m_positive.counts[i] > 0)
            m_positive.add(other.m_positive.first + int(i), other.m_positive.counts[i]);
    for (std::size_t i = 0; i < other.m_negative.counts.size(); ++i)
        if (other.m_negative.counts[i] > 0)
            m_negative.add(other.m_negative.first + int(i), other.m_negative.counts[i]);
    m_min = m_count == 0 ? other.m_min : std::min(m_min, other.m_min);
    m_max = m_count == 0 ? other.m_max : std::max(m_max, other.m_max);
    m_zero += other.m_zero;
    m_count += other.m_count;
}

double QuantileSketch::quantile(double share) const
{
    if (m_count == 0)
        return std::numeric_limits<double>::quiet_NaN();
    const double rank = share * double(m_count - 1);
    double seen = 0;
    const auto bounded = [&](double value) { return std::clamp(value, m_min, m_max); };
    for (std::size_t i = m_negative.counts.size(); i-- > 0;) {
        seen += double(m_negative.counts[i]);
        if (seen > rank)
            return bounded(-valueOf(m_negative.first + int(i)));
    }
    seen += double(m_zero);
    if (seen > rank)
        return bounded(0);
    for (std::size_t i = 0; i < m_positive.counts.size(); ++i) {
        seen += double(m_positive.counts[i]);
        if (seen > rank)
            return bounded(valueOf(m_positive.first + int(i)));
    }
    return m_max;
}

void QuantileSketch::save(ByteWriter& out) const
{
    out.varint(m_count);
    out.varint(m_zero);
    out.f64(m_min);
    out.f64(m_max);
    m_positive.save(out);
    m_negative.save(out);
}

void QuantileSketch::load(ByteReader& in)
{
    m_count = in.varint();
    m_zero = in.varint();
    m_min = in.f64();
    m_max = in.f64();
    m_positive.load(in);
    m_negative.load(in);
}

} // namespace sluice::state
