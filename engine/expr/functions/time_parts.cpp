// SPDX-License-Identifier: Apache-2.0
// Parts of dates and timestamps, cutting to them and counting them.
#include "engine/columns/types.h"
#include "engine/expr/calendar.h"
#include "engine/expr/function.h"
#include "engine/expr/functions/comparison.h"
#include "engine/expr/functions/time_part.h"
#include "engine/expr/type_rules.h"
#include "engine/expr/values.h"

#include <array>

namespace sluice::expr {
namespace {

Kernel partKernel(TimePart part)
{
    if (part == TimePart::Epoch)
        return eachRow<double, std::int64_t>(arrow::float64(), [](std::int64_t us) {
            return double(us) / double(kUsPerSecond);
        });
    return eachRow<std::int64_t, std::int64_t>(arrow::int64(), [part](std::int64_t us) {
        return partOf(part, us);
    });
}

// Reads the constant name of a part.
std::optional<Binding> readPart(const Operands& operands, bool needsUnit, TimePart& out)
{
    const auto name = operands.text(0);
    if (!name)
        return Binding::failure("the part of " + operands.name() + " must be a constant string", 0,
                                "Write one of " + timePartNames() + ".");
    const auto part = timePartOf(*name);
    if (!part || (needsUnit && !isUnit(*part)))
        return Binding::failure("unknown part \"" + *name + "\" of " + operands.name(), 0,
                                "Write one of " + timePartNames() + ".");
    out = *part;
    return std::nullopt;
}

std::optional<Binding> convertToTimestamp(Operands& operands, std::size_t i)
{
    const arrow::DataType& type = *operands.type(i);
    if (!isTimestamp(type) && !isDate(type) && !isNullType(type)
        && !(isText(type) && operands.node(i).isLiteral))
        return Binding::failure("argument " + std::to_string(i + 1) + " of " + operands.name()
                                    + " must be a date or timestamp, not " + displayName(type),
                                int(i), "Write CAST(... AS TIMESTAMP).");
    return operands.convert(i, timestampType());
}

Binding bindDatePart(Operands& operands)
{
    TimePart part{};
    if (auto failure = readPart(operands, false, part))
        return *failure;
    if (auto failure = convertToTimestamp(operands, 1))
        return *failure;
    operands.dropFirst();
    return {.type = part == TimePart::Epoch ? arrow::float64() : arrow::int64(),
            .kernel = partKernel(part)};
}

// A date cut to days or more stays a date.
Binding bindDateTrunc(Operands& operands)
{
    TimePart part{};
    if (auto failure = readPart(operands, true, part))
        return *failure;
    const bool staysDate = isDate(*operands.type(1)) && part <= TimePart::Day;
    if (!staysDate) {
        if (auto failure = convertToTimestamp(operands, 1))
            return *failure;
    }
    operands.dropFirst();
    if (staysDate)
        return {.type = arrow::date32(),
                .kernel
                = eachRow<std::int32_t, std::int32_t>(arrow::date32(), [part](std::int32_t days) {
                      return std::int32_t(
                          floorDivide(truncated(part, days * kUsPerDay), kUsPerDay));
                  })};
    return {.type = timestampType(),
            .kernel = eachRow<std::int64_t, std::int64_t>(timestampType(), [part](std::int64_t us) {
                return truncated(part, us);
            })};
}

Binding bindDifference(Operands& operands,
                       std::int64_t (*count)(TimePart, std::int64_t, std::int64_t))
{
    TimePart part{};
    if (auto failure = readPart(operands, true, part))
        return *failure;
    for (const std::size_t i : {1, 2}) {
        if (auto failure = convertToTimestamp(operands, i))
            return *failure;
    }
    operands.dropFirst();
    return {.type = arrow::int64(),
            .kernel = eachRow<std::int64_t, std::int64_t, std::int64_t>(
                arrow::int64(), [part, count](std::int64_t from, std::int64_t to) {
                    return count(part, from, to);
                })};
}

// Buckets of a width that begin at 2000-01-03 (a Monday), or of months that begin at 2000-01-01.
std::int64_t bucketOf(Row& row, IntervalValue width, std::int64_t us)
{
    const std::int64_t length = width.days * kUsPerDay + width.nanoseconds / 1000;
    if (width.months > 0 && length == 0) {
        const CivilDay civil = civilFromDays(floorDivide(us, kUsPerDay));
        const std::int64_t months = (civil.year - 2000) * 12 + civil.month - 1;
        return addMonths(daysFromCivil(2000, 1, 1),
                         floorDivide(months, width.months) * width.months)
            * kUsPerDay;
    }
    if (width.months != 0 || length <= 0) {
        row.fail("the width of a bucket must be positive, in months or in shorter units");
        return 0;
    }
    constexpr std::int64_t kOrigin = daysFromCivil(2000, 1, 3) * kUsPerDay;
    return kOrigin + floorDivide(us - kOrigin, length) * length;
}

CatalogueEntry entry(const std::string& name, const char* signature, const std::string& help,
                     const std::string& spark, std::vector<std::string> aliases = {})
{
    return {.name = name,
            .category = "time",
            .signature = signature,
            .help = help,
            .spark = spark,
            .aliases = std::move(aliases)};
}

struct Shorthand
{
    const char* name;
    TimePart part;
    const char* help;
    const char* spark;
    std::vector<std::string> aliases;
};

// year(ts) and its like.
std::vector<Function> shorthands()
{
    const std::vector<Shorthand> rows{
        {"year", TimePart::Year, "The year.", "year(time)", {}},
        {"quarter", TimePart::Quarter, "The quarter, 1 to 4.", "quarter(time)", {}},
        {"month", TimePart::Month, "The month, 1 to 12.", "month(time)", {}},
        {"week", TimePart::Week, "The ISO week, 1 to 53.", "weekofyear(time)", {"weekofyear"}},
        {"day", TimePart::Day, "The day of the month, 1 to 31.", "day(time)", {"dayofmonth"}},
        {"dayofweek",
         TimePart::DayOfWeek,
         "The day of the week, Sunday is 0.",
         "dayofweek(time) - 1",
         {"weekday"}},
        {"isodow",
         TimePart::IsoDayOfWeek,
         "The day of the week, Monday is 1.",
         "weekday(time) + 1",
         {}},
        {"dayofyear", TimePart::DayOfYear, "The day of the year, 1 to 366.", "dayofyear(time)", {}},
        {"hour", TimePart::Hour, "The hour, 0 to 23.", "hour(time)", {}},
        {"minute", TimePart::Minute, "The minute, 0 to 59.", "minute(time)", {}},
        {"second", TimePart::Second, "The second, 0 to 59.", "second(time)", {}},
        {"millisecond",
         TimePart::Millisecond,
         "Milliseconds of the minute, 0 to 59999.",
         "extract(second FROM time) * 1000",
         {}},
    };
    std::vector<Function> out;
    for (const Shorthand& row : rows)
        out.push_back({.entry = entry(row.name, "", row.help, row.spark, row.aliases),
                       .overloads = {{{Want::Timestamp}, arrow::int64(), partKernel(row.part)}}});
    for (Function& function : out)
        function.entry.signature = function.entry.name + "(time) -> long";
    return out;
}

constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};

std::vector<Function> dayFunctions()
{
    return {
        {.entry = entry("dayname", "dayname(time) -> string", "The English name of the day.",
                        "date_format(time, 'EEEE')"),
         .overloads = {{{Want::Timestamp},
                        arrow::utf8(),
                        eachRow<std::string_view, std::int64_t>(
                            arrow::utf8(),
                            [](std::int64_t us) {
                                return kDays[std::size_t(partOf(TimePart::DayOfWeek, us))];
                            })}}},
        {.entry = entry("monthname", "monthname(time) -> string", "The English name of the month.",
                        "date_format(time, 'MMMM')"),
         .overloads = {{{Want::Timestamp},
                        arrow::utf8(),
                        eachRow<std::string_view, std::int64_t>(
                            arrow::utf8(),
                            [](std::int64_t us) {
                                return kMonths[std::size_t(partOf(TimePart::Month, us) - 1)];
                            })}}},
        {.entry = entry("last_day", "last_day(time) -> date", "The last day of the month.",
                        "last_day(time)"),
         .overloads = {{{Want::Timestamp},
                        arrow::date32(),
                        eachRow<std::int32_t, std::int64_t>(
                            arrow::date32(),
                            [](std::int64_t us) {
                                const CivilDay civil = civilFromDays(floorDivide(us, kUsPerDay));
                                return std::int32_t(
                                    daysFromCivil(civil.year, civil.month,
                                                  daysInMonth(civil.year, civil.month)));
                            })}}},
        {.entry = entry("date", "date(time) -> date", "The day of a timestamp, UTC.", "date(time)"),
         .overloads = {{{Want::Timestamp},
                        arrow::date32(),
                        eachRow<std::int32_t, std::int64_t>(arrow::date32(),
                                                            [](std::int64_t us) {
                                                                return std::int32_t(
                                                                    floorDivide(us, kUsPerDay));
                                                            })}}},
    };
}

} // namespace

std::vector<Function> timePartFunctions()
{
    std::vector<Function> rows = shorthands();
    for (Function& function : dayFunctions())
        rows.push_back(std::move(function));
    rows.push_back(
        {.entry = entry("date_part", "date_part(part, time) -> long, extract(part FROM time)",
                        "One part of a time: " + timePartNames() + ".", "date_part(part, time)",
                        {"datepart", "extract"}),
         .least = 2,
         .most = 2,
         .bind = bindDatePart});
    rows.push_back(
        {.entry = entry("date_trunc", "date_trunc(part, time) -> time",
                        "The beginning of the year, month, week, day, hour ... of a time.",
                        "date_trunc(part, time)", {"datetrunc"}),
         .least = 2,
         .most = 2,
         .bind = bindDateTrunc});
    rows.push_back(
        {.entry = entry("date_diff", "date_diff(part, from, to) -> long",
                        "The number of boundaries (midnights, full hours ...) between two times.",
                        "datediff(part, from, to)", {"datediff"}),
         .least = 3,
         .most = 3,
         .bind = [](Operands& operands) { return bindDifference(operands, boundariesBetween); }});
    rows.push_back(
        {.entry = entry("date_sub", "date_sub(part, from, to) -> long",
                        "The number of whole units between two times.",
                        "timestampdiff(part, from, to)", {"datesub"}),
         .least = 3,
         .most = 3,
         .bind = [](Operands& operands) { return bindDifference(operands, wholeUnitsBetween); }});
    rows.push_back(
        {.entry = entry("time_bucket", "time_bucket(width, time) -> timestamp",
                        "The beginning of the interval of a width that a time lies in.",
                        "window(time, width).start"),
         .overloads
         = {{{Want::Interval, Want::Timestamp},
             timestampType(),
             eachRow<std::int64_t, IntervalValue, std::int64_t>(timestampType(), bucketOf)}}});
    return rows;
}

} // namespace sluice::expr
