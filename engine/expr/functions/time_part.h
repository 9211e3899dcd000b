// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::expr {

/// A part of a point in time, as date_part, date_trunc and date_diff name it.
enum class TimePart {
    Millennium,
    Century,
    Decade,
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    // what only date_part knows
    DayOfWeek,    // Sunday is 0
    IsoDayOfWeek, // Monday is 1
    DayOfYear,
    IsoYear,
    YearWeek,
    Epoch
};

/// Reads a name in any case: "day", "days", "d".
std::optional<TimePart> timePartOf(std::string_view name);

/// The names that timePartOf knows, for messages.
std::string timePartNames();

/// Whether the part has a length: it can be cut to and counted.
inline bool isUnit(TimePart part)
{
    return part <= TimePart::Microsecond;
}

/// Returns a part of a timestamp in microseconds UTC; seconds of the epoch are whole ones.
std::int64_t partOf(TimePart part, std::int64_t us);

/// Returns the beginning of the part that a timestamp lies in.
std::int64_t truncated(TimePart part, std::int64_t us);

/// Returns how many boundaries of a unit lie between; weeks are counted as seven days.
std::int64_t boundariesBetween(TimePart unit, std::int64_t fromUs, std::int64_t toUs);

/// Returns how many whole units lie between.
std::int64_t wholeUnitsBetween(TimePart unit, std::int64_t fromUs, std::int64_t toUs);

} // namespace sluice::expr
