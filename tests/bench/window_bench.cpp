// SPDX-License-Identifier: Apache-2.0
// Rows a second of window_aggregate and group_aggregate from columns in memory, one core, each
// beside a plain loop over the same columns that counts by key and window in an array.
//
//   window_bench [ROWS]    default 4,000,000
#include "engine/columns/batch.h"
#include "engine/flow/node_registry.h"
#include "tests/support/counting_context.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <arrow/array.h>
#include <arrow/buffer.h>

namespace sluice::operators {
void registerAll(flow::NodeRegistry& registry);
}

namespace sluice {
namespace {

constexpr std::size_t kBatchRows = 8192;
constexpr std::int64_t kStepUs = 10; // between two rows: 100,000 rows a second of event time

using test::CountingContext;

struct Input
{
    std::vector<Batch> batches;
    std::int64_t keys = 0;
};

// Keys at random, times ascending.
Input inputOf(std::size_t rows, std::int64_t keys)
{
    Input out;
    out.keys = keys;
    const auto schema
        = arrow::schema({arrow::field("k", arrow::int64()), arrow::field("v", arrow::int64())});
    std::uint64_t random = 88172645463325252ull; // xorshift64 (Marsaglia 2003)
    for (std::size_t from = 0; from < rows; from += kBatchRows) {
        const std::size_t count = std::min(kBatchRows, rows - from);
        std::vector<std::int64_t> key(count), time(count), value(count);
        for (std::size_t i = 0; i < count; ++i) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            key[i] = std::int64_t(random % std::uint64_t(keys)) * 7919;
            value[i] = std::int64_t(random >> 40);
            time[i] = std::int64_t(from + i) * kStepUs;
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
        out.batches.push_back(std::move(batch));
    }
    return out;
}

double secondsSince(SteadyTime begin)
{
    return double(systemClock().steadyNow().ns - begin.ns) * 1e-9;
}

// The least that can be done: one array of counts for the window of 1 s that is open.
double plainSeconds(const Input& input)
{
    const SteadyTime begin = systemClock().steadyNow();
    std::vector<std::int64_t> counts(std::size_t(input.keys));
    std::int64_t window = 0, emitted = 0;
    for (const Batch& batch : input.batches) {
        const auto& keys = static_cast<const arrow::Int64Array&>(*batch.columns->column(0));
        for (std::int64_t row = 0; row < batch.rows(); ++row) {
            if (const std::int64_t own = batch.eventTimes->Value(row) / 1'000'000; own != window) {
                window = own;
                emitted += std::count_if(counts.begin(), counts.end(),
                                         [](std::int64_t count) { return count > 0; });
                std::ranges::fill(counts, 0);
            }
            ++counts[std::size_t(keys.Value(row) / 7919)];
        }
    }
    if (emitted < 0)
        std::puts("never"); // keeps the loop
    return secondsSince(begin);
}

double nodeSeconds(const Input& input, const std::string& type, const std::string& yaml)
{
    flow::NodeRegistry registry;
    operators::registerAll(registry);
    const flow::NodeKind& kind = *registry.find(type);
    Diagnostics diagnostics("bench.yaml");
    const DocumentNode map = parseDocument(yaml, diagnostics);
    const Options options(map, kind.options);
    flow::Services services;
    services.clock = &systemClock();
    const flow::BoundNode bound = kind.bind(
        {.node = "bench",
         .map = map,
         .options = options,
         .inputs = {{.columns = input.batches.front().columns->schema(), .hasEventTime = true}},
         .inputNames = {"in"},
         .services = services,
         .diagnostics = diagnostics});
    flow::CreateContext create;
    create.services = &services;
    if (diagnostics.hasErrors() || !bound.createOperator) {
        std::fputs(diagnostics.text().c_str(), stderr);
        std::exit(2);
    }
    auto made = bound.createOperator(create);
    CountingContext context;
    const SteadyTime begin = systemClock().steadyNow();
    for (const Batch& batch : input.batches) {
        if (!(*made)->process(0, batch, context))
            std::exit(3);
        context.mark = {batch.eventTime(batch.rows() - 1).us - 1000};
        if (!(*made)->onWatermark(context.mark, context))
            std::exit(3);
    }
    return secondsSince(begin);
}

void show(const char* name, const Input& input, std::size_t rows, const std::string& type,
          const std::string& yaml)
{
    double seconds = 1e9, plain = 1e9;
    for (int run = 0; run < 3; ++run) {
        plain = std::min(plain, plainSeconds(input));
        seconds = std::min(seconds, nodeSeconds(input, type, yaml));
    }
    std::printf("%-44s %10.1f M rows/s  %6.2f of the plain loop's %.1f\n", name,
                double(rows) / seconds * 1e-6, plain / seconds, double(rows) / plain * 1e-6);
}

} // namespace
} // namespace sluice

int main(int argc, char** argv)
{
    using namespace sluice;
    initializeColumns();
    const std::size_t rows
        = argc > 1 ? std::size_t(std::strtoull(argv[1], nullptr, 10)) : 4'000'000;
    const Input few = inputOf(rows, 10'000), many = inputOf(rows, 1'000'000);
    const auto counted = [](const char* window) {
        return "{window: " + std::string(window) + ", group_by: [k], aggregates: {n: count(*)}}";
    };
    show("tumbling 10 s, count, 10 k keys", few, rows, "window_aggregate",
         counted("{tumbling: 10s}"));
    show("tumbling 10 s, count, 1 M keys", many, rows, "window_aggregate",
         counted("{tumbling: 10s}"));
    show("tumbling 10 s, count sum max, 10 k keys", few, rows, "window_aggregate",
         "{window: {tumbling: 10s}, group_by: [k], aggregates: {n: count(*), s: sum(v), m: "
         "max(v)}}");
    show("hopping 10 s / 2 s, count, 10 k keys", few, rows, "window_aggregate",
         counted("{hopping: 10s, slide: 2s}"));
    show("session 1 s, count, 10 k keys", few, rows, "window_aggregate", counted("{session: 1s}"));
    show("groups, count, 10 k keys", few, rows, "group_aggregate",
         "{group_by: [k], emit_every: 1s, aggregates: {n: count(*)}}");
    return 0;
}
