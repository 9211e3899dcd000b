// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/value_text.h"

#include "engine/expr/calendar.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace sluice::expr {
namespace {

void appendPadded(std::string& out, std::int64_t value, int width)
{
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    for (auto length = end - digits; length < width; ++length)
        out += '0';
    out.append(digits, end);
}

// Shortest text that reads back the same; scientific beyond 1e-4 .. 1e16 like DuckDB.
template <class T> void appendFloating(std::string& out, T value)
{
    if (std::isnan(value)) {
        out += "nan";
        return;
    }
    if (std::isinf(value)) {
        out += value < 0 ? "-inf" : "inf";
        return;
    }
    char digits[64];
    const auto scientific
        = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific);
    const std::string_view text(digits, std::size_t(scientific.ptr - digits));
    const std::size_t e = text.find('e');
    const int exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
    if (exponent < -4 || exponent >= 16) {
        out += text;
        return;
    }
    // Digits of the shortest form, so that a float does not show those it does not have.
    std::string mantissa;
    for (const char c : text.substr(0, e)) {
        if (c >= '0' && c <= '9')
            mantissa += c;
    }
    if (text.front() == '-')
        out += '-';
    if (exponent < 0) {
        out += "0.";
        out.append(std::size_t(-exponent - 1), '0');
        out += mantissa;
        return;
    }
    const std::size_t whole = std::size_t(exponent) + 1;
    if (mantissa.size() < whole)
        mantissa.append(whole - mantissa.size(), '0');
    out.append(mantissa, 0, whole);
    out += '.';
    out += mantissa.size() > whole ? mantissa.substr(whole) : "0";
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

template <class T> bool readFloating(std::string_view text, T& out)
{
    text = trimmed(text);
    if (text.starts_with('+'))
        text.remove_prefix(1);
    if (text.empty() || (text.front() == '-' && text.size() > 1 && text[1] == '+'))
        return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

} // namespace

std::string_view trimmed(std::string_view text)
{
    const auto isSpace = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    return text;
}

void appendInteger(std::string& out, Int128 value)
{
    if (value >= INT64_MIN && value <= INT64_MAX) {
        char digits[24];
        out.append(digits, std::to_chars(digits, digits + sizeof digits, std::int64_t(value)).ptr);
        return;
    }
    UInt128 rest = value < 0 ? UInt128(0) - UInt128(value) : UInt128(value);
    char digits[40];
    char* at = digits + sizeof digits;
    for (; rest != 0; rest /= 10)
        *--at = char('0' + int(rest % 10));
    if (value < 0)
        out += '-';
    out.append(at, digits + sizeof digits);
}

void appendDouble(std::string& out, double value)
{
    appendFloating(out, value);
}

void appendFloat(std::string& out, float value)
{
    appendFloating(out, value);
}

void appendDecimal(std::string& out, Int128 value, int scale)
{
    if (value < 0)
        out += '-';
    std::string digits;
    const UInt128 size = value < 0 ? UInt128(0) - UInt128(value) : UInt128(value);
    appendInteger(digits, Int128(size));
    if (digits.size() <= std::size_t(scale))
        digits.insert(0, std::size_t(scale) + 1 - digits.size(), '0');
    out.append(digits, 0, digits.size() - std::size_t(scale));
    if (scale > 0) {
        out += '.';
        out.append(digits, digits.size() - std::size_t(scale));
    }
}

void appendDate(std::string& out, std::int64_t days)
{
    const CivilDay civil = civilFromDays(days);
    appendPadded(out, civil.year > 0 ? civil.year : 1 - civil.year, 4);
    out += '-';
    appendPadded(out, civil.month, 2);
    out += '-';
    appendPadded(out, civil.day, 2);
    if (civil.year <= 0)
        out += " (BC)";
}

void appendTime(std::string& out, std::int64_t usOfDay)
{
    appendPadded(out, usOfDay / kUsPerHour, 2);
    out += ':';
    appendPadded(out, usOfDay / kUsPerMinute % 60, 2);
    out += ':';
    appendPadded(out, usOfDay / kUsPerSecond % 60, 2);
    if (const std::int64_t fraction = usOfDay % kUsPerSecond; fraction != 0) {
        out += '.';
        appendPadded(out, fraction, 6);
        out.erase(out.find_last_not_of('0') + 1);
    }
}

void appendTimestamp(std::string& out, std::int64_t us)
{
    const std::int64_t days = floorDivide(us, kUsPerDay);
    appendDate(out, days);
    out += ' ';
    appendTime(out, us - days * kUsPerDay);
}

bool readInteger(std::string_view text, std::int64_t& out)
{
    text = trimmed(text);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error == std::errc() && end == text.data() + text.size())
        return true;
    Int128 wide = 0;
    if (!readDecimal(text, 0, wide) || wide < INT64_MIN || wide > INT64_MAX)
        return false;
    out = std::int64_t(wide);
    return true;
}

bool readDouble(std::string_view text, double& out)
{
    return readFloating(text, out);
}

bool readFloat(std::string_view text, float& out)
{
    return readFloating(text, out);
}

bool readDecimal(std::string_view text, int scale, Int128& out)
{
    text = trimmed(text);
    const bool isNegative = text.starts_with('-');
    if (isNegative || text.starts_with('+'))
        text.remove_prefix(1);
    std::string digits;
    int exponent = 0; // of the last digit
    bool hasPoint = false;
    std::size_t at = 0;
    for (; at < text.size() && (isDigit(text[at]) || (text[at] == '.' && !hasPoint)); ++at) {
        if (text[at] == '.')
            hasPoint = true;
        else {
            digits += text[at];
            exponent -= hasPoint;
        }
    }
    if (digits.empty())
        return false;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        const char* begin = text.data() + at + 1;
        if (begin < text.data() + text.size() && *begin == '+')
            ++begin;
        int written = 0;
        const auto [end, error] = std::from_chars(begin, text.data() + text.size(), written);
        if (error != std::errc() || std::abs(written) > 10'000)
            return false;
        exponent += written;
        at = std::size_t(end - text.data());
    }
    if (at != text.size())
        return false;

    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    const std::int64_t kept = std::int64_t(digits.size()) + exponent + scale;
    if (digits.empty() || kept < 0) {
        out = 0;
        return true;
    }
    if (kept > 38)
        return false;
    UInt128 value = 0;
    for (std::int64_t i = 0; i < kept; ++i)
        value = value * 10
            + UInt128(i < std::int64_t(digits.size()) ? digits[std::size_t(i)] - '0' : 0);
    if (kept < std::int64_t(digits.size()) && digits[std::size_t(kept)] >= '5')
        ++value;
    out = isNegative ? -Int128(value) : Int128(value);
    return true;
}

} // namespace sluice::expr
