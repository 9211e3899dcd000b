// SPDX-License-Identifier: Apache-2.0
// What a Nexmark bid costs from a file's bytes to columns, by the processor time of one thread:
// finding the records, decoding some of their fields, and simdjson On-Demand reading the same
// fields, a document a record.
//
//   decode_bench [BIDS [RUNS]]    default 500,000 bids, the least and the median of 9 runs
#include "engine/columns/recycling_pool.h"
#include "engine/connectors/followed_file.h"
#include "engine/connectors/nexmark_json.h"
#include "engine/formats/record_decoder.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <simdjson.h>
#include <unistd.h>

namespace sluice {
namespace {

constexpr std::size_t kBatchRows = 8192;
constexpr std::size_t kBatchBytes = 4 << 20;

double processorSeconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

void writeBids(const std::string& path, std::int64_t bids)
{
    const connectors::NexmarkEvents events({.rate = 10'000, .outOfOrderGroup = 1});
    connectors::NexmarkJson json(events, connectors::NexmarkStream::Bid);
    std::ofstream file(path, std::ios::binary);
    std::string line;
    for (std::int64_t n = 0, written = 0; written < bids; ++n) {
        if (!events.isIn(connectors::NexmarkStream::Bid, n))
            continue;
        line.clear();
        json.append(n, line);
        file << line << '\n';
        ++written;
    }
}

using Take = std::function<void(RawRecords&)>;

// Hands out the file's records in batches; returns how many.
std::size_t readFile(const std::string& path, const Take& take)
{
    connectors::FollowedFile file(path, 0, 1 << 20);
    if (!file.open({}))
        std::exit(1);
    std::size_t records = 0;
    std::vector<connectors::OverlongRecord> overlong;
    for (;;) {
        RawRecords raw;
        const auto has = file.read(kBatchRows, kBatchBytes, true, raw, overlong);
        if (!has || !*has)
            return records;
        records += raw.size();
        take(raw);
    }
}

struct Cost
{
    double least = 0, median = 0; // nanoseconds a record
};

// pass returns how many records it read, and the seconds to leave out.
Cost costOf(int runs, const std::function<std::pair<std::size_t, double>()>& pass)
{
    std::vector<double> costs;
    for (int run = 0; run < runs; ++run) {
        const double begin = processorSeconds();
        const auto [records, leftOut] = pass();
        costs.push_back((processorSeconds() - begin - leftOut) * 1e9 / double(records));
    }
    std::ranges::sort(costs);
    return {costs.front(), costs[costs.size() / 2]};
}

Cost decodingCost(const std::string& path, int runs, const std::set<std::string>& fields)
{
    formats::RecordLayout layout;
    layout.schema = connectors::NexmarkJson::schemaOf(connectors::NexmarkStream::Bid);
    const auto decoder = formats::makeDecoder(layout, fields);
    return costOf(runs, [&] {
        double decoding = 0;
        const double begin = processorSeconds();
        const std::size_t records = readFile(path, [&](RawRecords& raw) {
            const double before = processorSeconds();
            if (!decoder->decode(raw))
                std::exit(1);
            decoding += processorSeconds() - before;
        });
        return std::pair(records, processorSeconds() - begin - decoding);
    });
}

Cost parsingCost(const std::string& path, int runs, const std::set<std::string>& fields)
{
    simdjson::ondemand::parser parser;
    std::int64_t sum = 0;
    const auto read = [&](std::string_view record) {
        simdjson::ondemand::document document;
        if (parser.iterate(record.data(), record.size(), record.size() + simdjson::SIMDJSON_PADDING)
                .get(document))
            return;
        for (const std::string& field : fields) { // in the order of a bid, as they are named here
            std::int64_t number = 0;
            if (!document[field].get_int64().get(number))
                sum += number;
        }
    };
    const Cost out = costOf(runs, [&] {
        double parsing = 0;
        const double begin = processorSeconds();
        const std::size_t records = readFile(path, [&](RawRecords& raw) {
            const double before = processorSeconds();
            for (std::size_t i = 0; i < raw.size(); ++i)
                read(raw.record(i));
            parsing += processorSeconds() - before;
        });
        return std::pair(records, processorSeconds() - begin - parsing);
    });
    if (sum == 0)
        std::exit(1);
    return out;
}

void tell(const char* what, const Cost& cost)
{
    std::printf("%-34s %7.1f ns least %7.1f ns median\n", what, cost.least, cost.median);
}

} // namespace
} // namespace sluice

int main(int argc, char** argv)
{
    using namespace sluice;
    const std::int64_t bids = argc > 1 ? std::atoll(argv[1]) : 500'000;
    const int runs = argc > 2 ? std::atoi(argv[2]) : 9;
    std::string folder = (std::filesystem::temp_directory_path() / "decode_bench.XXXXXX").string();
    if (!::mkdtemp(folder.data()))
        return 1;
    const std::string path = folder + "/bids.jsonl";
    writeBids(path, bids);
    tell("read and find records",
         costOf(runs, [&] { return std::pair(readFile(path, [](RawRecords&) {}), 0.0); }));
    tell("decode bidder, dateTime", decodingCost(path, runs, {"bidder", "dateTime"}));
    tell("decode price, dateTime", decodingCost(path, runs, {"dateTime", "price"}));
    tell("decode all fields",
         decodingCost(path, runs,
                      {"auction", "bidder", "channel", "dateTime", "extra", "price", "url"}));
    tell("simdjson: bidder, dateTime", parsingCost(path, runs, {"bidder", "dateTime"}));
    std::filesystem::remove_all(folder);
    return 0;
}
