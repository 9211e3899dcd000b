// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace sluice::runtime {

/// A token bucket of rows a second that holds a tenth of a second's worth; 0 = no limit. The rate
/// may be changed by any thread; the rest belongs to one task. More may be taken than is allowed
/// (a batch is taken whole); the debt is waited for.
class RateLimit
{
public:
    void setRate(double rowsPerSecond) { m_rate.store(rowsPerSecond, std::memory_order_relaxed); }
    double rate() const { return m_rate.load(std::memory_order_relaxed); }

    /// Returns how many rows may go now, at most wanted.
    std::size_t allowed(std::size_t wanted, SteadyTime now)
    {
        const double rate = this->rate();
        if (rate <= 0)
            return wanted;
        if (m_lastNs < 0)
            m_lastNs = now.ns;
        m_tokens = std::min(std::max(1.0, rate / 10),
                            m_tokens + double(now.ns - m_lastNs) * 1e-9 * rate);
        m_lastNs = now.ns;
        return std::min(wanted, std::size_t(std::max(0.0, m_tokens)));
    }
    void took(std::size_t rows) { m_tokens -= rate() > 0 ? double(rows) : 0; }

private:
    std::atomic<double> m_rate{0};
    double m_tokens = 1;
    std::int64_t m_lastNs = -1;
};

} // namespace sluice::runtime
