// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/diagnostic.h"
#include "engine/base/document.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace sluice::slo {

enum class Indicator { Freshness, LatencyP99, Throughput, Quality, Availability };

const char* indicatorName(Indicator indicator);

/// What a pipeline promises: in a share `target` of the one-minute slices of `window`, the
/// indicator keeps to the threshold. Budgeting by time slices, as OpenSLO defines it.
struct Objective
{
    std::string name;
    Indicator indicator = Indicator::Freshness;
    std::string table;    // freshness
    double threshold = 0; // seconds, rows/s or a share, after the indicator
    double targetShare = 0.999;
    std::int64_t windowUs = 30ll * 86'400'000'000;

    /// Freshness and latency must stay at or below the threshold, the others at or above it.
    bool isUpperBound() const
    {
        return indicator == Indicator::Freshness || indicator == Indicator::LatencyP99;
    }
    bool keeps(double value) const
    {
        return isUpperBound() ? value <= threshold : value >= threshold;
    }
};

/// Reads the `objectives:` of a pipeline document; findings have their place.
std::vector<Objective> readObjectives(const DocumentNode& document, Diagnostics& diagnostics);

/// Measures one objective. A slice is a minute; it is bad when any value in it broke the threshold,
/// good when it had values and none did, and counts neither way when it had none: no data is never
/// good. One thread.
class ObjectiveTracker
{
public:
    explicit ObjectiveTracker(Objective objective)
        : m_objective(std::move(objective))
    {
    }

    const Objective& objective() const { return m_objective; }
    /// Takes a value at a wall time; nullopt = nothing could be measured.
    void observe(std::int64_t wallUs, std::optional<double> value);
    /// Puts back a slice of an earlier run.
    void restore(std::int64_t minute, bool isGood);

    std::optional<double> value() const { return m_value; }
    /// Good slices of those with data, over the objective's window; 1 with none.
    double goodShare(std::int64_t wallUs) const;
    /// What is left of the error budget, which is (1 - target) of the whole window's minutes (21.6
    /// minutes for 99.95 % of 30 days): 1 - bad minutes / budget; negative when overspent.
    double budgetLeftShare(std::int64_t wallUs) const;
    /// Bad share over a lookback, in units of the budget: 1 spends it exactly over the window.
    double burnRate(std::int64_t wallUs, std::int64_t lookbackUs) const;
    bool hasData() const { return m_value.has_value() || !m_slices.empty(); }

private:
    struct Slice
    {
        std::int64_t minute = 0;
        bool isGood = true;
    };
    double badShare(std::int64_t wallUs, std::int64_t lookbackUs) const;

    Objective m_objective;
    std::optional<double> m_value;
    std::deque<Slice> m_slices; // ascending; only minutes with data
};

} // namespace sluice::slo
