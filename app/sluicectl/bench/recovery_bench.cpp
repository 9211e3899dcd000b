// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/bench/benchmark.h"
#include "app/sluicectl/output.h"
#include "engine/api/engine.h"
#include "engine/base/options.h"
#include "engine/base/time.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>
#include <type_traits>

#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

struct RecoveryOptions
{
    BenchOptions common{.events = 0, .runs = 3, .cores = 2, .folder = {}};
    std::string state = "1GB";
};

// Every order is new, so that the node that remembers them grows until the process is killed. A
// few rows go on, so that each epoch commits some.
const char* const kDocument = R"(pipeline: bench_recovery
epoch: 100ms
nodes:
  orders:
    type: generator_source
    profile: orders
    rate: 1000000
    start: 2026-01-01T00:00:00Z
  unique: {type: deduplicate, input: orders, keys: [order_id], within: 1000h}
  some: {type: filter, input: unique, where: product < 1010}
  silver: {type: delta_sink, input: some, table: silver.orders}
)";

// What the engine in the other process says of itself.
struct Sight
{
    std::int64_t stateBytes = 0, stateKeys = 0, epoch = 0;
    std::int64_t runningUs = 0;  // wall clock: when rows could move
    std::int64_t firstRowUs = 0; // wall clock: when the first new row was committed; 0 = not yet
    std::int64_t rowsIn = 0;
    bool isFailed = false;
};
static_assert(std::is_trivially_copyable_v<Sight>);

Sight look(const api::PipelineSnapshot& pipeline)
{
    Sight out{.stateBytes = 0,
              .stateKeys = 0,
              .epoch = pipeline.epoch,
              .runningUs = pipeline.startedUs,
              .firstRowUs = 0,
              .rowsIn = std::int64_t(pipeline.rowsIn),
              .isFailed = pipeline.state == api::RunState::Failed};
    for (const auto& node : pipeline.nodes) {
        out.stateBytes += node.stateBytes;
        out.stateKeys += node.stateKeys;
        if (node.name == "silver" && node.committedRows > 0)
            out.firstRowUs = pipeline.lastCommitUs;
    }
    return out;
}

// An engine in a process of its own, which can be killed.
class OtherProcess
{
public:
    OtherProcess(const std::string& folder, int workers, bool isFirst)
    {
        int ends[2];
        if (::pipe(ends) != 0)
            return;
        m_process = ::fork();
        if (m_process == 0) {
            ::close(ends[0]);
            serve(folder, workers, isFirst, ends[1]);
            ::_exit(0);
        }
        ::close(ends[1]);
        m_pipe = ends[0];
    }
    ~OtherProcess() { kill(); }
    OtherProcess(const OtherProcess&) = delete;
    OtherProcess& operator=(const OtherProcess&) = delete;

    /// Waits for the next sight; false when the process has ended.
    bool next(Sight& out) const
    {
        return m_pipe >= 0 && ::read(m_pipe, &out, sizeof out) == ssize_t(sizeof out)
            && !out.isFailed;
    }
    void kill()
    {
        if (m_process > 0) {
            ::kill(m_process, SIGKILL);
            ::waitpid(m_process, nullptr, 0);
            ::close(m_pipe);
        }
        m_process = -1;
    }

private:
    // Runs until it is killed, or the other end of the pipe is closed.
    static void serve(const std::string& folder, int workers, bool isFirst, int pipe)
    {
        auto engine = api::openEngine({.workspace = folder + "/workspace", .workers = workers});
        if (!engine) {
            note(engine.error().text());
            return;
        }
        if (isFirst)
            (*engine)->submit(
                api::DeployPipeline{.documentPath = folder + "/job.yaml", .text = {}});
        else
            (*engine)->submit(api::StartPipeline{.pipeline = "bench_recovery"});
        for (std::uint64_t generation = 0;;) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            const auto snapshot = (*engine)->snapshot();
            if (snapshot->generation == generation || snapshot->pipelines.empty())
                continue;
            generation = snapshot->generation;
            const api::PipelineSnapshot& pipeline = snapshot->pipelines.front();
            const Sight sight = look(pipeline);
            if (sight.isFailed)
                note(pipeline.stateReason);
            if (pipeline.state != api::RunState::Running && !sight.isFailed)
                continue;
            if (::write(pipe, &sight, sizeof sight) != ssize_t(sizeof sight))
                return;
        }
    }

    pid_t m_process = -1;
    int m_pipe = -1;
};

struct Recovery
{
    double firstRowMs = 0, runningMs = 0;
    Sight before;
};

Error broken()
{
    return {.code = ErrorCode::Internal,
            .message = "the process that was to be killed ended by itself",
            .object = "bench recovery",
            .hint = "See what it wrote to standard error.",
            .cause = {}};
}

// Lets the state grow to its size and a commit follow, then kills.
Result<Sight> growAndKill(const std::string& folder, int workers, std::int64_t bytes)
{
    OtherProcess process(folder, workers, true);
    Sight sight;
    std::int64_t lastEpoch = -1;
    while (process.next(sight)) {
        if (sight.stateBytes >= bytes && lastEpoch < 0)
            lastEpoch = sight.epoch;
        if (lastEpoch >= 0 && sight.epoch > lastEpoch + 1)
            return sight;
    }
    return broken();
}

Result<Recovery> restart(const std::string& folder, int workers)
{
    const std::int64_t beginUs = systemClock().wallNow().us;
    OtherProcess process(folder, workers, false);
    Sight sight;
    while (process.next(sight))
        if (sight.firstRowUs > 0)
            return Recovery{.firstRowMs = double(sight.firstRowUs - beginUs) / 1000,
                            .runningMs = double(sight.runningUs - beginUs) / 1000,
                            .before = {}};
    return broken();
}

int run(const Shared& shared, const RecoveryOptions& options)
{
    const BenchFolder folder(options.common.folder);
    std::int64_t bytes = 0;
    parseSize(options.state, bytes);
    writeText(folder.path() + "/job.yaml", kDocument);
    note("letting the state grow to " + bytesText(bytes) + " ...");
    const auto before = growAndKill(folder.path(), options.common.cores, bytes);
    if (!before)
        return report(shared, before.error());
    std::vector<Recovery> all;
    for (int i = 0; i < options.common.runs; ++i) {
        note("restart " + std::to_string(i + 1) + " of " + std::to_string(options.common.runs)
             + " ...");
        const auto recovery = restart(folder.path(), options.common.cores);
        if (!recovery)
            return report(shared, recovery.error());
        note(std::to_string(int(recovery->firstRowMs)) + " ms to the first row");
        all.push_back(*recovery);
    }
    std::ranges::sort(all, {}, &Recovery::firstRowMs);
    const Recovery& median = all[all.size() / 2];
    tell(shared,
         {{.name = "recovery",
           .events = before->rowsIn,
           .eventsPerSecond = {},
           .bytesPerEvent = {},
           .coresUsed = {},
           .ratioToParse = {},
           .p50Ms = {},
           .p99Ms = {},
           .runs = options.common.runs,
           .more = {{"first_row_ms", median.firstRowMs},
                    {"running_ms", median.runningMs},
                    {"worst_first_row_ms", all.back().firstRowMs},
                    {"state_bytes", double(before->stateBytes)},
                    {"keys", double(before->stateKeys)},
                    {"bytes_per_key", double(before->stateBytes) / double(before->stateKeys)},
                    {"epoch_ms", 100.0}}}});
    return kDone;
}

} // namespace

void addRecoveryBench(CLI::App& bench, Shared& shared)
{
    const auto options = std::make_shared<RecoveryOptions>();
    CLI::App* recovery = bench.add_subcommand(
        "recovery", "kill -9 with much state, restart: time to the first new row in its table");
    recovery->add_option("--state", options->state, "How much state the killed process has")
        ->capture_default_str()
        ->check([](const std::string& text) {
            std::int64_t bytes = 0;
            return parseSize(text, bytes) ? std::string() : "no size: " + text;
        });
    addRunOptions(*recovery, options->common);
    recovery->callback([&shared, options] { shared.exitCode = run(shared, *options); });
}

} // namespace sluice::ctl
