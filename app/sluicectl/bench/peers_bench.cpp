// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/bench/benchmark.h"
#include "app/sluicectl/bench/measured_run.h"
#include "app/sluicectl/bench/nexmark_query.h"
#include "app/sluicectl/output.h"
#include "engine/api/tools.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>

#include <sys/wait.h>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

struct PeersOptions
{
    BenchOptions common{.events = 2'000'000, .runs = 3, .cores = 1, .folder = {}};
    std::vector<std::string> peers; // "duckdb=PYTHON": the interpreter that has it
    std::string script;
    std::int64_t rate = 10'000;
};

struct PeerQuery
{
    const char* name;
    const char* column; // read beside the event time
    const char* window; // the node's options
    const char* value;  // what is summed up to compare answers
};

// Parts of queries of Nexmark that every engine has.
constexpr std::array<PeerQuery, 3> kQueries{
    {{"q5_count", "auction",
      "window: {hopping: 10s, slide: 2s}, group_by: [auction], aggregates: {v: count(*)}", "v"},
     {"q7_max", "price", "window: {tumbling: 10s}, aggregates: {v: max(price)}", "v"},
     {"q12_count", "bidder",
      "window: {tumbling: 10s}, group_by: [bidder], aggregates: {v: count(*)}", "v"}}};

// What a run of a query cost, and its answer: rows and the sum of their values.
struct PeerCost
{
    double seconds = 0, cpuSeconds = 0;
    std::int64_t rows = 0, sum = 0;
};

class PeersBench
{
public:
    PeersBench(const Shared& shared, const PeersOptions& options)
        : m_shared(shared)
        , m_options(options)
        , m_folder(options.common.folder)
    {
    }

    // Ours runs before, between and after the others: what a machine can take changes, and a ratio
    // is to say something of the engines.
    int run()
    {
        writeBids();
        if (const Status status = runOurs(); !status)
            return report(m_shared, status.error());
        std::map<std::string, std::map<std::string, PeerCost>> theirs; // by engine and query
        for (const std::string& peer : m_options.peers) {
            const std::string name = peer.substr(0, peer.find('='));
            note(name + " ...");
            auto costs = runPeer(name, peer.substr(peer.find('=') + 1));
            if (!costs)
                return report(m_shared, costs.error());
            theirs[name] = std::move(*costs);
            if (theirs[name].empty())
                continue;
            if (const Status status = runOurs(); !status)
                return report(m_shared, status.error());
        }
        std::map<std::string, PeerCost> ours;
        std::vector<Figure> figures;
        for (const PeerQuery& query : kQueries) {
            auto cost = ourCost(query);
            if (!cost)
                return report(m_shared, cost.error());
            figures.push_back(figureOf("sluice", query.name, *cost));
            figures.back().runs = int(m_ours[query.name].size());
            ours[query.name] = *cost;
        }
        for (const auto& [name, costs] : theirs)
            for (const auto& [query, cost] : costs) {
                figures.push_back(figureOf(name, query, cost));
                if (const auto wrong = compare(figures.back(), ours.at(query), cost))
                    return report(m_shared, *wrong);
            }
        tell(m_shared, figures);
        return kDone;
    }

private:
    void writeBids()
    {
        note("writing the bids of " + countText(m_options.common.events) + " events ...");
        const connectors::NexmarkEvents events({.rate = m_options.rate, .outOfOrderGroup = 1});
        connectors::NexmarkJson json(events, connectors::NexmarkStream::Bid);
        std::ofstream file(m_folder.path() + "/bids.jsonl", std::ios::binary);
        std::string block;
        for (std::int64_t n = 0; n < m_options.common.events; ++n) {
            if (events.isIn(connectors::NexmarkStream::Bid, n)) {
                json.append(n, block);
                block += '\n';
                ++m_bids;
            }
            if (block.size() > (4u << 20) || n + 1 == m_options.common.events) {
                file << block;
                m_bytes += std::int64_t(block.size());
                block.clear();
            }
        }
    }

    std::string documentOf(const PeerQuery& query, const std::string& sink) const
    {
        return std::string("pipeline: bench_peers\nnodes:\n  bids: {type: file_source, path: "
                           "bids.jsonl, schema: {")
            + query.column
            + ": long not null, dateTime: timestamp(ms) not null}, event_time: {column: dateTime, "
              "out_of_order: 4s}}\n  windows: {type: window_aggregate, input: bids, "
            + query.window + "}\n  out: " + sink + "\n";
    }

    RunOrder orderOf(const std::string& document) const
    {
        const std::string path = m_folder.path() + "/peers.yaml";
        writeText(path, document);
        return {.document = path,
                .workspace = m_folder.path() + "/workspace",
                .workers = m_options.common.cores};
    }

    // Measured without storage, as the others are.
    Status runOurs()
    {
        for (const PeerQuery& query : kQueries) {
            note(std::string("sluice ") + query.name);
            const RunOrder order
                = orderOf(documentOf(query, "{type: blackhole_sink, input: windows}"));
            SLUICE_TRY(const std::vector<RunCost> costs, runOften(order, m_options.common.runs));
            std::ranges::copy(costs, std::back_inserter(m_ours[query.name]));
        }
        return ok();
    }

    // The median of all runs; the answer comes from one more, into a table.
    Result<PeerCost> ourCost(const PeerQuery& query)
    {
        std::vector<RunCost>& costs = m_ours[query.name];
        std::ranges::sort(costs, {}, &RunCost::seconds);
        const RunCost& median = costs[costs.size() / 2];
        PeerCost out{.seconds = median.seconds, .cpuSeconds = median.cpuSeconds};
        const RunOrder order
            = orderOf(documentOf(query, "{type: delta_sink, input: windows, table: gold.answer}"));
        SLUICE_TRY(runToEnd(order));
        std::string row;
        SLUICE_TRY(api::sqlAsJson(order.workspace,
                                  std::string("SELECT count(*) || ' ' || sum(") + query.value
                                      + ")::BIGINT AS a FROM gold.answer",
                                  [&row](const std::string& json) { row = json; }));
        std::istringstream(row.substr(row.find(':') + 2)) >> out.rows >> out.sum;
        return out;
    }

    // The median run of each query; none when the engine is not there.
    Result<std::map<std::string, PeerCost>> runPeer(const std::string& name,
                                                    const std::string& python) const
    {
        std::string command = "'" + python + "' '" + m_options.script + "' " + name + " '"
            + m_folder.path() + "' " + std::to_string(m_options.common.runs);
        for (const PeerQuery& query : kQueries)
            command += std::string(" ") + query.name;
        std::FILE* pipe = ::popen(command.c_str(), "r");
        if (!pipe)
            return failure(name, "cannot be started");
        std::map<std::string, std::vector<PeerCost>> runs;
        std::array<char, 256> line{};
        while (std::fgets(line.data(), int(line.size()), pipe)) {
            std::istringstream words(line.data());
            std::string query;
            PeerCost cost;
            if (words >> query >> cost.seconds >> cost.cpuSeconds >> cost.rows >> cost.sum)
                runs[query].push_back(cost);
        }
        constexpr int kNotInstalled = 3, kNoInterpreter = 127;
        const int status = ::pclose(pipe);
        std::map<std::string, PeerCost> out;
        if (WIFEXITED(status)
            && (WEXITSTATUS(status) == kNotInstalled || WEXITSTATUS(status) == kNoInterpreter)) {
            note(name + " is skipped: it is not installed");
            return out;
        }
        if (status != 0)
            return failure(name, "failed; what it said is above");
        for (auto& [query, costs] : runs) {
            std::ranges::sort(costs, {}, &PeerCost::seconds);
            out[query] = costs[costs.size() / 2];
        }
        return out;
    }

    static Error failure(const std::string& name, const std::string& what)
    {
        return {.code = ErrorCode::Internal,
                .message = what,
                .object = name,
                .hint = "./dev bench peers installs what it can and skips what it cannot.",
                .cause = {}};
    }

    Figure figureOf(const std::string& engine, const std::string& query, const PeerCost& cost) const
    {
        return {.name = "peers_" + query + "_" + engine,
                .events = m_bids,
                .eventsPerSecond = double(m_bids) / cost.seconds,
                .bytesPerEvent = double(m_bytes) / double(m_bids),
                .coresUsed = cost.cpuSeconds / cost.seconds,
                .ratioToParse = {},
                .p50Ms = {},
                .p99Ms = {},
                .runs = m_options.common.runs,
                .more = {{"events_per_cpu_second", double(m_bids) / cost.cpuSeconds},
                         {"rows_out", double(cost.rows)},
                         {"sum_out", double(cost.sum)}}};
    }

    // Notes how much faster we are; an Error when the answers differ.
    static std::optional<Error> compare(Figure& figure, const PeerCost& ours,
                                        const PeerCost& theirs)
    {
        figure.more.emplace_back("ours_over_theirs", theirs.seconds / ours.seconds);
        figure.more.emplace_back("ours_over_theirs_by_cpu", theirs.cpuSeconds / ours.cpuSeconds);
        if (ours.rows == theirs.rows && ours.sum == theirs.sum)
            return std::nullopt;
        return failure(figure.name,
                       "another answer: " + std::to_string(theirs.rows) + " rows that add up to "
                           + std::to_string(theirs.sum) + ", ours are " + std::to_string(ours.rows)
                           + " and " + std::to_string(ours.sum));
    }

    const Shared& m_shared;
    const PeersOptions& m_options;
    const BenchFolder m_folder;
    std::map<std::string, std::vector<RunCost>> m_ours; // by query
    std::int64_t m_bids = 0, m_bytes = 0;
};

} // namespace

void addPeersBench(CLI::App& bench, Shared& shared)
{
    const auto options = std::make_shared<PeersOptions>();
    CLI::App* peers
        = bench.add_subcommand("peers",
                               "Parts of Nexmark queries over one file, here and in other engines");
    addEventOption(*peers, options->common);
    addRunOptions(*peers, options->common);
    peers->add_option("--rate", options->rate, "Events a second of event time")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t(1), std::int64_t(100'000'000)));
    peers
        ->add_option("--peer", options->peers,
                     "NAME=PYTHON: duckdb, polars or flink, and an interpreter that has it")
        ->check([](const std::string& text) {
            return text.find('=') == std::string::npos ? "NAME=PYTHON expected" : std::string();
        });
    peers->add_option("--script", options->script, "What runs them: resources/dev/bench/peers.py");
    peers->callback([&shared, options] { shared.exitCode = PeersBench(shared, *options).run(); });
}

} // namespace sluice::ctl
