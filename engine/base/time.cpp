// SPDX-License-Identifier: Apache-2.0
#include "engine/base/time.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace sluice {
namespace {

class SystemClock final : public Clock
{
public:
    WallTime wallNow() const override
    {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return {std::chrono::duration_cast<Micros>(now).count()};
    }
    SteadyTime steadyNow() const override
    {
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        return {std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()};
    }
};

constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> kUnits{{{"d", 86'400'000'000},
                                                                           {"h", 3'600'000'000},
                                                                           {"m", 60'000'000},
                                                                           {"s", 1'000'000},
                                                                           {"ms", 1'000},
                                                                           {"us", 1}}};

} // namespace

const Clock& systemClock()
{
    static const SystemClock clock;
    return clock;
}

std::string timestampText(std::int64_t us)
{
    using namespace std::chrono;
    constexpr std::int64_t kDayUs = 86'400'000'000;
    constexpr std::int64_t kMostUs = 900'000'000'000'000'000; // years have 16 bits in <chrono>
    if (us > kMostUs || us < -kMostUs)
        return std::to_string(us) + "us";
    const std::int64_t usOfDay = (us % kDayUs + kDayUs) % kDayUs;
    const year_month_day date{sys_days{days{(us - usOfDay) / kDayUs}}};
    const hh_mm_ss time{Micros{usOfDay}};
    const auto fraction = time.subseconds().count();
    std::array<char, 64> text{};
    const int length
        = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", int(date.year()),
                        unsigned(date.month()), unsigned(date.day()), int(time.hours().count()),
                        int(time.minutes().count()), int(time.seconds().count()));
    std::string out(text.data(), std::size_t(length));
    if (fraction % 1000 != 0)
        std::snprintf(text.data(), text.size(), ".%06dZ", int(fraction));
    else
        std::snprintf(text.data(), text.size(), ".%03dZ", int(fraction / 1000));
    return out + text.data();
}

std::string durationText(Micros duration)
{
    if (duration.count() == 0)
        return "0s";
    for (const auto& [unit, size] : kUnits) {
        if (duration.count() % size == 0)
            return std::to_string(duration.count() / size) + std::string(unit);
    }
    return std::to_string(duration.count()) + "us";
}

bool parseDuration(std::string_view text, Micros& out)
{
    double amount = 0;
    const char* last = text.data() + text.size();
    const auto [end, failure] = std::from_chars(text.data(), last, amount);
    if (failure != std::errc{} || amount < 0)
        return false;
    const std::string_view unit(end, std::size_t(last - end));
    for (const auto& [name, size] : kUnits) {
        if (unit == name || (unit == "min" && name == "m")) {
            const double us = amount * double(size);
            if (us > 9e18)
                return false;
            out = Micros{std::int64_t(us)};
            return true;
        }
    }
    return false;
}

} // namespace sluice
