// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/sluicectl/bench/parse_baseline.h"

#include <string>
#include <vector>

namespace sluice::ctl {

/// The whole job that benchmarks run: order events are checked, de-duplicated, enriched and counted
/// by the minute, into bronze, silver and gold.

/// Writes job.yaml and the table of countries into a folder. source is the YAML of the node
/// `orders`.
void writeOrderJob(const std::string& folder, const std::string& source,
                   const std::string& epoch = "1s");
/// The source that reads orders.jsonl beside the document.
std::string orderLogSource();
/// What the job reads of an event.
std::vector<ParsedField> orderFields();

} // namespace sluice::ctl
