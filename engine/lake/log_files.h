// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::lake {

/// What stands in a _delta_log folder.
struct LogListing
{
    std::set<std::int64_t> commits;
    std::map<std::int64_t, std::vector<std::string>>
        checkpoints; // whole ones: version -> file names

    std::int64_t newest() const;
};

/// Lists a log folder; NotFound if it is not there. Files of other names are passed over.
Result<LogListing> listLog(const std::string& logFolder);

/// Returns "interval 7 days" in milliseconds; otherwise when the text is no interval.
std::int64_t intervalMs(std::string_view text, std::int64_t otherwise);

} // namespace sluice::lake
