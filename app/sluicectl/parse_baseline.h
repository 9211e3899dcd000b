// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace sluice::ctl {

/// Records a second of simdjson On-Demand reading the order events' fields, one document a record,
/// on one core: the baseline R_parse that benchmark ratios refer to. The median of three passes
/// over the lines of a buffer that ends with simdjson's padding.
double parseBaseline(const std::string& lines);

} // namespace sluice::ctl
