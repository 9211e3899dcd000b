// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/run_trace.h"

#include "engine/base/checksum.h"
#include "engine/base/durable_file.h"
#include "engine/formats/json_encoder.h"

#include <algorithm>
#include <filesystem>
#include <regex>

namespace sluice::test {

void RunTrace::see(const std::string& from, const std::string& to, const runtime::Message& message)
{
    std::string line = from + " -> " + to;
    if (const auto* batch = std::get_if<Batch>(&message)) {
        std::string rows;
        formats::encodeJsonLines(*batch->columns, rows);
        line
            += ": " + std::to_string(batch->rows()) + " rows, " + std::to_string(fingerprint(rows));
    } else if (const auto* watermark = std::get_if<EventTime>(&message)) {
        line += ": watermark " + std::to_string(watermark->us);
    } else {
        line += ": epoch " + std::to_string(std::get<runtime::EpochRequestPtr>(message)->epoch);
    }
    m_lines.push_back(std::move(line));
}

void RunTrace::seeFiles(const std::string& folder)
{
    static const std::regex number(R"(inode(\\?":)\d+)");
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file())
            continue;
        const std::string path = entry.path().string();
        std::string bytes = readFile(path).value();
        if (path.find(".json") != std::string::npos) {
            bytes = std::regex_replace(bytes, number, "inode$1");
            bytes = bytes.substr(0, bytes.find("\ncrc32c:"));
        }
        found.push_back(path.substr(folder.size()) + ": " + std::to_string(fingerprint(bytes)));
    }
    std::ranges::sort(found);
    m_lines.insert(m_lines.end(), found.begin(), found.end());
}

std::string RunTrace::difference(const RunTrace& other) const
{
    const auto [mine, theirs] = std::ranges::mismatch(m_lines, other.m_lines);
    const auto lineAt = [](const auto& lines, auto at) {
        return at == lines.end() ? std::string("nothing") : *at;
    };
    if (mine == m_lines.end() && theirs == other.m_lines.end())
        return {};
    return "line " + std::to_string(mine - m_lines.begin()) + ": \"" + lineAt(m_lines, mine)
        + "\" and then \"" + lineAt(other.m_lines, theirs) + "\"";
}

} // namespace sluice::test
