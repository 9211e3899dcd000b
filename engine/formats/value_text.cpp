// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/value_text.h"

#include "engine/base/int128.h"

#include <algorithm>
#include <charconv>

namespace sluice::formats {
namespace {

// Reads exactly count digits; false if there are other characters.
bool digits(std::string_view text, std::size_t at, std::size_t count, int& out)
{
    if (text.size() < at + count)
        return false;
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        const auto digit = unsigned(text[i]) - '0';
        if (digit > 9)
            return false;
        value = value * 10 + int(digit);
    }
    out = value;
    return true;
}

// Days since 1970-01-01 of a civil date. Source: Howard Hinnant, "chrono-compatible low-level date
// algorithms", days_from_civil.
std::int64_t daysFromCivil(int year, int month, int day)
{
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const auto yearOfEra = unsigned(year - era * 400);
    const unsigned dayOfYear
        = (153U * unsigned(month + (month > 2 ? -3 : 9)) + 2U) / 5U + unsigned(day) - 1U;
    const unsigned dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146097 + std::int64_t(dayOfEra) - 719468;
}

bool isLeap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool readDate(std::string_view text, std::int64_t& days)
{
    constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 0;
    int month = 0;
    int day = 0;
    if (text.size() < 10 || text[4] != '-' || text[7] != '-' || !digits(text, 0, 4, year)
        || !digits(text, 5, 2, month) || !digits(text, 8, 2, day))
        return false;
    if (month < 1 || month > 12 || day < 1
        || day > kLengths[month - 1] + (month == 2 && isLeap(year) ? 1 : 0))
        return false;
    days = daysFromCivil(year, month, day);
    return true;
}

// Reads "Z", "+01:00", "+0100", "-05" or nothing.
bool readOffset(std::string_view text, std::int64_t& seconds)
{
    seconds = 0;
    if (text.empty() || text == "Z" || text == "z")
        return true;
    int hours = 0;
    int minutes = 0;
    if ((text[0] != '+' && text[0] != '-') || !digits(text, 1, 2, hours))
        return false;
    std::string_view rest = text.substr(3);
    if (!rest.empty() && rest[0] == ':')
        rest.remove_prefix(1);
    if (!rest.empty() && (rest.size() != 2 || !digits(rest, 0, 2, minutes)))
        return false;
    if (hours > 18 || minutes > 59)
        return false;
    seconds = (hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
    return true;
}

} // namespace

bool parseDate(std::string_view text, std::int32_t& days)
{
    std::int64_t whole = 0;
    if (text.size() != 10 || !readDate(text, whole))
        return false;
    days = std::int32_t(whole);
    return true;
}

bool parseTimestamp(std::string_view text, std::int64_t& us)
{
    constexpr std::int64_t kSecond = 1'000'000;
    std::int64_t days = 0;
    if (!readDate(text, days))
        return false;
    us = days * 86'400 * kSecond;
    if (text.size() == 10)
        return true;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if ((text[10] != 'T' && text[10] != ' ' && text[10] != 't') || !digits(text, 11, 2, hour)
        || text.size() < 16 || text[13] != ':' || !digits(text, 14, 2, minute))
        return false;
    std::size_t at = 16;
    if (at < text.size() && text[at] == ':') {
        if (!digits(text, at + 1, 2, second))
            return false;
        at += 3;
    }
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    std::int64_t fraction = 0;
    if (at < text.size() && text[at] == '.') {
        std::int64_t unit = kSecond;
        const std::size_t first = ++at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
            unit /= 10;
            fraction += (text[at] - '0') * unit;
        }
        if (at == first || at - first > 9)
            return false;
    }
    std::int64_t offset = 0;
    if (!readOffset(text.substr(at), offset))
        return false;
    us += ((std::int64_t(hour) * 60 + minute) * 60 + second - offset) * kSecond + fraction;
    return true;
}

bool parseDecimal(std::string_view text, int precision, int scale, arrow::Decimal128& out)
{
    const bool isNegative = !text.empty() && text.front() == '-';
    std::string_view rest = isNegative ? text.substr(1) : text;
    const std::size_t exponentAt = rest.find_first_of("eE");
    int exponent = 0;
    if (exponentAt != std::string_view::npos) {
        std::string_view written = rest.substr(exponentAt + 1);
        if (!written.empty() && written.front() == '+')
            written.remove_prefix(1);
        const auto [end, failure]
            = std::from_chars(written.data(), written.data() + written.size(), exponent);
        if (failure != std::errc{} || end != written.data() + written.size()
            || std::abs(exponent) > 100)
            return false;
        rest = rest.substr(0, exponentAt);
    }
    // digits * 10^-(digits behind the point - exponent)
    Int128 value = 0;
    int behind = -exponent;
    int significant = 0;
    bool hasPoint = false;
    bool hasDigit = false;
    for (const char c : rest) {
        if (c == '.' && !hasPoint) {
            hasPoint = true;
            continue;
        }
        if (c < '0' || c > '9')
            return false;
        hasDigit = true;
        if (value != 0 || c != '0')
            ++significant;
        if (significant > 38)
            return false;
        value = value * 10 + (c - '0');
        behind += hasPoint ? 1 : 0;
    }
    if (!hasDigit)
        return false;
    for (; behind > scale; --behind) {
        if (value % 10 != 0)
            return false;
        value /= 10;
    }
    for (; behind < scale && value != 0; ++behind) {
        if (++significant > 38)
            return false;
        value *= 10;
    }
    const auto magnitude = static_cast<UInt128>(value);
    arrow::Decimal128 number(std::int64_t(magnitude >> 64), std::uint64_t(magnitude));
    if (!number.FitsInPrecision(precision))
        return false;
    out = number;
    if (isNegative)
        out.Negate();
    return true;
}

} // namespace sluice::formats
