// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/command.h"
#include "app/sluicectl/output.h"
#include "app/sluicectl/parse_baseline.h"
#include "engine/base/json_writer.h"
#include "engine/base/time.h"
#include "engine/connectors/demo_records.h"
#include "engine/telemetry/process_usage.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include <unistd.h>

#include <simdjson.h>
#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

struct BenchOptions
{
    std::string name;
    std::int64_t events = 5'000'000;
    int runs = 3;
    int workers = 2;
    std::string folder;
};

struct Measured
{
    double seconds = 0, cores = 0;
    std::int64_t p50Us = -1, p99Us = -1;
    std::string failure;
};

// The whole job: check, deduplicate, enrich, count by the minute; bronze, silver and gold.
const char* const kJob = R"(pipeline: bench_job
epoch: 1s
nodes:
  orders:
    type: file_source
    path: orders.jsonl
    schema:
      order_id: string not null
      customer: long
      country: string
      channel: string
      product: integer
      quantity: integer
      amount: decimal(12,2)
      status: string
      ts: timestamp(ms) not null
    event_time: {column: ts, out_of_order: 5s}
  bronze: {type: delta_sink, input: orders, table: bronze.orders, write: raw}
  checked:
    type: expect
    input: orders
    rules:
      - {name: has_customer, check: customer IS NOT NULL, on_fail: quarantine}
      - {name: amount_in_range, check: amount BETWEEN 0 AND 100000, on_fail: quarantine}
  unique: {type: deduplicate, input: checked, keys: [order_id], within: 10m}
  enriched:
    type: lookup_join
    input: unique
    table: countries.csv
    on: {country: code}
    add: [region]
  silver: {type: delta_sink, input: enriched, table: silver.orders}
  per_minute:
    type: window_aggregate
    input: enriched
    window: {tumbling: 1m}
    group_by: [country, channel, region]
    aggregates: {orders: count(*), revenue: sum(amount), least: min(amount), most: max(amount)}
  gold: {type: delta_sink, input: per_minute, table: gold.orders_per_minute}
)";

class JobBench
{
public:
    explicit JobBench(const BenchOptions& options)
        : m_options(options)
        , m_folder(options.folder.empty() ? std::filesystem::temp_directory_path().string()
                           + "/sluice-bench-" + std::to_string(::getpid())
                                          : options.folder)
    {
    }
    ~JobBench()
    {
        std::error_code error;
        if (m_options.folder.empty())
            std::filesystem::remove_all(m_folder, error);
    }

    int run(const Shared& shared)
    {
        std::filesystem::create_directories(m_folder);
        const double baseline = writeInput();
        std::vector<Measured> measured;
        for (int i = 0; i < m_options.runs; ++i) {
            std::fprintf(stderr, "run %d of %d ...\n", i + 1, m_options.runs);
            measured.push_back(runOnce());
            if (!measured.back().failure.empty())
                return report(shared,
                              {.code = ErrorCode::Internal,
                               .message = measured.back().failure,
                               .object = "bench job",
                               .hint = {},
                               .cause = {}});
        }
        std::ranges::sort(measured, {}, &Measured::seconds);
        tell(shared, measured[measured.size() / 2], baseline);
        return kDone;
    }

private:
    double writeInput()
    {
        std::fprintf(stderr, "writing %s order events ...\n", countText(m_options.events).c_str());
        const connectors::DemoRecords records(connectors::DemoRecords::Profile::Orders, 42, 0.001);
        std::ofstream file(m_folder + "/orders.jsonl", std::ios::binary);
        std::string block, sample;
        constexpr std::int64_t kSample = 500'000;
        constexpr std::int64_t kStartUs = 1'767'225'600'000'000; // 2026-01-01
        for (std::int64_t i = 0; i < m_options.events; ++i) {
            records.append(std::uint64_t(i), kStartUs + i * 100, block);
            block += '\n';
            if (i + 1 == std::min(kSample, m_options.events))
                sample = m_bytes == 0 ? block : sample + block;
            if (block.size() > (4u << 20) || i + 1 == m_options.events) {
                if (i + 1 < kSample)
                    sample += block;
                file << block;
                m_bytes += std::int64_t(block.size());
                block.clear();
            }
        }
        std::ofstream countries(m_folder + "/countries.csv");
        countries << "code,region\nDE,central\nFR,west\nUS,america\nGB,west\nNL,west\nIT,south\nES,"
                     "south\nPL,east\nSE,north\nAT,central\nCH,central\n";
        std::ofstream(m_folder + "/job.yaml") << kJob;
        sample.append(simdjson::SIMDJSON_PADDING, ' ');
        const double baseline = parseBaseline(sample);
        std::fprintf(stderr, "R_parse: %s on one core\n", rateText(baseline).c_str());
        return baseline;
    }

    Measured runOnce()
    {
        const std::string workspace = m_folder + "/workspace";
        std::filesystem::remove_all(workspace);
        Measured out;
        auto engine = api::openEngine({.workspace = workspace, .workers = m_options.workers});
        if (!engine) {
            out.failure = engine.error().text();
            return out;
        }
        const auto begin = std::chrono::steady_clock::now();
        const std::int64_t cpu = processUsage().cpuNs;
        (*engine)->submit(api::DeployPipeline{.documentPath = m_folder + "/job.yaml", .text = {}});
        bool isStopping = false;
        for (;;) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            for (const api::Outcome& outcome : (*engine)->takeOutcomes())
                if (outcome.error) {
                    out.failure = outcome.error->text();
                    return out;
                }
            const auto snapshot = (*engine)->snapshot();
            if (snapshot->pipelines.empty())
                continue;
            const api::PipelineSnapshot& pipeline = snapshot->pipelines.front();
            if (pipeline.latency.p99Us > 0 && pipeline.state == api::RunState::Running) {
                out.p50Us = pipeline.latency.p50Us;
                out.p99Us = pipeline.latency.p99Us;
            }
            if (!isStopping && pipeline.rowsIn >= std::uint64_t(m_options.events)) {
                isStopping = true;
                (*engine)->submit(api::StopPipeline{.pipeline = "bench_job", .isInputOver = true});
            }
            if (pipeline.state == api::RunState::Failed)
                out.failure = pipeline.stateReason;
            if (isStopping
                && (pipeline.state == api::RunState::Finished
                    || pipeline.state == api::RunState::Stopped || !out.failure.empty())) {
                out.seconds
                    = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
                          .count();
                out.cores = double(processUsage().cpuNs - cpu) * 1e-9 / out.seconds;
                return out;
            }
        }
    }

    void tell(const Shared& shared, const Measured& median, double baseline) const
    {
        const double rate = double(m_options.events) / median.seconds;
        const double bytes = double(m_bytes) / double(m_options.events);
        if (!shared.isJson) {
            std::printf("job: %s events in %.2f s: %s, %.0f bytes an event, %.2f cores, %.2f "
                        "R_parse, p50 %lld ms, p99 %lld ms (median of %d)\n",
                        countText(m_options.events).c_str(), median.seconds, rateText(rate).c_str(),
                        bytes, median.cores, rate / baseline,
                        static_cast<long long>(median.p50Us / 1000),
                        static_cast<long long>(median.p99Us / 1000), m_options.runs);
            return;
        }
        JsonWriter json;
        json.beginArray().beginObject().key("name").value("job").key("events").value(
            m_options.events);
        json.key("events_per_second")
            .value(rate)
            .key("bytes_per_event")
            .value(bytes)
            .key("cores_used")
            .value(median.cores);
        json.key("ratio_to_parse")
            .value(rate / baseline)
            .key("p50_ms")
            .value(double(median.p50Us) / 1000);
        json.key("p99_ms")
            .value(double(median.p99Us) / 1000)
            .key("runs")
            .value(m_options.runs)
            .endObject()
            .endArray();
        std::printf("%s\n", json.text().c_str());
    }

    const BenchOptions& m_options;
    const std::string m_folder;
    std::int64_t m_bytes = 0;
};

} // namespace

void addBenchCommand(CLI::App& app, Shared& shared)
{
    const auto options = std::make_shared<BenchOptions>();
    CLI::App* bench = app.add_subcommand(
        "bench", "Measure: job = the whole job from a JSON log to bronze, silver and gold");
    bench->add_option("name", options->name, "job")->required()->check(CLI::IsMember({"job"}));
    bench->add_option("--events", options->events, "Order events")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t(10'000), std::int64_t(1'000'000'000)));
    bench->add_option("--runs", options->runs, "Runs; the median counts")
        ->capture_default_str()
        ->check(CLI::Range(1, 99));
    bench->add_option("--cores", options->workers, "Worker threads")
        ->capture_default_str()
        ->check(CLI::Range(1, 256));
    bench->add_option("--folder", options->folder, "Where to put the data; kept afterwards");
    bench->callback([&shared, options] { shared.exitCode = JobBench(*options).run(shared); });
}

} // namespace sluice::ctl
