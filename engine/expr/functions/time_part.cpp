// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/functions/time_part.h"

#include "engine/expr/calendar.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace sluice::expr {
namespace {

struct Name
{
    std::string_view name;
    TimePart part;
};

// Plurals are read too.
constexpr std::array<Name, 39> kNames{{{"year", TimePart::Year},
                                       {"quarter", TimePart::Quarter},
                                       {"month", TimePart::Month},
                                       {"week", TimePart::Week},
                                       {"day", TimePart::Day},
                                       {"hour", TimePart::Hour},
                                       {"minute", TimePart::Minute},
                                       {"second", TimePart::Second},
                                       {"millisecond", TimePart::Millisecond},
                                       {"microsecond", TimePart::Microsecond},
                                       {"dow", TimePart::DayOfWeek},
                                       {"isodow", TimePart::IsoDayOfWeek},
                                       {"doy", TimePart::DayOfYear},
                                       {"isoyear", TimePart::IsoYear},
                                       {"yearweek", TimePart::YearWeek},
                                       {"epoch", TimePart::Epoch},
                                       {"decade", TimePart::Decade},
                                       {"century", TimePart::Century},
                                       {"millennium", TimePart::Millennium},
                                       {"y", TimePart::Year},
                                       {"yr", TimePart::Year},
                                       {"mon", TimePart::Month},
                                       {"w", TimePart::Week},
                                       {"weekofyear", TimePart::Week},
                                       {"d", TimePart::Day},
                                       {"dayofmonth", TimePart::Day},
                                       {"h", TimePart::Hour},
                                       {"hr", TimePart::Hour},
                                       {"min", TimePart::Minute},
                                       {"m", TimePart::Minute},
                                       {"s", TimePart::Second},
                                       {"sec", TimePart::Second},
                                       {"ms", TimePart::Millisecond},
                                       {"msec", TimePart::Millisecond},
                                       {"us", TimePart::Microsecond},
                                       {"usec", TimePart::Microsecond},
                                       {"dayofweek", TimePart::DayOfWeek},
                                       {"weekday", TimePart::DayOfWeek},
                                       {"dayofyear", TimePart::DayOfYear}}};
constexpr std::size_t kMainNames = 19;

// Microseconds of a unit of fixed length; 0 for months and years.
std::int64_t lengthOf(TimePart part)
{
    switch (part) {
    case TimePart::Week: return 7 * kUsPerDay;
    case TimePart::Day: return kUsPerDay;
    case TimePart::Hour: return kUsPerHour;
    case TimePart::Minute: return kUsPerMinute;
    case TimePart::Second: return kUsPerSecond;
    case TimePart::Millisecond: return 1000;
    case TimePart::Microsecond: return 1;
    default: return 0;
    }
}

int monthsOf(TimePart part)
{
    switch (part) {
    case TimePart::Millennium: return 12000;
    case TimePart::Century: return 1200;
    case TimePart::Decade: return 120;
    case TimePart::Year: return 12;
    case TimePart::Quarter: return 3;
    default: return 1;
    }
}

std::int64_t datePart(TimePart part, std::int64_t days)
{
    const CivilDay civil = civilFromDays(days);
    switch (part) {
    case TimePart::Millennium: return (civil.year - 1) / 1000 + 1;
    case TimePart::Century: return (civil.year - 1) / 100 + 1;
    case TimePart::Decade: return civil.year / 10;
    case TimePart::Year: return civil.year;
    case TimePart::Quarter: return (civil.month - 1) / 3 + 1;
    case TimePart::Month: return civil.month;
    case TimePart::Week: return isoWeek(days).week;
    case TimePart::IsoYear: return isoWeek(days).year;
    case TimePart::YearWeek: return isoWeek(days).year * 100 + isoWeek(days).week;
    case TimePart::DayOfYear: return days - daysFromCivil(civil.year, 1, 1) + 1;
    case TimePart::DayOfWeek: return dayOfWeek(days);
    case TimePart::IsoDayOfWeek: return (dayOfWeek(days) + 6) % 7 + 1;
    default: return civil.day;
    }
}

} // namespace

std::optional<TimePart> timePartOf(std::string_view name)
{
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return char(std::tolower(c)); });
    if (lower == "centuries")
        return TimePart::Century;
    for (int pass = 0; pass < 2; ++pass) {
        const auto found = std::ranges::find(kNames, lower, &Name::name);
        if (found != kNames.end())
            return found->part;
        if (lower.size() > 2 && lower.back() == 's')
            lower.pop_back();
    }
    return std::nullopt;
}

std::string timePartNames()
{
    std::string out;
    for (std::size_t i = 0; i < kMainNames; ++i)
        out += (i == 0 ? "" : ", ") + std::string(kNames[i].name);
    return out;
}

std::int64_t partOf(TimePart part, std::int64_t us)
{
    const std::int64_t days = floorDivide(us, kUsPerDay);
    const std::int64_t time = us - days * kUsPerDay;
    switch (part) {
    case TimePart::Hour: return time / kUsPerHour;
    case TimePart::Minute: return time / kUsPerMinute % 60;
    case TimePart::Second: return time / kUsPerSecond % 60;
    case TimePart::Millisecond: return time % kUsPerMinute / 1000;
    case TimePart::Microsecond: return time % kUsPerMinute;
    case TimePart::Epoch: return floorDivide(us, kUsPerSecond);
    default: return datePart(part, days);
    }
}

std::int64_t truncated(TimePart part, std::int64_t us)
{
    if (part == TimePart::Week) {
        const std::int64_t days = floorDivide(us, kUsPerDay);
        return (days - (dayOfWeek(days) + 6) % 7) * kUsPerDay;
    }
    if (const std::int64_t length = lengthOf(part); length > 0)
        return floorDivide(us, length) * length;
    const CivilDay civil = civilFromDays(floorDivide(us, kUsPerDay));
    const int step = monthsOf(part);
    if (step < 12)
        return daysFromCivil(civil.year, (civil.month - 1) / step * step + 1, 1) * kUsPerDay;
    return daysFromCivil(civil.year / (step / 12) * (step / 12), 1, 1) * kUsPerDay;
}

std::int64_t boundariesBetween(TimePart unit, std::int64_t fromUs, std::int64_t toUs)
{
    if (unit == TimePart::Week)
        return boundariesBetween(TimePart::Day, fromUs, toUs) / 7;
    if (const std::int64_t length = lengthOf(unit); length > 0)
        return floorDivide(toUs, length) - floorDivide(fromUs, length);
    const auto index = [unit](std::int64_t us) {
        const CivilDay civil = civilFromDays(floorDivide(us, kUsPerDay));
        return (civil.year * 12 + civil.month - 1) / monthsOf(unit);
    };
    return index(toUs) - index(fromUs);
}

std::int64_t wholeUnitsBetween(TimePart unit, std::int64_t fromUs, std::int64_t toUs)
{
    if (fromUs > toUs)
        return -wholeUnitsBetween(unit, toUs, fromUs);
    if (const std::int64_t length = lengthOf(unit); length > 0)
        return (toUs - fromUs) / length;
    const std::int64_t fromDays = floorDivide(fromUs, kUsPerDay);
    const std::int64_t months = boundariesBetween(TimePart::Month, fromUs, toUs);
    const std::int64_t reached
        = addMonths(fromDays, months) * kUsPerDay + (fromUs - fromDays * kUsPerDay);
    return (reached > toUs ? months - 1 : months) / monthsOf(unit);
}

} // namespace sluice::expr
