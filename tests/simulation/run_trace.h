// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runtime/message.h"

#include <string>
#include <vector>

namespace sluice::test {

/// What a run did, line by line, so that two runs of one seed can be compared. One thread.
class RunTrace
{
public:
    void see(const std::string& from, const std::string& to, const runtime::Message& message);
    /// Adds a line for each file below a folder: its name and its bytes. The number that the file
    /// system gives an input is left out of positions.
    void seeFiles(const std::string& folder);
    void note(std::string line) { m_lines.push_back(std::move(line)); }

    std::size_t size() const { return m_lines.size(); }
    /// Returns the first line that is not the same, "" if all are.
    std::string difference(const RunTrace& other) const;

private:
    std::vector<std::string> m_lines;
};

} // namespace sluice::test
