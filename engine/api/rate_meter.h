// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace sluice::api {

/// Turns a counter that is sampled every 100 ms into a rate over about the last second. One thread.
class RateMeter
{
public:
    void sample(std::int64_t steadyNs, std::uint64_t value)
    {
        m_times[m_next] = steadyNs;
        m_values[m_next] = value;
        m_next = (m_next + 1) % kSamples;
        m_count = m_count < kSamples ? m_count + 1 : kSamples;
    }

    /// Returns units a second; 0 before the second sample.
    double perSecond() const
    {
        if (m_count < 2)
            return 0;
        const std::size_t newest = (m_next + kSamples - 1) % kSamples;
        const std::size_t oldest = (m_next + kSamples - m_count) % kSamples;
        const auto ns = double(m_times[newest] - m_times[oldest]);
        if (ns <= 0 || m_values[newest] < m_values[oldest])
            return 0;
        return double(m_values[newest] - m_values[oldest]) * 1e9 / ns;
    }

private:
    static constexpr std::size_t kSamples = 11;
    std::array<std::int64_t, kSamples> m_times{};
    std::array<std::uint64_t, kSamples> m_values{};
    std::size_t m_next = 0, m_count = 0;
};

} // namespace sluice::api
