// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/functions/time_pattern.h"

#include "engine/expr/calendar.h"
#include "engine/expr/functions/time_part.h"
#include "engine/expr/value_text.h"

#include <array>
#include <cctype>

namespace sluice::expr {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};

constexpr std::string_view kWritten = "aAbBcdfgGHIjmMnpSuUVwWxXyYzZ%";
constexpr std::string_view kRead = "aAbBdfgHIjmMpSyYzZ%";

void appendNumber(std::string& out, std::int64_t value, int width)
{
    const std::string digits = std::to_string(value);
    if (digits.size() < std::size_t(width))
        out.append(std::size_t(width) - digits.size(), '0');
    out += digits;
}

// The number of full weeks of the year; first is the weekday that weeks begin with (Sunday is 0).
std::int64_t weekOfYear(std::int64_t days, int first)
{
    const std::int64_t dayOfYear = days - daysFromCivil(civilFromDays(days).year, 1, 1);
    return (dayOfYear + 7 - (dayOfWeek(days) - first + 7) % 7) / 7;
}

std::int64_t hour12(std::int64_t hour)
{
    return hour % 12 == 0 ? 12 : hour % 12;
}

void appendCode(std::string& out, char code, bool isPadded, std::int64_t us)
{
    const std::int64_t days = floorDivide(us, kUsPerDay);
    const std::int64_t time = us - days * kUsPerDay;
    const CivilDay civil = civilFromDays(days);
    const auto number
        = [&](std::int64_t value, int width) { appendNumber(out, value, isPadded ? width : 1); };
    switch (code) {
    case 'a': out += kDays[std::size_t(dayOfWeek(days))].substr(0, 3); break;
    case 'A': out += kDays[std::size_t(dayOfWeek(days))]; break;
    case 'b': out += kMonths[std::size_t(civil.month - 1)].substr(0, 3); break;
    case 'B': out += kMonths[std::size_t(civil.month - 1)]; break;
    case 'd': number(civil.day, 2); break;
    case 'f': number(time % kUsPerSecond, 6); break;
    case 'g': number(time % kUsPerSecond / 1000, 3); break;
    case 'n': number(time % kUsPerSecond * 1000, 9); break;
    case 'G': number(isoWeek(days).year, 4); break;
    case 'H': number(time / kUsPerHour, 2); break;
    case 'I': number(hour12(time / kUsPerHour), 2); break;
    case 'j': number(partOf(TimePart::DayOfYear, us), 3); break;
    case 'm': number(civil.month, 2); break;
    case 'M': number(time / kUsPerMinute % 60, 2); break;
    case 'p': out += time < 12 * kUsPerHour ? "AM" : "PM"; break;
    case 'S': number(time / kUsPerSecond % 60, 2); break;
    case 'u': number((dayOfWeek(days) + 6) % 7 + 1, 1); break;
    case 'U': number(weekOfYear(days, 0), 2); break;
    case 'V': number(isoWeek(days).week, 2); break;
    case 'w': number(dayOfWeek(days), 1); break;
    case 'W': number(weekOfYear(days, 1), 2); break;
    case 'y': number(civil.year % 100, 2); break;
    case 'Y': number(civil.year, 4); break;
    case 'z': out += "+00"; break;
    case 'x': appendDate(out, days); break;
    case 'X': appendTime(out, time / kUsPerSecond * kUsPerSecond); break;
    case 'c': appendTimestamp(out, floorDivide(us, kUsPerSecond) * kUsPerSecond); break;
    default: break; // %Z: a time without zone has no name for it
    }
}

// What has been read so far.
struct Parts
{
    std::int64_t year = 1900, month = 1, day = 1, dayOfYear = 0;
    std::int64_t hour = 0, minute = 0, second = 0, us = 0, offset = 0;
    bool isAfternoon = false;
    bool hasHalf = false;
};

bool takeNumber(std::string_view& text, int most, std::int64_t& out, int* count = nullptr)
{
    int read = 0;
    out = 0;
    while (read < most && !text.empty() && text.front() >= '0' && text.front() <= '9') {
        out = out * 10 + (text.front() - '0');
        text.remove_prefix(1);
        ++read;
    }
    if (count)
        *count = read;
    return read > 0;
}

bool takeWord(std::string_view& text, std::string_view word)
{
    if (text.size() < word.size())
        return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (std::tolower(static_cast<unsigned char>(text[i]))
            != std::tolower(static_cast<unsigned char>(word[i])))
            return false;
    }
    text.remove_prefix(word.size());
    return true;
}

template <std::size_t N>
bool takeName(std::string_view& text, const std::array<std::string_view, N>& names, bool isShort,
              std::int64_t& index)
{
    for (std::size_t i = 0; i < N; ++i) {
        if (takeWord(text, isShort ? names[i].substr(0, 3) : names[i])) {
            index = std::int64_t(i) + 1;
            return true;
        }
    }
    return false;
}

bool takeFraction(std::string_view& text, int digits, std::int64_t& us)
{
    int count = 0;
    if (!takeNumber(text, digits, us, &count))
        return false;
    for (; count < 6; ++count)
        us *= 10;
    return true;
}

bool takeOffset(std::string_view& text, std::int64_t& us)
{
    if (takeWord(text, "Z"))
        return true;
    if (text.empty() || (text.front() != '+' && text.front() != '-'))
        return false;
    const std::int64_t sign = text.front() == '+' ? 1 : -1;
    text.remove_prefix(1);
    std::int64_t hours = 0;
    std::int64_t minutes = 0;
    if (!takeNumber(text, 2, hours))
        return false;
    if (text.starts_with(':'))
        text.remove_prefix(1);
    takeNumber(text, 2, minutes);
    us = sign * (hours * 60 + minutes) * kUsPerMinute;
    return true;
}

bool readCode(char code, std::string_view& text, Parts& parts)
{
    std::int64_t ignored = 0;
    switch (code) {
    case 'a': return takeName(text, kDays, true, ignored);
    case 'A': return takeName(text, kDays, false, ignored);
    case 'b': return takeName(text, kMonths, true, parts.month);
    case 'B': return takeName(text, kMonths, false, parts.month);
    case 'd': return takeNumber(text, 2, parts.day);
    case 'f': return takeFraction(text, 6, parts.us);
    case 'g': return takeFraction(text, 3, parts.us);
    case 'H': return takeNumber(text, 2, parts.hour);
    case 'I': return takeNumber(text, 2, parts.hour) && parts.hour >= 1 && parts.hour <= 12;
    case 'j': return takeNumber(text, 3, parts.dayOfYear) && parts.dayOfYear >= 1;
    case 'm': return takeNumber(text, 2, parts.month);
    case 'M': return takeNumber(text, 2, parts.minute);
    case 'S': return takeNumber(text, 2, parts.second);
    case 'Y': return takeNumber(text, 4, parts.year);
    case 'z': return takeOffset(text, parts.offset);
    case 'Z': return takeWord(text, "UTC") || takeWord(text, "GMT");
    case 'y':
        if (!takeNumber(text, 2, parts.year))
            return false;
        parts.year += parts.year < 69 ? 2000 : 1900;
        return true;
    case 'p':
        parts.hasHalf = true;
        parts.isAfternoon = takeWord(text, "PM");
        return parts.isAfternoon || takeWord(text, "AM");
    default: return false;
    }
}

} // namespace

std::string TimePattern::parse(std::string_view format, bool isReading)
{
    m_pieces.clear();
    for (std::size_t i = 0; i < format.size(); ++i) {
        const bool isCode = format[i] == '%';
        Piece piece;
        if (isCode && i + 1 < format.size()) {
            ++i;
            if (format[i] == '-' && i + 1 < format.size()) {
                piece.isPadded = false;
                ++i;
            }
            piece.code = format[i];
        } else if (isCode) {
            return "the format ends in %";
        }
        const std::string_view known = isReading ? kRead : kWritten;
        if (isCode && known.find(piece.code) == std::string_view::npos)
            return std::string("unknown format specifier %") + piece.code;
        if (!isCode || piece.code == '%') {
            if (m_pieces.empty() || m_pieces.back().code != 0)
                m_pieces.push_back({});
            m_pieces.back().literal += format[i];
        } else {
            m_pieces.push_back(std::move(piece));
        }
    }
    return {};
}

void TimePattern::append(std::string& out, std::int64_t us) const
{
    for (const Piece& piece : m_pieces) {
        if (piece.code == 0)
            out += piece.literal;
        else
            appendCode(out, piece.code, piece.isPadded, us);
    }
}

bool TimePattern::read(std::string_view text, std::int64_t& us) const
{
    text = trimmed(text);
    Parts parts;
    for (const Piece& piece : m_pieces) {
        if (piece.code != 0) {
            if (!readCode(piece.code, text, parts))
                return false;
        } else if (text.starts_with(piece.literal)) {
            text.remove_prefix(piece.literal.size());
        } else {
            return false;
        }
    }
    if (!text.empty() || parts.month < 1 || parts.month > 12 || parts.day < 1
        || parts.day > daysInMonth(parts.year, int(parts.month)) || parts.hour > 23
        || parts.minute > 59 || parts.second > 59
        || parts.dayOfYear > (isLeapYear(parts.year) ? 366 : 365))
        return false;
    if (parts.hasHalf)
        parts.hour = parts.hour % 12 + (parts.isAfternoon ? 12 : 0);
    const std::int64_t days = parts.dayOfYear > 0
        ? daysFromCivil(parts.year, 1, 1) + parts.dayOfYear - 1
        : daysFromCivil(parts.year, int(parts.month), int(parts.day));
    us = days * kUsPerDay + parts.hour * kUsPerHour + parts.minute * kUsPerMinute
        + parts.second * kUsPerSecond + parts.us - parts.offset;
    return true;
}

} // namespace sluice::expr
