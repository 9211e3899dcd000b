// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::api {

struct CompareRequest
{
    std::string pipeline;
    std::string table;            // "" = every one that has a shadow
    std::vector<std::string> key; // columns that name a row; none = whole rows are compared
    int samples = 5;              // of each kind of difference
};

/// A table and its shadow. Without a key rows are compared whole, as often as they occur; with one,
/// a key that is in both with other values is differing.
struct TableComparison
{
    std::string table, shadow;
    std::int64_t rows = 0, shadowRows = 0;
    std::int64_t onlyTable = 0, onlyShadow = 0;
    std::int64_t differing = -1; // -1 = there is no key
    // rows as JSON; of differing ones {"key":..,"table":..,"shadow":..}
    std::vector<std::string> onlyTableSamples, onlyShadowSamples, differingSamples;
};

/// Compares the columns that both have; of bronze tables not the time of arrival. Reads only; works
/// beside a process that runs the pipeline. NotFound if there is no shadow.
Result<std::vector<TableComparison>> compareShadow(const std::string& workspace,
                                                   const CompareRequest& request);

/// Reads a time as SQL does ("2026-01-31 10:00"), UTC; microseconds.
Result<std::int64_t> timeOf(const std::string& text);

} // namespace sluice::api
