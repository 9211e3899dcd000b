// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/bench/benchmark.h"
#include "app/sluicectl/bench/measured_run.h"
#include "app/sluicectl/bench/nexmark_query.h"
#include "app/sluicectl/bench/parse_baseline.h"
#include "app/sluicectl/output.h"

#include <algorithm>
#include <fstream>
#include <memory>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

using connectors::NexmarkEvents;
using connectors::NexmarkJson;

struct NexmarkOptions
{
    BenchOptions common{.events = 5'000'000, .runs = 5, .cores = 1, .folder = {}};
    std::vector<std::string> queries; // empty = all
    std::string mode = "J";
    std::int64_t rate = 100'000;
};

// Records of a stream from the middle of a run, ready for the parser.
struct Sample
{
    NexmarkReading reading;
    std::string lines;
    double share = 0; // of all records that the query reads
    double bytes = 0; // a record
};

class NexmarkBench
{
public:
    NexmarkBench(const Shared& shared, const NexmarkOptions& options)
        : m_shared(shared)
        , m_options(options)
        , m_folder(options.common.folder)
        , m_events({.rate = options.rate, .outOfOrderGroup = 1})
    {
    }

    int run()
    {
        const auto queries = m_options.queries.empty() ? nexmarkQueries() : m_options.queries;
        writeSideInput();
        std::vector<Figure> figures;
        for (const std::string& query : queries) {
            note(m_options.mode + " " + query);
            Result<Figure> figure = measure(query);
            if (!figure)
                return report(m_shared, figure.error());
            figures.push_back(std::move(*figure));
        }
        tell(m_shared, figures);
        return kDone;
    }

private:
    void writeSideInput() const
    {
        std::string side = "key,value\n";
        for (int i = 0; i < 10'000; ++i)
            side += std::to_string(i) + "," + std::to_string(i) + "\n";
        writeText(m_folder.path() + "/side_input.csv", side);
    }

    std::vector<Sample> samplesOf(const std::string& query) const
    {
        constexpr std::size_t kRecords = 100'000;
        constexpr std::array<double, 3> kShares{1, 3, 46};
        std::vector<Sample> out;
        double all = 0;
        for (NexmarkReading& reading : readingsOf(query)) {
            Sample sample;
            NexmarkJson json(m_events, reading.stream);
            std::size_t records = 0;
            for (std::int64_t n = m_options.common.events / 2; records < kRecords; ++n)
                if (m_events.isIn(reading.stream, n)) {
                    json.append(n, sample.lines);
                    sample.lines += '\n';
                    ++records;
                }
            sample.bytes = double(sample.lines.size()) / double(records);
            padForParsing(sample.lines);
            sample.share = kShares[std::size_t(reading.stream)];
            all += sample.share;
            sample.reading = std::move(reading);
            out.push_back(std::move(sample));
        }
        for (Sample& sample : out)
            sample.share /= all;
        return out;
    }

    // Records of all streams that simdjson alone reads in a second, in the shares of the run.
    static double parseRate(const std::vector<Sample>& samples)
    {
        double seconds = 0; // for one record of the mixture
        for (const Sample& sample : samples)
            seconds += sample.share / parseBaseline(sample.lines, sample.reading.fields);
        return 1 / seconds;
    }

    void writeLogs(const std::vector<Sample>& samples) const
    {
        for (const Sample& sample : samples) {
            NexmarkJson json(m_events, sample.reading.stream);
            std::ofstream file(m_folder.path() + "/" + sample.reading.name() + ".jsonl");
            std::string block;
            for (std::int64_t n = 0; n < m_options.common.events; ++n) {
                if (m_events.isIn(sample.reading.stream, n)) {
                    json.append(n, block);
                    block += '\n';
                }
                if (block.size() > (4u << 20) || n + 1 == m_options.common.events) {
                    file << block;
                    block.clear();
                }
            }
        }
    }

    Result<Figure> measure(const std::string& query)
    {
        const NexmarkMode mode = nexmarkModeOf(m_options.mode.front());
        SLUICE_TRY(const std::string text,
                   nexmarkDocument(query, mode, m_options.common.events, m_options.rate));
        const std::string document = m_folder.path() + "/" + query + ".yaml";
        writeText(document, text);
        const std::vector<Sample> samples = samplesOf(query);
        if (mode == NexmarkMode::Log)
            writeLogs(samples);
        std::vector<double> parsed;
        SLUICE_TRY(std::vector<RunCost> costs,
                   runOften({.document = document,
                             .workspace = m_folder.path() + "/workspace",
                             .workers = m_options.common.cores},
                            m_options.common.runs, [&] { parsed.push_back(parseRate(samples)); }));
        return figureOf(query, samples, costs, parsed);
    }

    Figure figureOf(const std::string& query, const std::vector<Sample>& samples,
                    const std::vector<RunCost>& costs, const std::vector<double>& parsed) const
    {
        std::vector<double> ratios, rates;
        for (std::size_t i = 0; i < costs.size(); ++i) {
            ratios.push_back(costs[i].rowsPerCpuSecond() / parsed[i]);
            rates.push_back(costs[i].rowsPerSecond());
        }
        std::vector<std::size_t> order(costs.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::ranges::sort(order, {}, [&](std::size_t i) { return ratios[i]; });
        const std::size_t middle = order[order.size() / 2];
        const RunCost& median = costs[middle];
        double bytes = 0, fields = 0, keys = 0, stateBytes = 0, rowsOut = 0;
        for (const Sample& sample : samples) {
            bytes += sample.share * sample.bytes;
            fields += double(sample.reading.fields.size());
        }
        for (const auto& node : median.last.nodes) {
            keys = std::max(keys, double(node.stateKeys));
            stateBytes = std::max(stateBytes, double(node.stateBytes));
            rowsOut
                += node.role == api::NodeRole::Sink && !node.isImplicit ? double(node.rowsIn) : 0;
        }
        const bool isParsed = m_options.mode != "K";
        Figure out{.name = "nexmark_" + m_options.mode + "_" + query,
                   .events = std::int64_t(median.last.rowsIn),
                   .eventsPerSecond = median.rowsPerSecond(),
                   .bytesPerEvent = isParsed ? std::optional(bytes) : std::nullopt,
                   .coresUsed = median.cores(),
                   .ratioToParse = isParsed ? std::optional(ratios[middle]) : std::nullopt,
                   .p50Ms = median.p50Ms,
                   .p99Ms = median.p99Ms,
                   .runs = m_options.common.runs,
                   .more = {{"events_per_cpu_second", median.rowsPerCpuSecond()},
                            {"minimum_events_per_second", std::ranges::min(rates)},
                            {"fields_read", fields},
                            {"rows_out", rowsOut},
                            {"keys", keys},
                            {"state_bytes", stateBytes},
                            {"event_time_rate", double(m_options.rate)},
                            {"epoch_ms", median.last.epochSeconds * 1000},
                            {"sink", m_options.mode == "E" ? "delta" : "blackhole"}}};
        if (isParsed)
            out.more.emplace_back("parsed_per_cpu_second", parsed[middle]);
        return out;
    }

    const Shared& m_shared;
    const NexmarkOptions& m_options;
    const BenchFolder m_folder;
    const NexmarkEvents m_events;
};

} // namespace

void addNexmarkBench(CLI::App& bench, Shared& shared)
{
    const auto options = std::make_shared<NexmarkOptions>();
    CLI::App* nexmark = bench.add_subcommand("nexmark", "The queries of the Nexmark benchmark");
    addEventOption(*nexmark, options->common);
    addRunOptions(*nexmark, options->common);
    nexmark->add_option("--query", options->queries, "q0, q5 ...; all unless given")
        ->delimiter(',')
        ->check(CLI::IsMember(nexmarkQueries()));
    nexmark
        ->add_option("--mode", options->mode,
                     "K: columns in memory; J: JSON in memory; E: a JSON log to Delta tables")
        ->capture_default_str()
        ->check(CLI::IsMember({"K", "J", "E"}));
    nexmark->add_option("--rate", options->rate, "Events a second of event time")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t(1), std::int64_t(100'000'000)));
    nexmark->callback(
        [&shared, options] { shared.exitCode = NexmarkBench(shared, *options).run(); });
}

} // namespace sluice::ctl
