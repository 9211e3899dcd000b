// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/engine.h"
#include "engine/base/result.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sluice::ctl {

struct RunOrder
{
    std::string document;  // path
    std::string workspace; // made anew
    int workers = 1;
    std::vector<api::Command> before = {}; // connections to save
    std::uint64_t stopsAfterRows = 0;      // 0 = when the input is over
};

/// What a run cost from the moment when rows could move to its last commit, so that what a source
/// does before its first row (making records, opening files) is outside.
struct RunCost
{
    double rows = 0; // read by all sources
    double seconds = 0;
    double cpuSeconds = 0;                     // user and system, all threads of the process
    std::optional<double> p50Ms, p99Ms, maxMs; // of the last 15 s before the input ended
    api::PipelineSnapshot last;

    double rowsPerSecond() const { return rows / seconds; }
    double rowsPerCpuSecond() const { return rows / cpuSeconds; }
    double cores() const { return cpuSeconds / seconds; }
};

/// Runs a document of bounded input to its end.
Result<RunCost> runToEnd(const RunOrder& order);

/// Runs it several times and returns the costs in that order. before is called before each.
Result<std::vector<RunCost>> runOften(const RunOrder& order, int runs,
                                      const std::function<void()>& before = {});

} // namespace sluice::ctl
