// SPDX-License-Identifier: Apache-2.0
// What a key costs the set of seen keys, by the processor time of one thread: keys that come for
// the first time, with all that growing costs, and keys that are there.
//
//   seen_set_bench [KEYS [RUNS]]    default 4,000,000 keys, the least and the median of 5 runs
#include "engine/state/seen_set.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include <arrow/array/builder_binary.h>

namespace sluice::state {
namespace {

constexpr std::size_t kBatchRows = 8192;

double processorSeconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

std::shared_ptr<arrow::Array> orderIds(std::size_t from)
{
    arrow::StringBuilder ids;
    char text[32];
    for (std::size_t i = from; i < from + kBatchRows; ++i) {
        const int size = std::snprintf(text, sizeof text, "o-%012zu", i);
        if (!ids.Append(text, size).ok())
            std::exit(1);
    }
    return ids.Finish().ValueOrDie();
}

struct Costs
{
    std::vector<double> hashing, first, again; // nanoseconds a key
};

void measure(std::size_t keys, Costs& costs)
{
    KeyHasher hasher(KeyCodec::make({arrow::field("id", arrow::utf8())}).value(),
                     SeenSet::kSecondSeed);
    SeenSet set{Micros(600'000'000)};
    std::vector<std::uint32_t> unseen;
    for (int pass = 0; pass < 2; ++pass) {
        double hashing = 0, inserting = 0;
        std::size_t done = 0, found = 0;
        for (; done < keys; done += kBatchRows) {
            const auto ids = orderIds(done);
            const std::vector<std::int64_t> times(kBatchRows, std::int64_t(done));
            const double begin = processorSeconds();
            const auto hashes = hasher.of({ids});
            const double then = processorSeconds();
            unseen.clear();
            set.insertAll(hashes, times, EventTime::min(), unseen);
            inserting += processorSeconds() - then;
            hashing += then - begin;
            found += unseen.size();
        }
        if (found != (pass == 0 ? done : 0))
            std::exit(1);
        if (pass == 0)
            costs.hashing.push_back(hashing * 1e9 / double(done));
        (pass == 0 ? costs.first : costs.again).push_back(inserting * 1e9 / double(done));
    }
}

void tell(const char* what, std::vector<double>& costs)
{
    std::ranges::sort(costs);
    std::printf("%-28s %7.1f ns least %7.1f ns median\n", what, costs.front(),
                costs[costs.size() / 2]);
}

} // namespace
} // namespace sluice::state

int main(int argc, char** argv)
{
    using namespace sluice::state;
    const std::size_t keys = argc > 1 ? std::size_t(std::atoll(argv[1])) : 4'000'000;
    const int runs = argc > 2 ? std::atoi(argv[2]) : 5;
    Costs costs;
    for (int run = 0; run < runs; ++run)
        measure(keys, costs);
    tell("hashing an order's id", costs.hashing);
    tell("a key for the first time", costs.first);
    tell("a key that is there", costs.again);
    return 0;
}
