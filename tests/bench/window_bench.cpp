// SPDX-License-Identifier: Apache-2.0
// What windows and groups cost a row, from columns in memory, by the processor time of one thread:
// in a steady state, where all keys have been seen, while keys come for the first time, with ever
// more slices a window, and how long the thread is held while state is saved for an epoch.
//
//   window_bench [ROWS [RUNS]]    default 4,000,000 rows, the median of 3 runs
#include "engine/columns/batch.h"
#include "engine/flow/node_registry.h"
#include "tests/support/counting_context.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include <arrow/array.h>
#include <arrow/buffer.h>

namespace sluice::operators {
void registerAll(flow::NodeRegistry& registry);
}

namespace sluice {
namespace {

using test::CountingContext;

constexpr std::size_t kBatchRows = 8192;
constexpr std::int64_t kStepUs = 10; // between two rows: 100,000 rows a second of event time

class Random // xorshift64 (Marsaglia 2003)
{
public:
    std::uint64_t next()
    {
        m_state ^= m_state << 13;
        m_state ^= m_state >> 7;
        m_state ^= m_state << 17;
        return m_state;
    }

private:
    std::uint64_t m_state = 88172645463325252ull;
};

// Batches whose keys are given by row, times ascending from `from` on.
std::vector<Batch> batchesOf(std::size_t rows, std::size_t from,
                             const std::function<std::int64_t(std::size_t)>& keyOf)
{
    Random random;
    std::vector<Batch> out;
    const auto schema
        = arrow::schema({arrow::field("k", arrow::int64()), arrow::field("v", arrow::int64())});
    for (std::size_t begin = 0; begin < rows; begin += kBatchRows) {
        const std::size_t count = std::min(kBatchRows, rows - begin);
        std::vector<std::int64_t> key(count), time(count), value(count);
        for (std::size_t i = 0; i < count; ++i) {
            key[i] = keyOf(begin + i) * 7919;
            value[i] = std::int64_t(random.next() >> 40);
            time[i] = std::int64_t(from + begin + i) * kStepUs;
        }
        const auto column = [&](std::vector<std::int64_t>& values) {
            return std::make_shared<arrow::Int64Array>(std::int64_t(count),
                                                       arrow::Buffer::FromVector(
                                                           std::move(values)));
        };
        Batch batch;
        batch.eventTimes = column(time);
        batch.columns
            = arrow::RecordBatch::Make(schema, std::int64_t(count), {column(key), column(value)});
        out.push_back(std::move(batch));
    }
    return out;
}

// Every key once, in no order.
std::vector<Batch> eachKeyOnce(std::size_t keys)
{
    std::vector<std::int64_t> order(keys);
    std::iota(order.begin(), order.end(), 0);
    Random random;
    for (std::size_t i = keys; i > 1; --i)
        std::swap(order[i - 1], order[random.next() % i]);
    return batchesOf(keys, 0, [&](std::size_t row) { return order[row]; });
}

std::vector<Batch> drawnAtRandom(std::size_t rows, std::size_t keys, std::size_t from)
{
    Random random;
    return batchesOf(rows, from, [&](std::size_t) { return std::int64_t(random.next() % keys); });
}

double processorSeconds()
{
    std::timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

// A node on its own.
class Node
{
public:
    Node(const std::string& type, const std::string& yaml)
    {
        flow::NodeRegistry registry;
        operators::registerAll(registry);
        const flow::NodeKind& kind = *registry.find(type);
        Diagnostics diagnostics("bench.yaml");
        const DocumentNode map = parseDocument(yaml, diagnostics);
        const Options options(map, kind.options);
        const auto schema
            = arrow::schema({arrow::field("k", arrow::int64()), arrow::field("v", arrow::int64())});
        m_services.clock = &systemClock();
        m_bound = kind.bind({.node = "bench",
                             .map = map,
                             .options = options,
                             .inputs = {{.columns = schema, .hasEventTime = true}},
                             .inputNames = {"in"},
                             .services = m_services,
                             .diagnostics = diagnostics});
        flow::CreateContext create;
        create.services = &m_services;
        for (const auto& field : m_bound.output.columns->fields())
            create.neededColumns.insert(field->name());
        if (diagnostics.hasErrors() || !m_bound.createOperator) {
            std::fputs(diagnostics.text().c_str(), stderr);
            std::exit(2);
        }
        m_operator = std::move(*m_bound.createOperator(create));
    }
    // Returns the seconds that the batches cost.
    double feed(const std::vector<Batch>& batches)
    {
        const double begin = processorSeconds();
        for (const Batch& batch : batches) {
            if (!m_operator->process(0, batch, m_context))
                std::exit(3);
            m_context.mark = {batch.eventTime(batch.rows() - 1).us - 1000};
            if (!m_operator->onWatermark(m_context.mark, m_context))
                std::exit(3);
        }
        return processorSeconds() - begin;
    }
    // Returns the seconds that it was held.
    double save(flow::SaveKind kind, std::size_t& bytes)
    {
        const double begin = processorSeconds();
        ByteWriter out;
        if (!m_operator->save(out, kind))
            std::exit(3);
        const double held = processorSeconds() - begin;
        bytes = out.size();
        return held;
    }
    const NodeCounters& counters() { return m_context.counters(); }

private:
    flow::Services m_services;
    flow::BoundNode m_bound;
    std::unique_ptr<flow::Operator> m_operator;
    CountingContext m_context;
};

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

struct Bench
{
    std::size_t rows, runs;

    void line(const std::string& name, std::size_t count, const std::vector<double>& seconds) const
    {
        const double middle = median(seconds);
        std::printf("%-58s %8.1f ns a row  %7.1f M rows/s\n", name.c_str(),
                    middle * 1e9 / double(count), double(count) / middle * 1e-6);
        std::fflush(stdout);
    }
    // The window never ends and the groups are never told, so that only rows cost.
    void steady(const std::string& name, const std::string& type, const std::string& yaml) const
    {
        for (const std::size_t keys : {10'000ul, 100'000ul, 1'000'000ul}) {
            std::vector<double> first, then;
            const auto once = eachKeyOnce(keys), drawn = drawnAtRandom(rows, keys, keys);
            std::int64_t bytes = 0;
            for (std::size_t run = 0; run < runs; ++run) {
                Node node(type, yaml);
                first.push_back(node.feed(once));
                then.push_back(node.feed(drawn));
                bytes = node.counters().stateBytes.load();
            }
            line(name + ", " + std::to_string(keys) + " keys seen before", rows, then);
            line(name + ", " + std::to_string(keys) + " keys come", keys, first);
            std::printf("%-58s %8.1f bytes a key\n", "", double(bytes) / double(keys));
        }
    }
    void whole(const std::string& name, std::size_t keys, const std::string& type,
               const std::string& yaml) const
    {
        const auto drawn = drawnAtRandom(rows, keys, 0);
        std::vector<double> seconds;
        for (std::size_t run = 0; run < runs; ++run)
            seconds.push_back(Node(type, yaml).feed(drawn));
        line(name, rows, seconds);
    }
    // Half of the keys change between two epochs, as many as would in a second or more.
    static void stall(const std::string& name, const std::string& type, const std::string& yaml,
                      std::size_t keys)
    {
        Node node(type, yaml);
        node.feed(eachKeyOnce(keys));
        std::size_t bytes = 0;
        const double all = node.save(flow::SaveKind::Whole, bytes);
        std::printf("%-46s %9zu keys: held %7.1f ms for all, %6.1f MB\n", name.c_str(), keys,
                    all * 1e3, double(bytes) * 1e-6);
        for (const std::size_t changed : {10'000ul, 100'000ul, 1'000'000ul}) {
            node.feed(drawnAtRandom(changed, keys, keys));
            const double held = node.save(flow::SaveKind::Changes, bytes);
            std::printf("%-46s %9zu rows: held %7.1f ms for changes, %6.1f MB\n", "", changed,
                        held * 1e3, double(bytes) * 1e-6);
        }
        std::fflush(stdout);
    }
};

std::string counted(const std::string& window, const std::string& calls = "n: count(*)")
{
    return "{window: " + window + ", group_by: [k], aggregates: {" + calls + "}}";
}

} // namespace
} // namespace sluice

int main(int argc, char** argv)
{
    using namespace sluice;
    initializeColumns();
    const auto number = [&](int at, std::size_t otherwise) {
        return argc > at ? std::size_t(std::strtoull(argv[at], nullptr, 10)) : otherwise;
    };
    const Bench bench{number(1, 4'000'000), number(2, 3)};
    const std::string groups = "{group_by: [k], emit_every: 10h, aggregates: {n: count(*)}}";
    // What was not told yet is saved with every epoch, so here all is told.
    const std::string told = "{group_by: [k], emit_every: 0s, aggregates: {n: count(*)}}";
    bench.whole("tumbling 10 s, count, 10000 keys", 10'000, "window_aggregate",
                counted("{tumbling: 10s}"));
    bench.whole("tumbling 10 s, count sum max, 10000 keys", 10'000, "window_aggregate",
                counted("{tumbling: 10s}", "n: count(*), s: sum(v), m: max(v)"));
    bench.whole("tumbling 10 s, count, 1000000 keys (all new in each)", 1'000'000,
                "window_aggregate", counted("{tumbling: 10s}"));
    bench.whole("session 1 s, count, 10000 keys", 10'000, "window_aggregate",
                counted("{session: 1s}"));
    for (const char* slices : {"1", "5", "60", "600", "3600"})
        for (const char* calls : {"n: count(*)", "m: max(v)"}) {
            const std::string size = std::to_string(std::atoi(slices) * 10) + "ms";
            bench.whole("hopping " + size + " / 10 ms (" + slices + " slices), " + calls
                            + ", 100 keys",
                        100, "window_aggregate",
                        counted("{hopping: " + size + ", slide: 10ms}", calls));
        }
    bench.steady("window count", "window_aggregate", counted("{tumbling: 10h}"));
    bench.steady("group count", "group_aggregate", groups);
    for (const std::size_t keys : {1'000'000ul, 10'000'000ul}) {
        Bench::stall("window count", "window_aggregate", counted("{tumbling: 10h}"), keys);
        Bench::stall("group count", "group_aggregate", told, keys);
        if (keys == 1'000'000)
            Bench::stall("top_n", "top_n", "{partition_by: [k], order_by: [{v: desc}]}", keys);
    }
    return 0;
}
