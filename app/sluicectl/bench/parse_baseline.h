// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sluice::ctl {

enum class ParsedType { Text, Integer, Real };

struct ParsedField
{
    std::string name;
    ParsedType type = ParsedType::Text;
};

/// Records a second of processor time of simdjson On-Demand reading some fields of records, one
/// document a record, on one core: the baseline R_parse that benchmark ratios refer to. fields are
/// best given in the order in which they stand in a record. The median of three passes over lines,
/// which must end with simdjson's padding.
double parseBaseline(const std::string& lines, const std::vector<ParsedField>& fields);

/// Appends the padding.
void padForParsing(std::string& lines);

} // namespace sluice::ctl
