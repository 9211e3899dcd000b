// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/vacuum.h"

#include "engine/lake/committer.h"
#include "engine/lake/lake_error.h"
#include "engine/lake/partition_path.h"

#include <cerrno>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

namespace sluice::lake {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDayMs = 86'400'000;

std::set<std::string> keptPaths(const DeltaLog& log, const Snapshot& snapshot,
                                const VacuumRequest& request, std::int64_t beforeMs)
{
    std::set<std::string> out = request.keep;
    for (const auto& [path, file] : snapshot.files)
        out.insert(absolutePath(log.tableFolder(), path));
    for (const auto& [path, file] : snapshot.tombstones)
        if (file.deletionTimestamp >= beforeMs)
            out.insert(absolutePath(log.tableFolder(), path));
    return out;
}

// Folders and files of others: everything that begins with "_" or ".", but for partition folders
// of a column whose name does ("_day=...").
bool isHidden(const std::string& name)
{
    return name.starts_with('.') || (name.starts_with('_') && name.find('=') == std::string::npos);
}

void collect(const fs::path& folder, const std::set<std::string>& kept, std::int64_t beforeMs,
             VacuumOutcome& out)
{
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(folder, failure)) {
        if (isHidden(entry.path().filename().string()))
            continue;
        if (entry.is_directory(failure)) {
            collect(entry.path(), kept, beforeMs, out);
            continue;
        }
        struct stat info{};
        const std::string path = entry.path().string();
        if (kept.contains(path) || ::stat(path.c_str(), &info) != 0)
            continue;
        if (std::int64_t(info.st_mtim.tv_sec) * 1000 + info.st_mtim.tv_nsec / 1'000'000 >= beforeMs)
            continue;
        out.files.push_back(path);
        out.bytes += info.st_size;
    }
}

Status noteInHistory(const DeltaLog& log, Snapshot& head, const std::string& operation,
                     TextMap metrics, const Clock& clock)
{
    Commit commit;
    CommitInfo& info = commit.info.emplace();
    info.operation = operation;
    info.operationMetrics = std::move(metrics);
    SLUICE_TRY(commitTo(log, head, std::move(commit), clock));
    return ok();
}

} // namespace

Result<VacuumOutcome> vacuumTable(const DeltaLog& log, const VacuumRequest& request,
                                  const Clock& clock)
{
    SLUICE_TRY(Snapshot head, log.load());
    SLUICE_TRY(checkWritable(head, log.tableFolder()));
    const std::int64_t retentionMs = request.retention.count() >= 0
        ? request.retention.count() / 1000
        : intervalMs(head.property("delta.deletedFileRetentionDuration"), 7 * kDayMs);
    const std::int64_t beforeMs = clock.wallNow().us / 1000 - retentionMs;
    VacuumOutcome out;
    collect(log.tableFolder(), keptPaths(log, head, request, beforeMs), beforeMs, out);
    if (request.isDryRun || out.files.empty())
        return out;
    SLUICE_TRY(noteInHistory(log, head, "VACUUM START",
                             {{"numFilesToDelete", std::to_string(out.files.size())},
                              {"sizeOfDataToDelete", std::to_string(out.bytes)}},
                             clock));
    for (const std::string& path : out.files)
        if (::unlink(path.c_str()) != 0 && errno != ENOENT)
            return errorFromErrno(errno, "cannot remove", path);
    SLUICE_TRY(noteInHistory(log, head, "VACUUM END",
                             {{"numDeletedFiles", std::to_string(out.files.size())}}, clock));
    return out;
}

} // namespace sluice::lake
