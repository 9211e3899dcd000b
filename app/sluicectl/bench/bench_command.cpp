// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/bench/benchmark.h"

#include <CLI/CLI.hpp>

namespace sluice::ctl {

void addBenchCommand(CLI::App& app, Shared& shared)
{
    CLI::App* bench = app.add_subcommand("bench", "Measure; docs/performance.md says what and how");
    bench->require_subcommand(1);
    bench->fallthrough();
    addJobBench(*bench, shared);
    addNexmarkBench(*bench, shared);
    addLatencyBench(*bench, shared);
    addRecoveryBench(*bench, shared);
    addKafkaBench(*bench, shared);
    addPeersBench(*bench, shared);
}

} // namespace sluice::ctl
