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

// One spelling for each file. A live file spelt otherwise in the log than on disk ("a//b", "./a",
// through a symbolic link) would be removed.
std::string spelling(const fs::path& path)
{
    std::error_code failure;
    const fs::path canonical = fs::weakly_canonical(path, failure);
    return failure ? path.lexically_normal().string() : canonical.string();
}

std::set<std::string> keptPaths(const DeltaLog& log, const Snapshot& snapshot,
                                const VacuumRequest& request, std::int64_t beforeMs)
{
    std::set<std::string> out;
    for (const std::string& path : request.keep)
        out.insert(spelling(path));
    for (const auto& [path, file] : snapshot.files)
        out.insert(spelling(absolutePath(log.tableFolder(), path)));
    for (const auto& [path, file] : snapshot.tombstones)
        if (file.deletionTimestamp >= beforeMs)
            out.insert(spelling(absolutePath(log.tableFolder(), path)));
    return out;
}

// Folders and files of others: everything that begins with "_" or ".", but for partition folders
// of a column whose name does ("_day=...").
bool isHidden(const std::string& name)
{
    return name.starts_with('.') || (name.starts_with('_') && name.find('=') == std::string::npos);
}

void noteIfUnused(const std::string& path, const std::set<std::string>& kept, std::int64_t beforeMs,
                  VacuumOutcome& out)
{
    struct stat info = {};
    if (kept.contains(path) || ::stat(path.c_str(), &info) != 0)
        return;
    if (std::int64_t(info.st_mtim.tv_sec) * 1000 + info.st_mtim.tv_nsec / 1'000'000 >= beforeMs)
        return;
    out.files.push_back(path);
    out.bytes += info.st_size;
}

// The folder is canonical, and links are not followed: so every path found is in its one spelling.
Status collect(const fs::path& folder, const std::set<std::string>& kept, std::int64_t beforeMs,
               VacuumOutcome& out)
{
    std::error_code failure;
    fs::directory_iterator entries(folder, failure);
    for (const auto end = fs::directory_iterator(); !failure && entries != end;
         entries.increment(failure)) {
        if (isHidden(entries->path().filename().string()) || entries->is_symlink(failure))
            continue;
        if (entries->is_directory(failure)) {
            SLUICE_TRY(collect(entries->path(), kept, beforeMs, out));
        } else {
            noteIfUnused(entries->path().string(), kept, beforeMs, out);
        }
    }
    if (failure)
        return errorFromErrno(failure.value(), "cannot list", folder.string());
    return ok();
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
    SLUICE_TRY(collect(spelling(log.tableFolder()), keptPaths(log, head, request, beforeMs),
                       beforeMs, out));
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
