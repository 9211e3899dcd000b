// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/bench/parse_baseline.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <string_view>

#include <simdjson.h>

namespace sluice::ctl {
namespace {

double threadSeconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

// Reads the fields of one record; the sum keeps the compiler from leaving it out. A broken record
// ends at its first error, as it would for any reader.
std::uint64_t readFields(simdjson::ondemand::parser& parser, std::string_view line,
                         const std::vector<ParsedField>& fields)
{
    simdjson::ondemand::document document;
    if (parser.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING)
            .get(document)
        != simdjson::SUCCESS)
        return 0;
    std::uint64_t sum = 0;
    for (const ParsedField& field : fields) {
        simdjson::ondemand::value value;
        if (document.find_field_unordered(field.name).get(value) != simdjson::SUCCESS)
            return sum;
        std::string_view text;
        std::int64_t number = 0;
        double real = 0;
        if (field.type == ParsedType::Text && value.get_string().get(text) == simdjson::SUCCESS)
            sum += text.size();
        else if (field.type == ParsedType::Integer
                 && value.get_int64().get(number) == simdjson::SUCCESS)
            sum += std::uint64_t(number);
        else if (field.type == ParsedType::Real
                 && value.get_double().get(real) == simdjson::SUCCESS)
            sum += std::uint64_t(real);
        else
            return sum;
    }
    return sum;
}

} // namespace

double parseBaseline(const std::string& lines, const std::vector<ParsedField>& fields)
{
    std::array<double, 3> rates{};
    simdjson::ondemand::parser parser;
    volatile std::uint64_t sink = 0;
    for (double& rate : rates) {
        const double begin = threadSeconds();
        std::uint64_t records = 0, sum = 0;
        const char* end = lines.data() + lines.size() - simdjson::SIMDJSON_PADDING;
        for (const char* line = lines.data(); line < end; ++records) {
            const auto* stop
                = static_cast<const char*>(std::memchr(line, '\n', std::size_t(end - line)));
            if (!stop)
                break;
            sum += readFields(parser, {line, std::size_t(stop - line)}, fields);
            line = stop + 1;
        }
        sink = sink + sum;
        rate = double(records) / (threadSeconds() - begin);
    }
    std::ranges::sort(rates);
    return rates[1];
}

void padForParsing(std::string& lines)
{
    lines.append(simdjson::SIMDJSON_PADDING, ' ');
}

} // namespace sluice::ctl
