// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/sluicectl/bench/parse_baseline.h"
#include "engine/base/result.h"
#include "engine/connectors/nexmark_json.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::ctl {

/// Where a Nexmark run takes its events from and where its rows go.
enum class NexmarkMode {
    Columns, // K: columns in memory, nothing written
    Json,    // J: JSON in memory, nothing written
    Log      // E: a log of JSON in files, Delta tables, exactly once
};
NexmarkMode nexmarkModeOf(char letter); // of K, J, E

/// What a query reads of one stream.
struct NexmarkReading
{
    connectors::NexmarkStream stream = connectors::NexmarkStream::Bid;
    std::vector<ParsedField> fields; // in the order of a record

    std::string name() const { return connectors::NexmarkJson::streamNames()[std::size_t(stream)]; }
};

/// The queries that can be measured, in order; each has a document in examples/nexmark.
std::vector<std::string> nexmarkQueries();
std::vector<NexmarkReading> readingsOf(const std::string& query);

/// Returns a query's document for a mode, as text.
Result<std::string> nexmarkDocument(const std::string& query, NexmarkMode mode, std::int64_t events,
                                    std::int64_t rate);

} // namespace sluice::ctl
