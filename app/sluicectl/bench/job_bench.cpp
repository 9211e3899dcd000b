// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/bench/benchmark.h"
#include "app/sluicectl/bench/measured_run.h"
#include "app/sluicectl/bench/order_job.h"
#include "app/sluicectl/bench/parse_baseline.h"
#include "app/sluicectl/output.h"
#include "engine/connectors/demo_records.h"

#include <algorithm>
#include <fstream>
#include <memory>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

// Writes the log of order events and returns the rate at which simdjson reads its first records.
Result<double> writeLog(const std::string& path, std::int64_t events, std::int64_t& bytes)
{
    note("writing " + countText(events) + " order events ...");
    const connectors::DemoRecords records(connectors::DemoRecords::Profile::Orders, 42, 0.001);
    std::ofstream file(path, std::ios::binary);
    std::string block, sample;
    constexpr std::size_t kBlockBytes = 4 << 20, kSampleBytes = 64 << 20;
    constexpr std::int64_t kStartUs = 1'767'225'600'000'000; // 2026-01-01
    for (std::int64_t i = 0; i < events; ++i) {
        records.append(std::uint64_t(i), kStartUs + i * 100, block);
        block += '\n';
        if (block.size() < kBlockBytes && i + 1 < events)
            continue;
        if (sample.size() < kSampleBytes)
            sample += block;
        file << block;
        bytes += std::int64_t(block.size());
        block.clear();
    }
    if (!file.flush())
        return Error{.code = ErrorCode::StorageFull,
                     .message = "the events could not all be written",
                     .object = path,
                     .hint = "Give a --folder with more room, or fewer --events.",
                     .cause = {}};
    padForParsing(sample);
    const double rate = parseBaseline(sample, orderFields());
    note("R_parse: " + rateText(rate) + " on one core");
    return rate;
}

int run(const Shared& shared, const BenchOptions& options)
{
    const BenchFolder folder(options.folder);
    std::int64_t bytes = 0;
    const auto baseline = writeLog(folder.path() + "/orders.jsonl", options.events, bytes);
    if (!baseline)
        return report(shared, baseline.error());
    writeOrderJob(folder.path(), orderLogSource());
    auto costs = runOften({.document = folder.path() + "/job.yaml",
                           .workspace = folder.path() + "/workspace",
                           .workers = options.cores},
                          options.runs);
    if (!costs)
        return report(shared, costs.error());
    std::ranges::sort(*costs, {}, &RunCost::rowsPerSecond);
    const RunCost& median = (*costs)[costs->size() / 2];
    tell(shared,
         {{.name = "job",
           .events = options.events,
           .eventsPerSecond = median.rowsPerSecond(),
           .bytesPerEvent = double(bytes) / double(options.events),
           .coresUsed = median.cores(),
           .ratioToParse = median.rowsPerSecond() / *baseline,
           .p50Ms = median.p50Ms,
           .p99Ms = median.p99Ms,
           .runs = options.runs,
           .more = {{"minimum_events_per_second", costs->front().rowsPerSecond()},
                    {"events_per_cpu_second", median.rowsPerCpuSecond()},
                    {"epoch_ms", median.last.epochSeconds * 1000}}}});
    return kDone;
}

} // namespace

void addJobBench(CLI::App& bench, Shared& shared)
{
    // As many that beginning and ending, which a stream does once, do not count for much.
    const auto options = std::make_shared<BenchOptions>(
        BenchOptions{.events = 20'000'000, .runs = 3, .cores = 2, .folder = {}});
    CLI::App* job = bench.add_subcommand(
        "job", "The whole job, from a JSON log to bronze, silver and gold, exactly once");
    addEventOption(*job, *options);
    addRunOptions(*job, *options);
    job->callback([&shared, options] { shared.exitCode = run(shared, *options); });
}

} // namespace sluice::ctl
