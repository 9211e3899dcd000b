// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/log_files.h"

#include "engine/lake/lake_error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <sstream>

namespace sluice::lake {
namespace {

constexpr std::size_t kVersionDigits = 20;

bool readDigits(std::string_view text, std::size_t length, std::int64_t& out)
{
    if (text.size() < length)
        return false;
    const char* last = text.data() + length;
    const auto [end, failure] = std::from_chars(text.data(), last, out);
    return failure == std::errc{} && end == last && out >= 0;
}

// The parts of a checkpoint in several files, "<version>.checkpoint.<part>.<parts>.parquet".
struct Parts
{
    std::int64_t expected = 0;
    std::vector<std::string> names;
};

void noteFile(const std::string& name, LogListing& listing, std::map<std::int64_t, Parts>& parts)
{
    static constexpr std::string_view kCheckpoint = ".checkpoint.";
    std::int64_t version = 0;
    if (!readDigits(name, kVersionDigits, version))
        return;
    const std::string_view rest = std::string_view(name).substr(kVersionDigits);
    if (rest == ".json") {
        listing.commits.insert(version);
    } else if (rest == ".checkpoint.parquet") {
        listing.checkpoints[version] = {name};
    } else if (rest.starts_with(kCheckpoint) && rest.ends_with(".parquet")) {
        std::int64_t part = 0;
        std::int64_t total = 0;
        const std::string_view numbers = rest.substr(kCheckpoint.size());
        if (numbers.size() == 29 && readDigits(numbers, 10, part) && numbers[10] == '.'
            && readDigits(numbers.substr(11), 10, total)) {
            parts[version].expected = total;
            parts[version].names.push_back(name);
        }
    }
}

} // namespace

std::int64_t LogListing::newest() const
{
    const std::int64_t commit = commits.empty() ? -1 : *commits.rbegin();
    const std::int64_t checkpoint = checkpoints.empty() ? -1 : checkpoints.rbegin()->first;
    return std::max(commit, checkpoint);
}

Result<LogListing> listLog(const std::string& logFolder)
{
    std::error_code failure;
    std::filesystem::directory_iterator entries(logFolder, failure);
    if (failure == std::errc::no_such_file_or_directory)
        return lakeError(ErrorCode::NotFound, "there is no table", logFolder);
    if (failure)
        return errorFromErrno(failure.value(), "cannot list the log", logFolder);
    LogListing listing;
    std::map<std::int64_t, Parts> parts;
    for (const auto end = std::filesystem::directory_iterator(); entries != end;) {
        noteFile(entries->path().filename().string(), listing, parts);
        entries.increment(failure);
        if (failure)
            return errorFromErrno(failure.value(), "cannot list the log", logFolder);
    }
    for (auto& [version, found] : parts) {
        if (std::int64_t(found.names.size()) != found.expected)
            continue;
        std::ranges::sort(found.names);
        listing.checkpoints.try_emplace(version, std::move(found.names));
    }
    return listing;
}

std::int64_t intervalMs(std::string_view text, std::int64_t otherwise)
{
    static constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> kUnits{
        {{"week", 604'800'000},
         {"day", 86'400'000},
         {"hour", 3'600'000},
         {"minute", 60'000},
         {"second", 1'000},
         {"millisecond", 1}}};
    std::istringstream words{std::string(text)};
    std::string word;
    std::string unit;
    std::int64_t amount = 0;
    std::int64_t total = 0;
    words >> word;
    if (word != "interval")
        words = std::istringstream{std::string(text)};
    while (words >> amount >> unit) {
        if (unit.ends_with('s'))
            unit.pop_back();
        const auto* known = std::ranges::find(kUnits, std::string_view(unit),
                                              &std::pair<std::string_view, std::int64_t>::first);
        if (known == kUnits.end())
            return otherwise;
        total += amount * known->second;
    }
    return total > 0 ? total : otherwise;
}

} // namespace sluice::lake
