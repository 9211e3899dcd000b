// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"

#include <algorithm>
#include <atomic>
#include <vector>

namespace sluice::runtime {

/// How far a source has come. Its task writes, any thread reads; each figure stands alone.
struct SourceProgress
{
    std::atomic<std::int64_t> watermarkUs{EventTime::min().us};
    std::atomic<bool> isHolding{true}; // false: idle or finished, nobody waits for it
};

/// Sources that do not run further ahead of the slowest of them, in event time, than a bound. Those
/// that are idle or finished do not count; one that has had no row yet is at the begin of time. The
/// slowest never waits, so that any number of such groups over the same sources always goes on.
/// Immutable.
class Alignment
{
public:
    /// The members outlive it.
    Alignment(Micros maxDrift, std::vector<const SourceProgress*> members)
        : m_maxDrift(maxDrift.count())
        , m_members(std::move(members))
    {
    }

    /// Returns whether a source at a watermark has to wait for others.
    bool isAhead(std::int64_t watermarkUs) const
    {
        return std::ranges::any_of(m_members, [&](const SourceProgress* member) {
            const std::int64_t other = member->watermarkUs.load(std::memory_order_relaxed);
            return member->isHolding.load(std::memory_order_relaxed) && other < watermarkUs
                && watermarkUs - m_maxDrift > other;
        });
    }

private:
    const std::int64_t m_maxDrift;
    const std::vector<const SourceProgress*> m_members;
};

} // namespace sluice::runtime
