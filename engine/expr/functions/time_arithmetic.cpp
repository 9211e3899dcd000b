// SPDX-License-Identifier: Apache-2.0
// Adding intervals and days, making times of numbers and numbers of times.
#include "engine/columns/types.h"
#include "engine/expr/calendar.h"
#include "engine/expr/functions/arithmetic.h"
#include "engine/expr/functions/comparison.h"
#include "engine/expr/type_rules.h"
#include "engine/expr/values.h"

#include <cmath>
#include <utility>

namespace sluice::expr {
namespace {

const char* const kOutOfRange = "the time is out of range";

// Months first, then days, then the rest, as SQL adds them.
std::int64_t addInterval(Row& row, std::int64_t us, const IntervalValue& by, int sign)
{
    const std::int64_t day = floorDivide(us, kUsPerDay);
    const std::int64_t months = std::int64_t(by.months) * sign;
    Int128 out = us - day * kUsPerDay;
    out += Int128(months == 0 ? day : addMonths(day, months)) * kUsPerDay;
    out += Int128(by.days) * sign * kUsPerDay + Int128(by.nanoseconds / 1000) * sign;
    if (out > INT64_MAX || out < INT64_MIN) {
        row.fail(kOutOfRange);
        return 0;
    }
    return std::int64_t(out);
}

Binding timestampPlusInterval(Operands& operands, std::size_t timeAt, int sign)
{
    if (auto failure = operands.convert(timeAt, timestampType()))
        return *failure;
    if (timeAt == 0)
        return {.type = timestampType(),
                .kernel = eachRow<std::int64_t, std::int64_t, IntervalValue>(
                    timestampType(), [sign](Row& row, std::int64_t us, IntervalValue by) {
                        return addInterval(row, us, by, sign);
                    })};
    return {.type = timestampType(),
            .kernel = eachRow<std::int64_t, IntervalValue, std::int64_t>(
                timestampType(), [](Row& row, IntervalValue by, std::int64_t us) {
                    return addInterval(row, us, by, 1);
                })};
}

Binding datePlusDays(Operands& operands, std::size_t dateAt, int sign)
{
    const std::size_t daysAt = 1 - dateAt;
    if (auto failure = operands.convert(daysAt, arrow::int64()))
        return *failure;
    const auto add = [sign](Row& row, std::int32_t date, std::int64_t days) {
        std::int64_t out = 0;
        if (__builtin_mul_overflow(days, std::int64_t(sign), &out)
            || __builtin_add_overflow(out, std::int64_t(date), &out)
            || !std::in_range<std::int32_t>(out)) {
            row.fail(kOutOfRange);
            return std::int32_t(0);
        }
        return std::int32_t(out);
    };
    if (dateAt == 0)
        return {.type = arrow::date32(),
                .kernel = eachRow<std::int32_t, std::int32_t, std::int64_t>(arrow::date32(), add)};
    return {.type = arrow::date32(),
            .kernel = eachRow<std::int32_t, std::int64_t, std::int32_t>(
                arrow::date32(), [add](Row& row, std::int64_t days, std::int32_t date) {
                    return add(row, date, days);
                })};
}

IntervalValue between(std::int64_t from, std::int64_t to)
{
    const std::int64_t us = to - from;
    return {0, std::int32_t(us / kUsPerDay), us % kUsPerDay * 1000};
}

Binding difference(Operands& operands)
{
    if (isDate(*operands.type(0)) && isDate(*operands.type(1)))
        return {.type = arrow::int64(),
                .kernel = eachRow<std::int64_t, std::int32_t, std::int32_t>(
                    arrow::int64(),
                    [](std::int32_t a, std::int32_t b) { return std::int64_t(a) - b; })};
    if (auto failure = operands.convertAll(timestampType()))
        return *failure;
    return {.type = arrow::month_day_nano_interval(),
            .kernel = eachRow<IntervalValue, std::int64_t, std::int64_t>(
                arrow::month_day_nano_interval(),
                [](std::int64_t a, std::int64_t b) { return between(b, a); })};
}

bool isTime(const arrow::DataType& type)
{
    return isDate(type) || isTimestamp(type);
}

// Seconds of an interval; a year counts 365.25 days, a month 30.
double secondsOf(IntervalValue value)
{
    const double days = double(value.months / 12) * 365.25 + value.months % 12 * 30.0 + value.days;
    return days * 86400 + double(value.nanoseconds) / 1e9;
}

CatalogueEntry entry(const std::string& name, const std::string& signature, const std::string& help,
                     const std::string& spark, std::vector<std::string> aliases = {})
{
    return {.name = name,
            .category = "time",
            .signature = signature,
            .help = help,
            .spark = spark,
            .aliases = std::move(aliases)};
}

// to_days(n) and its like; INTERVAL n DAY is made of them by the parser.
Function wholeInterval(const std::string& unit, std::int64_t months, std::int64_t days,
                       std::int64_t ns)
{
    const TypePtr type = arrow::month_day_nano_interval();
    const auto make = [months, days, ns](Row& row, std::int64_t count) {
        const Int128 wideMonths = Int128(count) * months;
        const Int128 wideDays = Int128(count) * days;
        const Int128 wideNs = Int128(count) * ns;
        if (wideMonths != std::int32_t(wideMonths) || wideDays != std::int32_t(wideDays)
            || wideNs != std::int64_t(wideNs))
            row.fail("the interval is out of range");
        return IntervalValue{std::int32_t(wideMonths), std::int32_t(wideDays),
                             std::int64_t(wideNs)};
    };
    return {.entry = entry("to_" + unit, "to_" + unit + "(n) -> interval",
                           "An interval of n " + unit + ".", "INTERVAL n " + unit),
            .overloads = {{{Want::Long}, type, eachRow<IntervalValue, std::int64_t>(type, make)}}};
}

Function fractionInterval(const std::string& unit, double ns)
{
    const TypePtr type = arrow::month_day_nano_interval();
    const auto make = [ns](Row& row, double count) {
        const double wide = std::round(count * ns / 1000);
        if (!(std::fabs(wide) < 9e15)) {
            row.fail("the interval is out of range");
            return IntervalValue{};
        }
        return IntervalValue{0, 0, std::int64_t(wide) * 1000};
    };
    return {.entry = entry("to_" + unit, "to_" + unit + "(n) -> interval",
                           "An interval of n " + unit + ".", "INTERVAL n " + unit),
            .overloads = {{{Want::Double}, type, eachRow<IntervalValue, double>(type, make)}}};
}

std::vector<Function> intervalFunctions()
{
    constexpr std::int64_t kNsPerHour = kUsPerHour * 1000;
    constexpr std::int64_t kNsPerMinute = kUsPerMinute * 1000;
    return {wholeInterval("years", 12, 0, 0),
            wholeInterval("quarters", 3, 0, 0),
            wholeInterval("months", 1, 0, 0),
            wholeInterval("weeks", 0, 7, 0),
            wholeInterval("days", 0, 1, 0),
            wholeInterval("hours", 0, 0, kNsPerHour),
            wholeInterval("minutes", 0, 0, kNsPerMinute),
            fractionInterval("seconds", 1e9),
            fractionInterval("milliseconds", 1e6),
            wholeInterval("microseconds", 0, 0, 1000)};
}

Kernel epochKernel(std::int64_t divisor)
{
    return eachRow<std::int64_t, std::int64_t>(arrow::int64(),
                                               [divisor](std::int64_t us) { return us / divisor; });
}

Kernel fromUnits(std::int64_t usPerUnit)
{
    return eachRow<std::int64_t, std::int64_t>(timestampType(),
                                               [usPerUnit](Row& row, std::int64_t value) {
                                                   std::int64_t out = 0;
                                                   if (__builtin_mul_overflow(value, usPerUnit,
                                                                              &out))
                                                       row.fail(kOutOfRange);
                                                   return out;
                                               });
}

std::int64_t fromSeconds(Row& row, double seconds)
{
    const double us = std::round(seconds * 1e6);
    if (std::fabs(us) < 9.2e18)
        return std::int64_t(us);
    row.fail(kOutOfRange);
    return 0;
}

std::int32_t makeDate(Row& row, std::int64_t year, std::int64_t month, std::int64_t day)
{
    if (year < -290'000 || year > 290'000 || month < 1 || month > 12 || day < 1
        || day > daysInMonth(year, int(month))) {
        row.fail(std::to_string(year) + "-" + std::to_string(month) + "-" + std::to_string(day)
                 + " is not a date");
        return 0;
    }
    return std::int32_t(daysFromCivil(year, int(month), int(day)));
}

std::int64_t makeTimestamp(Row& row, std::int64_t year, std::int64_t month, std::int64_t day,
                           std::int64_t hour, std::int64_t minute, double second)
{
    const std::int64_t days = makeDate(row, year, month, day);
    if (row.isNull())
        return 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || !(second >= 0 && second < 60)) {
        row.fail("the time of day is out of range");
        return 0;
    }
    return days * kUsPerDay + hour * kUsPerHour + minute * kUsPerMinute
        + std::llround(second * 1e6);
}

} // namespace

std::optional<Binding> bindTimeArithmetic(Operands& operands, bool isMinus)
{
    const arrow::DataType& left = *operands.type(0);
    const arrow::DataType& right = *operands.type(1);
    const int sign = isMinus ? -1 : 1;
    if (isTime(left) && isInterval(right))
        return timestampPlusInterval(operands, 0, sign);
    if (isInterval(left) && isTime(right) && !isMinus)
        return timestampPlusInterval(operands, 1, 1);
    if (isDate(left) && isInteger(right))
        return datePlusDays(operands, 0, sign);
    if (isInteger(left) && isDate(right) && !isMinus)
        return datePlusDays(operands, 1, 1);
    if (isTime(left) && isTime(right) && isMinus)
        return difference(operands);
    return std::nullopt;
}

std::vector<Function> timeArithmeticFunctions()
{
    std::vector<Function> rows = intervalFunctions();
    rows.push_back(
        {.entry = entry("INTERVAL", "INTERVAL 5 MINUTE, INTERVAL '1 day 2 hours'",
                        "A span of time to add to a date or timestamp.", "INTERVAL 5 MINUTE")});
    rows.back().entry.isOperator = true;
    rows.push_back(
        {.entry = entry("epoch", "epoch(time) -> double, epoch(interval)",
                        "Seconds since 1970-01-01 UTC, or of an interval.", "CAST(time AS double)"),
         .overloads = {{{Want::Interval},
                        arrow::float64(),
                        eachRow<double, IntervalValue>(arrow::float64(), secondsOf)},
                       {{Want::Timestamp},
                        arrow::float64(),
                        eachRow<double, std::int64_t>(arrow::float64(), [](std::int64_t us) {
                            return double(us) / 1e6;
                        })}}});
    rows.push_back({.entry = entry("epoch_ms", "epoch_ms(time) -> long, epoch_ms(ms) -> timestamp",
                                   "Milliseconds since 1970-01-01 UTC, or the time that they mean.",
                                   "unix_millis(time), timestamp_millis(ms)"),
                    .overloads = {{{Want::Timestamp}, arrow::int64(), epochKernel(1000)},
                                  {{Want::Long}, timestampType(), fromUnits(1000)}}});
    rows.push_back({.entry = entry("epoch_us", "epoch_us(time) -> long",
                                   "Microseconds since 1970-01-01 UTC.", "unix_micros(time)"),
                    .overloads = {{{Want::Timestamp}, arrow::int64(), epochKernel(1)}}});
    rows.push_back({.entry = entry("to_timestamp", "to_timestamp(seconds) -> timestamp",
                                   "The time so many seconds after 1970-01-01 UTC.",
                                   "timestamp_seconds(seconds)"),
                    .overloads = {{{Want::Double},
                                   timestampType(),
                                   eachRow<std::int64_t, double>(timestampType(), fromSeconds)}}});
    rows.push_back({.entry = entry("make_date", "make_date(year, month, day) -> date",
                                   "A date of its parts.", "make_date(year, month, day)"),
                    .overloads = {{{Want::Long, Want::Long, Want::Long},
                                   arrow::date32(),
                                   eachRow<std::int32_t, std::int64_t, std::int64_t, std::int64_t>(
                                       arrow::date32(), makeDate)}}});
    rows.push_back(
        {.entry = entry("make_timestamp",
                        "make_timestamp(year, month, day, hour, minute, second) -> timestamp",
                        "A time of its parts; of microseconds since 1970 with one argument.",
                        "make_timestamp(year, month, day, hour, minute, second)"),
         .overloads
         = {{{Want::Long}, timestampType(), fromUnits(1)},
            {{Want::Long, Want::Long, Want::Long, Want::Long, Want::Long, Want::Double},
             timestampType(),
             eachRow<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                     std::int64_t, double>(timestampType(), makeTimestamp)}}});
    return rows;
}

} // namespace sluice::expr
