// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/raw_records.h"

#include <memory>
#include <string>
#include <vector>

namespace sluice::test {

/// Returns records as a source would hand them over, without padding behind the last one.
inline RawRecords rawRecordsOf(const std::vector<std::string>& records)
{
    RawRecords raw;
    raw.source = std::make_shared<const std::string>("test");
    raw.partition = std::make_shared<const std::string>("0");
    std::string bytes;
    for (const std::string& record : records) {
        raw.offsets.push_back(std::uint32_t(bytes.size()));
        raw.lengths.push_back(std::uint32_t(record.size()));
        raw.positions.push_back(std::int64_t(raw.positions.size()));
        bytes += record;
    }
    raw.bytes = arrow::Buffer::FromString(std::move(bytes));
    return raw;
}

} // namespace sluice::test
