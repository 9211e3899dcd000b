// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <simdjson.h>

namespace sluice::formats {

/// A token of On-Demand without the white space behind it.
std::string_view trimmedToken(std::string_view token);
/// Returns what was found, for a reason: 'string "abc"', cut after 40 bytes.
std::string foundText(simdjson::ondemand::value value);
/// Tells whether the brackets of a JSON text match, and are not deeper than others can read.
bool isNested(std::string_view json);
/// Returns what a parser's error means for a record.
std::string parserReason(simdjson::error_code error);

} // namespace sluice::formats
