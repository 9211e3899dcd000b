// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/bench/benchmark.h"
#include "app/sluicectl/bench/measured_run.h"
#include "app/sluicectl/bench/order_job.h"
#include "app/sluicectl/output.h"

#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

struct LatencyOptions
{
    BenchOptions common{.events = 0, .runs = 1, .cores = 2, .folder = {}};
    std::int64_t rate = 1'200'000;
    int seconds = 12;
    std::string epoch = "150ms";
};

int run(const Shared& shared, const LatencyOptions& options)
{
    const BenchFolder folder(options.common.folder);
    const std::int64_t events = options.rate * options.seconds;
    writeOrderJob(folder.path(),
                  "  orders: {type: generator_source, profile: orders, rate: "
                      + std::to_string(options.rate) + ", limit: " + std::to_string(events)
                      + ", seed: 42, faults: 0.001, prepared: true, out_of_order: 5s}\n",
                  options.epoch);
    auto costs = runOften({.document = folder.path() + "/job.yaml",
                           .workspace = folder.path() + "/workspace",
                           .workers = options.common.cores},
                          options.common.runs);
    if (!costs)
        return report(shared, costs.error());
    std::ranges::sort(*costs, {}, [](const RunCost& cost) { return cost.p99Ms.value_or(1e9); });
    const RunCost& median = (*costs)[costs->size() / 2];
    tell(shared,
         {{.name = "latency",
           .events = events,
           .eventsPerSecond = median.rowsPerSecond(),
           .bytesPerEvent = {},
           .coresUsed = median.cores(),
           .ratioToParse = {},
           .p50Ms = median.p50Ms,
           .p99Ms = median.p99Ms,
           .runs = options.common.runs,
           .more = {{"offered_per_second", double(options.rate)},
                    {"max_ms", median.maxMs.value_or(-1)},
                    {"worst_p99_ms", costs->back().p99Ms.value_or(-1)},
                    {"epoch_ms", median.last.epochSeconds * 1000},
                    {"sink", "delta"}}}});
    return kDone;
}

} // namespace

void addLatencyBench(CLI::App& bench, Shared& shared)
{
    const auto options = std::make_shared<LatencyOptions>();
    CLI::App* latency = bench.add_subcommand(
        "latency", "The whole job at a fixed rate: from when an event was due to its commit");
    latency->add_option("--rate", options->rate, "Events a second, whatever the job can take")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t(100), std::int64_t(50'000'000)));
    latency->add_option("--seconds", options->seconds, "How long; the latency is of the last 15")
        ->capture_default_str()
        ->check(CLI::Range(2, 3600));
    latency->add_option("--epoch", options->epoch, "Length of an epoch")->capture_default_str();
    addRunOptions(*latency, options->common);
    latency->callback([&shared, options] { shared.exitCode = run(shared, *options); });
}

} // namespace sluice::ctl
