// SPDX-License-Identifier: Apache-2.0
// What a value costs on its way into a Parquet file, by the processor time of one thread: our own
// encoders of pages beside the Parquet library's writer, with the same properties, in turn.
//
//   page_bench [ROWS [RUNS]]    default 1,000,000 rows, the median of 9 runs
#include "engine/columns/batch.h"
#include "engine/lake/pages/paged_file.h"
#include "engine/lake/parquet_file.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include <arrow/builder.h>
#include <arrow/io/memory.h>
#include <arrow/record_batch.h>

namespace sluice::lake {
namespace {

constexpr std::int64_t kBatchRows = 8192;

struct Column
{
    const char* name;
    std::function<std::shared_ptr<arrow::Array>(std::int64_t from)> batch;
    FileSettings ours, theirs;
};

double processorSeconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

// Without a pattern that a predictor could learn.
std::uint64_t scattered(std::int64_t row)
{
    std::uint64_t x = std::uint64_t(row) * 0x9e3779b97f4a7c15ull;
    x ^= x >> 31;
    x *= 0xbf58476d1ce4e5b9ull;
    return x ^ x >> 29;
}

template <class Builder, class Value>
std::function<std::shared_ptr<arrow::Array>(std::int64_t)>
columnOf(const std::shared_ptr<arrow::DataType>& type, Value value)
{
    return [=](std::int64_t from) -> std::shared_ptr<arrow::Array> {
        Builder builder(type, arrow::default_memory_pool());
        for (std::int64_t row = from; row < from + kBatchRows; ++row)
            if (!builder.Append(value(row)).ok())
                std::exit(1);
        return builder.Finish().ValueOrDie();
    };
}

std::string idOf(std::int64_t row)
{
    char text[32];
    return {text, std::size_t(std::snprintf(text, sizeof text, "o-%012lld", (long long)row))};
}

std::vector<Column> columns()
{
    static const char* const kCountries[] = {"DE", "FR", "USA", "GB", "NL", "Italy", "ES", "PL"};
    const FileSettings snappy{.codec = Codec::Snappy};
    const FileSettings plain{.codec = Codec::Snappy, .plainColumns = {"v"}};
    const FileSettings packed{.codec = Codec::Snappy, .packedColumns = {"v"}};
    const FileSettings prefixed{.codec = Codec::Snappy, .prefixedColumns = {"v"}};
    return {
        {"few texts",
         columnOf<arrow::StringBuilder>(
             arrow::utf8(), [](std::int64_t row) { return kCountries[scattered(row) % 8]; }),
         snappy, snappy},
        {"counted ids", columnOf<arrow::StringBuilder>(arrow::utf8(), idOf), prefixed, plain},
        {"counted ids, plain", columnOf<arrow::StringBuilder>(arrow::utf8(), idOf), plain, plain},
        {"times",
         columnOf<arrow::TimestampBuilder>(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
                                           [](std::int64_t row) {
                                               return 1'767'225'600'000'000 + row / 10 * 1000;
                                           }),
         packed, packed},
        {"numbers up to 100,000",
         columnOf<arrow::Int64Builder>(arrow::int64(),
                                       [](std::int64_t row) {
                                           return std::int64_t(scattered(row) % 100'000);
                                       }),
         packed, packed},
        {"numbers up to 5",
         columnOf<arrow::Int32Builder>(
             arrow::int32(), [](std::int64_t row) { return std::int32_t(scattered(row) % 5 + 1); }),
         packed, snappy},
        {"amounts",
         columnOf<arrow::Decimal128Builder>(arrow::decimal128(12, 2),
                                            [](std::int64_t row) {
                                                return arrow::Decimal128(
                                                    std::int64_t(scattered(row) % 50'000));
                                            }),
         packed, packed},
    };
}

struct Written
{
    double seconds = 0;
    std::int64_t bytes = 0;
};

using Open = std::function<arrow::Result<std::unique_ptr<parquet::arrow::FileWriter>>(
    const std::shared_ptr<arrow::Schema>&, std::shared_ptr<arrow::io::OutputStream>)>;

Written write(const Open& open, const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches)
{
    const auto sink = std::make_shared<arrow::io::MockOutputStream>();
    const double begin = processorSeconds();
    auto file = open(batches.front()->schema(), sink);
    if (!file.ok())
        std::exit(1);
    for (const auto& batch : batches)
        if (!(*file)->WriteRecordBatch(*batch).ok())
            std::exit(1);
    if (!(*file)->Close().ok())
        std::exit(1);
    return {processorSeconds() - begin, sink->GetExtentBytesWritten()};
}

void measure(const Column& column, std::int64_t rows, int runs)
{
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    for (std::int64_t row = 0; row < rows; row += kBatchRows) {
        const auto values = column.batch(row);
        batches.push_back(
            arrow::RecordBatch::Make(arrow::schema({arrow::field("v", values->type())}),
                                     values->length(), {values}));
    }
    const double count = double(batches.size()) * double(kBatchRows);
    const Open ours = [&](const auto& schema, auto sink) {
        return openPagedFile(schema, sink, writerProperties(column.ours), arrowProperties());
    };
    const Open theirs = [&](const auto& schema, auto sink) {
        return parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), sink,
                                                writerProperties(column.theirs), arrowProperties());
    };
    std::vector<double> ourSeconds, theirSeconds, ratios;
    Written us, them;
    for (int run = 0; run < runs; ++run) {
        us = write(ours, batches);
        them = write(theirs, batches);
        ourSeconds.push_back(us.seconds);
        theirSeconds.push_back(them.seconds);
        ratios.push_back(them.seconds / us.seconds);
    }
    const auto median = [](std::vector<double>& values) {
        std::ranges::sort(values);
        return values[values.size() / 2];
    };
    std::printf("%-22s ours %6.1f ns %6.2f bytes   library %6.1f ns %6.2f bytes   %5.2f times as "
                "fast\n",
                column.name, median(ourSeconds) * 1e9 / count, double(us.bytes) / count,
                median(theirSeconds) * 1e9 / count, double(them.bytes) / count, median(ratios));
}

} // namespace
} // namespace sluice::lake

int main(int argc, char** argv)
{
    const std::int64_t rows = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
    const int runs = argc > 2 ? std::atoi(argv[2]) : 9;
    if (rows < 1 || runs < 1) {
        std::fputs("page_bench [ROWS [RUNS]]\n", stderr);
        return 2;
    }
    sluice::initializeColumns();
    for (const auto& column : sluice::lake::columns())
        sluice::lake::measure(column, rows, runs);
    return 0;
}
