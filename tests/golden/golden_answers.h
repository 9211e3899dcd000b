// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/table_files.h"

#include <string>

namespace sluice::test {

/// Compares the tables of a fixture's pipeline with what its answers.sql makes of records.jsonl, by
/// DuckDB. Returns what differs, "" if nothing does.
std::string compareWithAnswers(const std::string& folder, const flow::TableFiles& lake);

} // namespace sluice::test
