// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"

#include <optional>

namespace sluice::api {

/// Tells trouble that goes on for too long from trouble that passes. One thread.
class LastingTrouble
{
public:
    explicit LastingTrouble(Micros longest)
        : m_longest(longest)
    {
    }

    /// Said again and again: whether there is trouble now. True once there was more than the
    /// longest of it without a break.
    bool isTooLong(bool isTroubled, SteadyTime now)
    {
        if (!isTroubled) {
            m_since.reset();
            return false;
        }
        if (!m_since)
            m_since = now;
        return std::chrono::nanoseconds(now.ns - m_since->ns) > m_longest;
    }
    void clear() { m_since.reset(); }

private:
    Micros m_longest;
    std::optional<SteadyTime> m_since;
};

} // namespace sluice::api
