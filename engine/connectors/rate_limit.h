// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"

#include <algorithm>
#include <cstdint>

namespace sluice::connectors {

/// A token bucket of rows a second that holds a tenth of a second's worth; 0 = no limit. One
/// thread.
class RateLimit
{
public:
    explicit RateLimit(double rowsPerSecond)
        : m_rate(rowsPerSecond)
    {
    }

    /// Returns how many rows may go now, at most wanted.
    std::size_t allowed(std::size_t wanted, SteadyTime now)
    {
        if (m_rate <= 0)
            return wanted;
        if (m_lastNs < 0)
            m_lastNs = now.ns;
        m_tokens = std::min(std::max(1.0, m_rate / 10),
                            m_tokens + double(now.ns - m_lastNs) * 1e-9 * m_rate);
        m_lastNs = now.ns;
        return std::min(wanted, std::size_t(std::max(0.0, m_tokens)));
    }
    void took(std::size_t rows) { m_tokens -= m_rate > 0 ? double(rows) : 0; }

private:
    double m_rate;
    double m_tokens = 1;
    std::int64_t m_lastNs = -1;
};

} // namespace sluice::connectors
