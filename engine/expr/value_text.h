// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/int128.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::expr {

/// Values to text as CAST(x AS VARCHAR) writes them. All append.
void appendInteger(std::string& out, Int128 value);
void appendDouble(std::string& out, double value);
void appendFloat(std::string& out, float value);
void appendDecimal(std::string& out, Int128 value, int scale);
void appendDate(std::string& out, std::int64_t days);
void appendTime(std::string& out, std::int64_t usOfDay); // "10:00:00.5"
void appendTimestamp(std::string& out, std::int64_t us);

/// Text to values as CAST('...' AS type) reads them: spaces around are ignored. False = not one.
bool readInteger(std::string_view text, std::int64_t& out);
bool readDouble(std::string_view text, double& out);
bool readFloat(std::string_view text, float& out);
/// Rounds half away from zero to scale; exponents are understood. False also on overflow of 38
/// digits.
bool readDecimal(std::string_view text, int scale, Int128& out);
bool readBoolean(std::string_view text, bool& out);
bool readDate(std::string_view text, std::int32_t& days);
/// "2026-01-31", "2026-01-31 10:20[:30[.123456]]", T for the space, Z or +02[:30] behind.
bool readTimestamp(std::string_view text, std::int64_t& us);

struct IntervalParts
{
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t us = 0;
};

/// "1 day 2 hours", "3 months", "10:30:00", "-5 minutes".
bool readInterval(std::string_view text, IntervalParts& out);

/// Returns text without spaces around it.
std::string_view trimmed(std::string_view text);

} // namespace sluice::expr
