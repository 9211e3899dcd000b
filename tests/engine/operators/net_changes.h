// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/change_stream.h"

#include <map>
#include <string>
#include <vector>

namespace sluice::test {

/// What is left when every change has been carried out, sorted; one that does not fit is told
/// instead. changes: rows as JSON, whose last column is that of the change.
inline std::vector<std::string> net(const std::vector<std::string>& changes)
{
    std::map<std::string, int> counts;
    for (const std::string& row : changes) {
        const std::size_t at = row.rfind(",\"change_type\":\"");
        const std::string word = row.substr(at + 16, row.size() - at - 18);
        const int count = counts[row.substr(0, at)] += flow::isRetraction(word) ? -1 : 1;
        if (count < 0)
            return {"taken away before it came: " + row};
    }
    std::vector<std::string> out;
    for (const auto& [row, count] : counts)
        for (int i = 0; i < count; ++i)
            out.push_back(row + "}");
    return out;
}

} // namespace sluice::test
