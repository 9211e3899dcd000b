// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::expr {

inline constexpr std::int64_t kUsPerSecond = 1'000'000;
inline constexpr std::int64_t kUsPerMinute = 60 * kUsPerSecond;
inline constexpr std::int64_t kUsPerHour = 60 * kUsPerMinute;
inline constexpr std::int64_t kUsPerDay = 24 * kUsPerHour;

/// A day of the proleptic Gregorian calendar; year 0 is 1 BC.
struct CivilDay
{
    std::int64_t year = 1970;
    int month = 1; // 1..12
    int day = 1;   // 1..31
};

constexpr std::int64_t floorDivide(std::int64_t a, std::int64_t b)
{
    return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

/// Days since 1970-01-01. Arithmetic on eras of 400 years, March as the first month.
constexpr std::int64_t daysFromCivil(std::int64_t year, int month, int day)
{
    year -= month <= 2;
    const std::int64_t era = floorDivide(year, 400);
    const std::int64_t yearOfEra = year - era * 400;
    const std::int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const std::int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146097 + dayOfEra - 719468;
}

constexpr CivilDay civilFromDays(std::int64_t days)
{
    days += 719468;
    const std::int64_t era = floorDivide(days, 146097);
    const std::int64_t dayOfEra = days - era * 146097;
    const std::int64_t yearOfEra
        = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
    const std::int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    const int shifted = int((5 * dayOfYear + 2) / 153);
    const int day = int(dayOfYear - (153 * shifted + 2) / 5 + 1);
    const int month = shifted < 10 ? shifted + 3 : shifted - 9;
    return {yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

constexpr bool isLeapYear(std::int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int daysInMonth(std::int64_t year, int month)
{
    constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && isLeapYear(year) ? 29 : kDays[month - 1];
}

/// 0 = Sunday.
constexpr int dayOfWeek(std::int64_t days)
{
    return int(days + 4 - floorDivide(days + 4, 7) * 7);
}

struct IsoWeek
{
    std::int64_t year = 1970;
    int week = 1;
};

/// Week 1 is the one with the year's first Thursday; weeks begin on Monday.
constexpr IsoWeek isoWeek(std::int64_t days)
{
    const std::int64_t thursday = days - (dayOfWeek(days) + 6) % 7 + 3;
    const std::int64_t year = civilFromDays(thursday).year;
    return {year, int((thursday - daysFromCivil(year, 1, 1)) / 7) + 1};
}

/// The same day some months on; the 31st becomes the last day of a shorter month.
constexpr std::int64_t addMonths(std::int64_t days, std::int64_t months)
{
    const CivilDay civil = civilFromDays(days);
    const std::int64_t total = civil.year * 12 + civil.month - 1 + months;
    const std::int64_t year = floorDivide(total, 12);
    const int month = int(total - year * 12) + 1;
    const int last = daysInMonth(year, month);
    return daysFromCivil(year, month, civil.day < last ? civil.day : last);
}

} // namespace sluice::expr
