// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include <arrow/util/decimal.h>

namespace sluice::formats {

/// Reads a point in time: "2026-11-24T13:05:00Z", with fraction of up to nine digits (below a
/// microsecond cut off), with offset (+01:00), a space for the T, or a date alone; no offset means
/// UTC. False on anything else, and on dates that do not exist.
bool parseTimestamp(std::string_view text, std::int64_t& us);

/// Reads "2026-11-24" as days since 1970-01-01.
bool parseDate(std::string_view text, std::int32_t& days);

/// Reads a decimal number exactly ("-12.50", "1.5e3"). False if it is no number, has more digits
/// before the point than fit, or digits other than 0 beyond the scale.
bool parseDecimal(std::string_view text, int precision, int scale, arrow::Decimal128& out);

} // namespace sluice::formats
