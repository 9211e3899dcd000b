// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/bench/benchmark.h"
#include "app/sluicectl/bench/measured_run.h"
#include "app/sluicectl/bench/nexmark_query.h"
#include "engine/base/time.h"
#include "engine/connectors/mock_cluster.h"

#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

struct KafkaOptions
{
    BenchOptions common{.events = 1'000'000, .runs = 3, .cores = 1, .folder = {}};
    std::string servers;
};

// Bids of Nexmark to a topic and back.
class KafkaBench
{
public:
    KafkaBench(const Shared& shared, const KafkaOptions& options)
        : m_shared(shared)
        , m_options(options)
        , m_folder(options.common.folder)
        , m_topic("sluice-bench-" + std::to_string(systemClock().wallNow().us))
    {
    }

    int run()
    {
        std::unique_ptr<connectors::MockCluster> mock;
        std::string servers = m_options.servers;
        if (servers.empty()) {
            auto started = connectors::MockCluster::start();
            if (!started)
                return report(m_shared, started.error());
            mock = std::move(*started);
            servers = mock->bootstrapServers();
        }
        const std::string where = mock ? "the endpoint inside this process" : servers;
        std::vector<Figure> figures;
        for (int i = 0; i < m_options.common.runs; ++i) {
            const std::string topic = m_topic + "-" + std::to_string(i);
            if (mock)
                if (Status made = mock->createTopic(topic, 1); !made)
                    return report(m_shared, made.error());
            if (const auto failed = once(servers, topic, !mock))
                return report(m_shared, *failed);
        }
        figures.push_back(figureOf("kafka_write", m_writes, where));
        if (mock)
            note("kafka_read needs a real broker (--servers): the endpoint inside this process "
                 "keeps the newest few MB of a topic only");
        else
            figures.push_back(figureOf("kafka_read", m_reads, where));
        tell(m_shared, figures);
        return kDone;
    }

private:
    RunOrder orderOf(const std::string& servers, const std::string& text)
    {
        const std::string document = m_folder.path() + "/kafka.yaml";
        writeText(document, text);
        return {.document = document,
                .workspace = m_folder.path() + "/workspace",
                .workers = m_options.common.cores,
                .before = {api::SaveConnection{.name = "bench",
                                               .kind = "kafka",
                                               .options = {{"bootstrap.servers", servers}}}}};
    }

    std::optional<Error> once(const std::string& servers, const std::string& topic, bool reads)
    {
        const auto written
            = runToEnd(orderOf(servers,
                               "pipeline: bench_write\nnodes:\n  bids: {type: nexmark_source, "
                               "stream: bid, prepared: true, events: "
                                   + std::to_string(m_options.common.events)
                                   + "}\n  out: {type: kafka_sink, input: bids, connection: bench, "
                                     "topic: "
                                   + topic + "}\n"));
        if (!written)
            return written.error();
        m_writes.push_back(*written);
        if (!reads)
            return std::nullopt;
        // The sink writes times as text, not as numbers.
        RunOrder order
            = orderOf(servers,
                      "pipeline: bench_read\nnodes:\n  bids:\n    type: kafka_source\n    "
                      "connection: bench\n    topic: "
                          + topic
                          + "\n    schema: {auction: long, bidder: long, price: long, channel: "
                            "string, url: string, dateTime: timestamp, extra: string}\n    "
                            "event_time: {column: dateTime, out_of_order: 4s}\n"
                            "  out: {type: blackhole_sink, input: bids}\n");
        order.stopsAfterRows = written->last.rowsIn;
        const auto read = runToEnd(order);
        if (!read)
            return read.error();
        m_reads.push_back(*read);
        return std::nullopt;
    }

    Figure figureOf(const std::string& name, std::vector<RunCost>& costs,
                    const std::string& where) const
    {
        std::ranges::sort(costs, {}, &RunCost::rowsPerSecond);
        const RunCost& median = costs[costs.size() / 2];
        return {.name = name,
                .events = std::int64_t(median.last.rowsIn),
                .eventsPerSecond = median.rowsPerSecond(),
                .bytesPerEvent = {},
                .coresUsed = median.cores(),
                .ratioToParse = {},
                .p50Ms = median.p50Ms,
                .p99Ms = median.p99Ms,
                .runs = m_options.common.runs,
                .more = {{"minimum_events_per_second", costs.front().rowsPerSecond()},
                         {"events_per_cpu_second", median.rowsPerCpuSecond()},
                         {"epoch_ms", median.last.epochSeconds * 1000},
                         {"broker", where}}};
    }

    const Shared& m_shared;
    const KafkaOptions& m_options;
    const BenchFolder m_folder;
    const std::string m_topic;
    std::vector<RunCost> m_writes, m_reads;
};

} // namespace

void addKafkaBench(CLI::App& bench, Shared& shared)
{
    const auto options = std::make_shared<KafkaOptions>();
    CLI::App* kafka
        = bench.add_subcommand("kafka", "Rates of writing to and reading from a Kafka topic");
    addEventOption(*kafka, options->common);
    addRunOptions(*kafka, options->common);
    kafka->add_option("--servers", options->servers,
                      "A broker's address; without it, an endpoint inside the process");
    kafka->callback([&shared, options] { shared.exitCode = KafkaBench(shared, *options).run(); });
}

} // namespace sluice::ctl
