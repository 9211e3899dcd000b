// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <arrow/util/decimal.h>

namespace sluice {

/// Returns a decimal as plain digits with all of its scale, "0.0000000001". Arrow's own text
/// changes to an exponent for small values, which JSON, logs and folder names of others do not
/// expect.
inline std::string decimalText(const arrow::Decimal128& value, std::int32_t scale)
{
    std::string digits = value.ToIntegerString();
    const bool isNegative = digits.starts_with('-');
    if (isNegative)
        digits.erase(0, 1);
    if (scale > 0) {
        const auto places = std::size_t(scale);
        if (digits.size() <= places)
            digits.insert(0, places + 1 - digits.size(), '0');
        digits.insert(digits.size() - places, ".");
    }
    return (isNegative ? "-" : "") + digits;
}

} // namespace sluice
