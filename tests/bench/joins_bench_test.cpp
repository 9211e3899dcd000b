// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/types.h"
#include "engine/operators/interval_join.h"
#include "engine/operators/stream_join.h"
#include "engine/operators/top_n.h"
#include "tests/support/counting_context.h"
#include "tests/support/test_main.h"

#include <chrono>
#include <cstdio>
#include <functional>
#include <unordered_map>

#include <arrow/array/builder_primitive.h>

namespace sluice::bench {
namespace {

constexpr std::int64_t kRows = 1'000'000; // of each input
constexpr std::int64_t kBatch = 8192;
constexpr std::int64_t kSpanUs = 1000; // between two rows of an input

using test::CountingContext;

/// The columns k, v and the event time of rows [from, from + count); a new key each time.
struct Numbers
{
    std::int64_t keys;
    std::uint64_t seed;
    std::int64_t key(std::int64_t row) const
    {
        return std::int64_t((std::uint64_t(row) * 0x9e3779b97f4a7c15ull + seed) >> 20) % keys;
    }
    std::int64_t value(std::int64_t row) const
    {
        return std::int64_t((std::uint64_t(row) * 0xbf58476d1ce4e5b9ull + seed) >> 40);
    }
};

std::vector<Batch> batchesOf(const Numbers& numbers, const char* value)
{
    std::vector<Batch> out;
    for (std::int64_t from = 0; from < kRows; from += kBatch) {
        const std::int64_t count = std::min(kBatch, kRows - from);
        arrow::Int64Builder keys, values, times;
        arrow::Status status;
        for (std::int64_t row = from; row < from + count; ++row) {
            status &= keys.Append(numbers.key(row));
            status &= values.Append(numbers.value(row));
            status &= times.Append(row * kSpanUs);
        }
        Batch batch;
        batch.columns
            = arrow::RecordBatch::Make(arrow::schema({arrow::field("k", arrow::int64()),
                                                      arrow::field(value, arrow::int64())}),
                                       count, {*keys.Finish(), *values.Finish()});
        batch.eventTimes = std::static_pointer_cast<arrow::Int64Array>(*times.Finish());
        out.push_back(std::move(batch));
    }
    return out;
}

double seconds(const std::function<void()>& work)
{
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::unique_ptr<flow::Operator> operatorOf(const flow::NodeKind& kind, const std::string& yaml,
                                           const std::vector<std::string>& values)
{
    Diagnostics diagnostics;
    const DocumentNode map = parseDocument(yaml, diagnostics);
    const Options options(map, kind.options);
    std::vector<flow::StreamSchema> inputs;
    for (const std::string& value : values)
        inputs.push_back({.columns = arrow::schema({arrow::field("k", arrow::int64()),
                                                    arrow::field(value, arrow::int64())}),
                          .hasEventTime = true});
    flow::Services services;
    const flow::BoundNode bound = kind.bind({.node = "op",
                                             .map = map,
                                             .options = options,
                                             .inputs = inputs,
                                             .inputNames = values,
                                             .services = services,
                                             .diagnostics = diagnostics});
    if (diagnostics.hasErrors())
        qFatal("%s", diagnostics.text().c_str());
    flow::CreateContext create;
    create.neededColumns = flow::allColumns(*bound.output.columns);
    return std::move(*bound.createOperator(create));
}

void report(const char* what, double rows, double ours, double plain, std::int64_t out)
{
    std::printf("%-14s %6.2f M rows/s in, plain loop %6.2f M rows/s, ratio %.2f, %lld rows out\n",
                what, rows / ours / 1e6, rows / plain / 1e6, plain / ours,
                static_cast<long long>(out));
    std::fflush(stdout);
}

} // namespace

class JoinsBenchTest : public QObject
{
    Q_OBJECT

    const Numbers m_left{200'000, 1}, m_right{200'000, 77};

    // Pairs of equal keys at most this far apart, row by row with a map of vectors; the older side
    // is never released.
    std::int64_t plainJoin(std::int64_t withinUs) const
    {
        struct Row
        {
            std::int64_t time, value;
        };
        std::unordered_map<std::int64_t, std::vector<Row>> left, right;
        std::vector<std::int64_t> keys, a, b;
        std::int64_t pairs = 0;
        const auto probe = [&](std::int64_t key, const std::vector<Row>& rows, std::int64_t time,
                               std::int64_t value) {
            for (auto row = rows.rbegin(); row != rows.rend() && row->time >= time - withinUs;
                 ++row) {
                keys.push_back(key);
                a.push_back(value);
                b.push_back(row->value);
                ++pairs;
            }
        };
        for (std::int64_t from = 0; from < kRows; from += kBatch) {
            const std::int64_t to = std::min(kRows, from + kBatch);
            for (std::int64_t row = from; row < to; ++row) {
                const std::int64_t key = m_left.key(row);
                left[key].push_back({row * kSpanUs, m_left.value(row)});
                probe(key, right[key], row * kSpanUs, m_left.value(row));
            }
            for (std::int64_t row = from; row < to; ++row) {
                const std::int64_t key = m_right.key(row);
                right[key].push_back({row * kSpanUs, m_right.value(row)});
                // Left rows of this batch may be newer than the right row.
                const std::vector<Row>& rows = left[key];
                for (auto it = rows.rbegin();
                     it != rows.rend() && it->time >= row * kSpanUs - withinUs; ++it) {
                    if (it->time > row * kSpanUs + withinUs)
                        continue;
                    keys.push_back(key);
                    a.push_back(it->value);
                    b.push_back(m_right.value(row));
                    ++pairs;
                }
            }
            keys.clear();
            a.clear();
            b.clear();
        }
        return pairs;
    }
    void joinBoth(const char* what, const flow::NodeKind& kind, const std::string& yaml,
                  std::int64_t withinUs) const
    {
        const std::vector<Batch> left = batchesOf(m_left, "a"), right = batchesOf(m_right, "b");
        const auto op = operatorOf(kind, yaml, {"a", "b"});
        CountingContext context;
        const double ours = seconds([&] {
            for (std::size_t i = 0; i < left.size(); ++i) {
                QVERIFY(op->process(0, left[i], context) && op->process(1, right[i], context));
                context.mark = {left[i].eventTimes->Value(left[i].rows() - 1)};
                QVERIFY(op->onWatermark(context.mark, context));
            }
        });
        std::int64_t pairs = 0;
        const double plain = seconds([&] { pairs = plainJoin(withinUs); });
        QCOMPARE(context.rejected, std::int64_t(0));
        QCOMPARE(context.rows, pairs);
        report(what, 2.0 * kRows, ours, plain, context.rows);
    }

private slots:
    void initTestCase() { initializeColumns(); }

    void intervalJoin()
    {
        joinBoth("interval_join", operators::IntervalJoin::kind(),
                 "{on: {k: k}, between: [-60s, 60s], right_columns: [b]}", 60'000'000);
    }
    void streamJoin()
    {
        joinBoth("stream_join", operators::StreamJoin::kind(), "{on: {k: k}, right_columns: [b]}",
                 INT64_C(1) << 50);
    }
    void topN()
    {
        const std::vector<Batch> batches = batchesOf(m_left, "a");
        const auto op
            = operatorOf(operators::TopN::kind(),
                         "{partition_by: [k], order_by: [{a: desc}], limit: 3, window: 100s}",
                         {"a"});
        CountingContext context;
        const double ours = seconds([&] {
            for (const Batch& batch : batches) {
                QVERIFY(op->process(0, batch, context));
                context.mark = {batch.eventTimes->Value(batch.rows() - 1)};
                QVERIFY(op->onWatermark(context.mark, context));
            }
            context.mark = EventTime::max();
            QVERIFY(op->onWatermark(context.mark, context));
        });
        std::int64_t out = 0;
        const double plain = seconds([&] {
            std::unordered_map<std::int64_t, std::vector<std::int64_t>> best;
            const auto close = [&] {
                for (const auto& [key, values] : best)
                    out += std::int64_t(values.size());
                best.clear();
            };
            for (std::int64_t row = 0; row < kRows; ++row) {
                if (row > 0 && row % 100'000 == 0)
                    close();
                std::vector<std::int64_t>& values = best[m_left.key(row)];
                values.insert(std::upper_bound(values.begin(), values.end(), m_left.value(row),
                                               std::greater<>()),
                              m_left.value(row));
                if (values.size() > 3)
                    values.pop_back();
            }
            close();
        });
        QCOMPARE(context.rows, out);
        report("top_n", double(kRows), ours, plain, context.rows);
    }
};

} // namespace sluice::bench

SLUICE_TEST(sluice::bench::JoinsBenchTest)
#include "joins_bench_test.moc"
