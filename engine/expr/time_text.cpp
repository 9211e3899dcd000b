// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/calendar.h"
#include "engine/expr/value_text.h"

#include <array>
#include <cctype>
#include <limits>
#include <utility>

namespace sluice::expr {
namespace {

// Reads a text from the front.
class Scanner
{
public:
    explicit Scanner(std::string_view text)
        : m_text(text)
    {
    }
    bool isDone() const { return m_text.empty(); }
    char peek() const { return m_text.empty() ? '\0' : m_text.front(); }
    bool take(char c)
    {
        if (peek() != c || m_text.empty())
            return false;
        m_text.remove_prefix(1);
        return true;
    }
    /// Reads least..most digits; count tells how many there were.
    bool number(int least, int most, std::int64_t& out, int* count = nullptr)
    {
        int read = 0;
        out = 0;
        while (read < most && peek() >= '0' && peek() <= '9') {
            out = out * 10 + (peek() - '0');
            m_text.remove_prefix(1);
            ++read;
        }
        if (count)
            *count = read;
        return read >= least;
    }
    std::string_view word()
    {
        std::size_t length = 0;
        while (length < m_text.size() && std::isalpha(static_cast<unsigned char>(m_text[length])))
            ++length;
        const std::string_view out = m_text.substr(0, length);
        m_text.remove_prefix(length);
        return out;
    }
    void skipSpaces()
    {
        while (take(' ')) { }
    }

private:
    std::string_view m_text;
};

bool scanDate(Scanner& in, std::int64_t& days)
{
    std::int64_t year = 0;
    std::int64_t month = 0;
    std::int64_t day = 0;
    if (!in.number(1, 6, year))
        return false;
    const char separator = in.peek();
    if ((separator != '-' && separator != '/') || !in.take(separator) || !in.number(1, 2, month)
        || !in.take(separator) || !in.number(1, 2, day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, int(month)))
        return false;
    days = daysFromCivil(year, int(month), int(day));
    return true;
}

// "10:20", "10:20:30", "10:20:30.123456789" (cut to microseconds); 24:00:00 is the next midnight.
bool scanTime(Scanner& in, std::int64_t& us)
{
    std::int64_t hour = 0;
    std::int64_t minute = 0;
    std::int64_t second = 0;
    std::int64_t fraction = 0;
    if (!in.number(1, 2, hour) || !in.take(':') || !in.number(2, 2, minute))
        return false;
    if (in.take(':')) {
        if (!in.number(2, 2, second))
            return false;
        if (in.take('.')) {
            int count = 0;
            if (!in.number(1, 6, fraction, &count))
                return false;
            for (; count < 6; ++count)
                fraction *= 10;
            std::int64_t beyond = 0;
            in.number(0, 18, beyond);
        }
    }
    us = hour * kUsPerHour + minute * kUsPerMinute + second * kUsPerSecond + fraction;
    return minute < 60 && second < 60 && us <= kUsPerDay;
}

// "Z", "UTC", "+02", "+02:30", "+0230"; what is to be subtracted to come to UTC.
bool scanZone(Scanner& in, std::int64_t& us)
{
    us = 0;
    in.skipSpaces();
    if (in.isDone() || in.take('Z') || in.take('z'))
        return true;
    if (std::isalpha(static_cast<unsigned char>(in.peek()))) {
        const std::string_view zone = in.word();
        return zone == "UTC" || zone == "GMT";
    }
    const bool isEast = in.peek() == '+';
    if (!in.take('+') && !in.take('-'))
        return false;
    std::int64_t hours = 0;
    std::int64_t minutes = 0;
    if (!in.number(2, 2, hours))
        return false;
    in.take(':');
    int count = 0;
    in.number(0, 2, minutes, &count);
    us = (hours * 60 + minutes) * kUsPerMinute * (isEast ? 1 : -1);
    return count != 1;
}

struct IntervalUnit
{
    std::string_view name;
    std::int64_t months, days, us;
};

constexpr std::array<IntervalUnit, 24> kUnits{{{"year", 12, 0, 0},
                                               {"y", 12, 0, 0},
                                               {"yr", 12, 0, 0},
                                               {"quarter", 3, 0, 0},
                                               {"month", 1, 0, 0},
                                               {"mon", 1, 0, 0},
                                               {"decade", 120, 0, 0},
                                               {"century", 1200, 0, 0},
                                               {"week", 0, 7, 0},
                                               {"w", 0, 7, 0},
                                               {"day", 0, 1, 0},
                                               {"d", 0, 1, 0},
                                               {"hour", 0, 0, kUsPerHour},
                                               {"h", 0, 0, kUsPerHour},
                                               {"hr", 0, 0, kUsPerHour},
                                               {"minute", 0, 0, kUsPerMinute},
                                               {"min", 0, 0, kUsPerMinute},
                                               {"m", 0, 0, kUsPerMinute},
                                               {"second", 0, 0, kUsPerSecond},
                                               {"sec", 0, 0, kUsPerSecond},
                                               {"s", 0, 0, kUsPerSecond},
                                               {"millisecond", 0, 0, 1000},
                                               {"ms", 0, 0, 1000},
                                               {"microsecond", 0, 0, 1}}};

const IntervalUnit* findUnit(std::string word)
{
    for (char& c : word)
        c = char(std::tolower(static_cast<unsigned char>(c)));
    for (int pass = 0; pass < 2; ++pass) {
        for (const IntervalUnit& unit : kUnits) {
            if (unit.name == word)
                return &unit;
        }
        if (word.size() > 2 && word.back() == 's')
            word.pop_back();
    }
    return nullptr;
}

} // namespace

bool readDate(std::string_view text, std::int32_t& days)
{
    Scanner in(trimmed(text));
    std::int64_t wide = 0;
    if (!scanDate(in, wide))
        return false;
    if (!in.isDone()) {
        std::int64_t us = 0;
        if ((!in.take(' ') && !in.take('T')) || !scanTime(in, us) || !scanZone(in, us)
            || !in.isDone())
            return false;
    }
    days = std::int32_t(wide);
    return true;
}

bool readTimestamp(std::string_view text, std::int64_t& us)
{
    Scanner in(trimmed(text));
    std::int64_t days = 0;
    if (!scanDate(in, days) || days > 106'000'000)
        return false;
    us = days * kUsPerDay;
    if (in.isDone())
        return true;
    std::int64_t time = 0;
    std::int64_t zone = 0;
    if ((!in.take(' ') && !in.take('T')) || !scanTime(in, time) || !scanZone(in, zone)
        || !in.isDone())
        return false;
    us += time - zone;
    return true;
}

bool readInterval(std::string_view text, IntervalParts& out)
{
    Scanner in(trimmed(text));
    if (in.isDone())
        return false;
    std::int64_t months = 0;
    std::int64_t days = 0;
    std::int64_t us = 0;
    while (!in.isDone()) {
        const std::int64_t sign = in.take('-') ? -1 : 1;
        in.skipSpaces();
        Scanner ahead = in;
        if (std::int64_t time = 0; scanTime(ahead, time)) {
            us += sign * time;
            in = ahead;
        } else {
            std::int64_t count = 0;
            if (!in.number(1, 12, count))
                return false;
            in.skipSpaces();
            const IntervalUnit* unit = findUnit(std::string(in.word()));
            if (!unit || count > std::numeric_limits<std::int32_t>::max() * 1000LL)
                return false;
            months += sign * count * unit->months;
            days += sign * count * unit->days;
            us += sign * count * unit->us;
        }
        in.skipSpaces();
    }
    if (!std::in_range<std::int32_t>(months) || !std::in_range<std::int32_t>(days))
        return false;
    out = {std::int32_t(months), std::int32_t(days), us};
    return true;
}

bool readBoolean(std::string_view text, bool& out)
{
    std::string lower(text);
    for (char& c : lower)
        c = char(std::tolower(static_cast<unsigned char>(c)));
    out = lower == "true" || lower == "t" || lower == "1" || lower == "yes" || lower == "y";
    return out || lower == "false" || lower == "f" || lower == "0" || lower == "no" || lower == "n";
}

} // namespace sluice::expr
