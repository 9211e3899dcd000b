// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/parse_baseline.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string_view>

#include <simdjson.h>

namespace sluice::ctl {
namespace {

// Reads what the job's plan reads of one record; the sum keeps the compiler from leaving it out.
std::uint64_t readFields(simdjson::ondemand::parser& parser, const char* line, std::size_t length,
                         std::size_t capacity)
{
    simdjson::ondemand::document document;
    if (parser.iterate(line, length, capacity).get(document) != simdjson::SUCCESS)
        return 0;
    std::uint64_t sum = 0;
    std::string_view text;
    std::int64_t number = 0;
    double real = 0;
    // A broken record ends at its first error, as it would for any reader.
    for (const char* name : {"order_id", "country", "channel", "status"}) {
        simdjson::ondemand::value value;
        if (document.find_field_unordered(name).get(value) != simdjson::SUCCESS
            || value.get_string().get(text) != simdjson::SUCCESS)
            return sum;
        sum += text.size();
    }
    for (const char* name : {"product", "quantity", "ts"}) {
        simdjson::ondemand::value value;
        if (document.find_field_unordered(name).get(value) != simdjson::SUCCESS
            || value.get_int64().get(number) != simdjson::SUCCESS)
            return sum;
        sum += std::uint64_t(number);
    }
    simdjson::ondemand::value amount;
    if (document.find_field_unordered("amount").get(amount) == simdjson::SUCCESS
        && amount.get_double().get(real) == simdjson::SUCCESS)
        sum += std::uint64_t(real);
    return sum;
}

} // namespace

double parseBaseline(const std::string& lines)
{
    std::array<double, 3> rates{};
    simdjson::ondemand::parser parser;
    volatile std::uint64_t sink = 0;
    for (double& rate : rates) {
        const auto begin = std::chrono::steady_clock::now();
        std::uint64_t records = 0, sum = 0;
        const char* end = lines.data() + lines.size() - simdjson::SIMDJSON_PADDING;
        for (const char* line = lines.data(); line < end;) {
            const auto* stop
                = static_cast<const char*>(std::memchr(line, '\n', std::size_t(end - line)));
            if (!stop)
                break;
            sum += readFields(parser, line, std::size_t(stop - line),
                              std::size_t(stop - line) + simdjson::SIMDJSON_PADDING);
            ++records;
            line = stop + 1;
        }
        sink = sink + sum;
        rate = double(records)
            / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
    std::ranges::sort(rates);
    return rates[1];
}

} // namespace sluice::ctl
