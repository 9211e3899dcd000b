// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/compaction.h"

#include "engine/base/durable_file.h"
#include "engine/lake/column_encoding.h"
#include "engine/lake/committer.h"
#include "engine/lake/lake_error.h"
#include "engine/lake/partition_path.h"
#include "engine/lake/random_name.h"
#include "engine/lake/raw_columns.h"
#include "engine/lake/table_reader.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <unistd.h>

namespace sluice::lake {
namespace {

using Groups = std::map<PartitionValues, std::vector<const AddFile*>>;

// The small files of each partition that has too many of them, oldest first.
Groups crowdedGroups(const Snapshot& snapshot, const CompactionPolicy& policy)
{
    Groups groups;
    for (const auto& [path, file] : snapshot.files)
        if (file.size < policy.smallBytes)
            groups[file.partitionValues].push_back(&file);
    std::erase_if(groups,
                  [&](const auto& group) { return group.second.size() <= policy.minFiles; });
    for (auto& [values, files] : groups)
        std::ranges::sort(files, [](const AddFile* left, const AddFile* right) {
            return std::pair(left->modificationTime, left->path)
                < std::pair(right->modificationTime, right->path);
        });
    return groups;
}

std::shared_ptr<arrow::Schema> columnsInFiles(const arrow::Schema& columns,
                                              const std::vector<std::string>& partitionColumns)
{
    arrow::FieldVector fields;
    for (const auto& field : columns.fields())
        if (std::ranges::find(partitionColumns, field->name()) == partitionColumns.end()
            && field->type()->id() != arrow::Type::NA)
            fields.push_back(field->WithNullable(true));
    return arrow::schema(std::move(fields));
}

// Writes the rows of one partition's files into new ones. What it wrote is removed again unless
// the commit succeeds.
class Rewrite
{
public:
    Rewrite(const DeltaLog& log, const CompactionPolicy& policy,
            std::shared_ptr<arrow::Schema> columns, std::vector<std::string> partitionColumns,
            const Clock& clock)
        : m_log(log)
        , m_policy(policy)
        , m_columns(std::move(columns))
        , m_partitionColumns(std::move(partitionColumns))
        , m_clock(clock)
        , m_isRaw(m_columns->GetFieldByName("event_data") != nullptr)
        , m_settings(m_isRaw ? rawSettings(policy.files) : policy.files)
    {
    }

    ~Rewrite()
    {
        if (m_isKept)
            return;
        m_file.reset();
        for (const std::string& path : m_paths)
            ::unlink(path.c_str());
    }
    Rewrite(const Rewrite&) = delete;
    Rewrite& operator=(const Rewrite&) = delete;

    Status add(const PartitionValues& values, const std::vector<const AddFile*>& files)
    {
        if (!m_isRaw)
            SLUICE_TRY(chooseBy(**std::ranges::max_element(files, {}, &AddFile::size)));
        for (const AddFile* file : files)
            SLUICE_TRY(
                readDataFile(m_log.tableFolder(), *file, m_columns,
                             [&](const std::shared_ptr<arrow::RecordBatch>& rows) -> Result<bool> {
                                 SLUICE_TRY(write(values, *rows));
                                 return true;
                             }));
        return closeFile(values);
    }

    Status makeDurable() const
    {
        std::set<std::string> folders;
        for (const std::string& path : m_paths) {
            SLUICE_TRY(syncFile(path));
            folders.insert(std::filesystem::path(path).parent_path().string());
        }
        for (const std::string& folder : folders)
            SLUICE_TRY(syncFolder(folder));
        return ok();
    }

    const std::vector<AddFile>& files() const { return m_added; }
    void keep() { m_isKept = true; }

private:
    // Small files, which say too little of the values, may be the first.
    Status chooseBy(const AddFile& file)
    {
        m_settings = m_policy.files;
        SLUICE_TRY(
            readDataFile(m_log.tableFolder(), file, m_columns,
                         [&](const std::shared_ptr<arrow::RecordBatch>& rows) -> Result<bool> {
                             chooseEncodings(*rows, m_settings);
                             return false;
                         }));
        return ok();
    }

    Status write(const PartitionValues& values, const arrow::RecordBatch& rows)
    {
        if (!m_file) {
            m_diskPath = partitionFolder(m_partitionColumns, values) + "part-00000-" + randomUuid()
                + ".c000." + codecName(m_settings.codec) + ".parquet";
            const std::filesystem::path path(m_log.tableFolder() + "/" + m_diskPath);
            SLUICE_TRY(makeFolder(path.parent_path().string()));
            m_paths.push_back(path.string());
            SLUICE_TRY(m_file, ParquetFile::create(path.string(), m_columns, m_settings));
        }
        SLUICE_TRY(m_file->write(rows));
        return m_file->bytesWritten() >= m_policy.targetBytes ? closeFile(values) : ok();
    }

    Status closeFile(const PartitionValues& values)
    {
        if (!m_file)
            return ok();
        SLUICE_TRY(ClosedFile closed, m_file->close());
        m_file.reset();
        SLUICE_TRY(closed.output->wait());
        AddFile added;
        added.path = logPath(m_diskPath);
        added.partitionValues = values;
        added.size = closed.bytes;
        added.modificationTime = m_clock.wallNow().us / 1000;
        added.dataChange = false;
        added.stats = std::move(closed.stats);
        m_added.push_back(std::move(added));
        return ok();
    }

    const DeltaLog& m_log;
    const CompactionPolicy& m_policy;
    const std::shared_ptr<arrow::Schema> m_columns;
    const std::vector<std::string> m_partitionColumns;
    const Clock& m_clock;
    const bool m_isRaw;
    FileSettings m_settings;
    std::unique_ptr<ParquetFile> m_file;
    std::string m_diskPath;
    std::vector<std::string> m_paths;
    std::vector<AddFile> m_added;
    bool m_isKept = false;
};

Commit optimizeCommit(const Groups& groups, const std::vector<AddFile>& added, const Clock& clock)
{
    Commit commit;
    CommitInfo& info = commit.info.emplace();
    info.operation = "OPTIMIZE";
    info.operationParameters = {{"predicate", "[]"}};
    for (const auto& [values, files] : groups)
        for (const AddFile* file : files)
            commit.removes.push_back({.path = file->path,
                                      .deletionTimestamp = clock.wallNow().us / 1000,
                                      .dataChange = false,
                                      .partitionValues = file->partitionValues,
                                      .size = file->size});
    commit.adds = added;
    info.operationMetrics = {{"numRemovedFiles", std::to_string(commit.removes.size())},
                             {"numAddedFiles", std::to_string(commit.adds.size())}};
    return commit;
}

} // namespace

bool needsCompaction(const Snapshot& snapshot, const CompactionPolicy& policy)
{
    return !crowdedGroups(snapshot, policy).empty();
}

Result<CompactionOutcome> compactTable(const DeltaLog& log, const CompactionPolicy& policy,
                                       const Clock& clock)
{
    SLUICE_TRY(Snapshot head, log.load());
    SLUICE_TRY(checkWritable(head, log.tableFolder()));
    const Groups groups = crowdedGroups(head, policy);
    if (groups.empty())
        return CompactionOutcome{};
    SLUICE_TRY(const auto columns, head.schema(log.tableFolder()));
    const auto& partitionColumns = head.metadata.partitionColumns;
    Rewrite rewrite(log, policy, columnsInFiles(*columns, partitionColumns), partitionColumns,
                    clock);
    for (const auto& [values, files] : groups)
        SLUICE_TRY(rewrite.add(values, files));
    SLUICE_TRY(rewrite.makeDurable());
    CompactionOutcome outcome;
    Commit commit = optimizeCommit(groups, rewrite.files(), clock);
    outcome.removedFiles = std::int64_t(commit.removes.size());
    outcome.addedFiles = std::int64_t(commit.adds.size());
    const Result<CommitOutcome> committed = commitTo(log, head, std::move(commit), clock);
    // A commit may be seen by readers and yet have failed to become durable: then its files stay.
    const bool isSeen
        = !rewrite.files().empty() && head.files.contains(rewrite.files().front().path);
    if (committed || isSeen)
        rewrite.keep();
    if (!committed)
        return committed.error();
    outcome.version = committed->version;
    return outcome;
}

} // namespace sluice::lake
