// SPDX-License-Identifier: Apache-2.0
#include "engine/telemetry/latency_histogram.h"

#include <algorithm>
#include <bit>

namespace sluice {

int LatencyHistogram::cellOf(std::int64_t us)
{
    const auto value = std::uint64_t(std::max<std::int64_t>(us, 0));
    if (value < (1U << kSubBits))
        return int(value);
    const int octave = 63 - std::countl_zero(value); // >= kSubBits
    const auto sub = int((value >> (octave - kSubBits)) & ((1U << kSubBits) - 1));
    return std::min(((octave - kSubBits + 1) << kSubBits) + sub, kCells - 1);
}

std::int64_t LatencyHistogram::upperEdge(int cell)
{
    if (cell < (1 << kSubBits))
        return cell;
    const int octave = (cell >> kSubBits) + kSubBits - 1;
    const std::int64_t sub = (cell & ((1 << kSubBits) - 1)) + (1 << kSubBits);
    return ((sub + 1) << (octave - kSubBits)) - 1;
}

void LatencyHistogram::merge(const LatencyHistogram& other)
{
    for (std::size_t i = 0; i < m_cells.size(); ++i)
        m_cells[i] += other.m_cells[i];
    m_count += other.m_count;
    m_maxUs = std::max(m_maxUs, other.m_maxUs);
}

std::int64_t LatencyHistogram::quantile(double share) const
{
    if (m_count == 0)
        return -1;
    const auto rank = std::uint64_t(share * double(m_count - 1)) + 1;
    std::uint64_t seen = 0;
    for (int i = 0; i < kCells; ++i) {
        seen += m_cells[std::size_t(i)];
        if (seen >= rank)
            return std::min(upperEdge(i), m_maxUs);
    }
    return m_maxUs;
}

} // namespace sluice
