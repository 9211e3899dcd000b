// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::query {

/// What a column of a sample file was found to be, and the evidence.
struct SampleColumn
{
    std::string name;
    std::string type;            // of a document: "long", "timestamp", "json"
    std::string least, greatest; // as text; "" if there is none
    std::int64_t distinct = 0;   // about
    double nullShare = 0;
};

struct SampleProfile
{
    bool isCsv = false;
    std::int64_t rows = 0;
    std::vector<SampleColumn> columns;
};

/// Reads a JSON-lines or CSV file (by its name's ending, else by its first byte) with DuckDB's type
/// detection and summarises its columns. Reads at most the first million records.
Result<SampleProfile> profileSample(const std::string& path);

} // namespace sluice::query
