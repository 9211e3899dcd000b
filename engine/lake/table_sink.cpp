// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/table_sink.h"

#include "engine/base/durable_file.h"
#include "engine/base/log.h"
#include "engine/flow/reject_schema.h"
#include "engine/lake/lake_error.h"
#include "engine/lake/partition_path.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <sys/stat.h>

namespace sluice::lake {
namespace {

// Sources hand over what there is, so a batch is this large only if they have more than they can
// pass on.
constexpr std::int64_t kFullBatch = 4096;

// Every folder from the file's own up to the table's: a new partition is a name in its parent.
std::set<std::string> foldersOf(const std::string& tableFolder, const std::vector<AddFile>& files)
{
    std::set<std::string> out;
    for (const AddFile& file : files) {
        std::filesystem::path folder
            = std::filesystem::path(absolutePath(tableFolder, file.path)).parent_path();
        while (folder.string().size() > tableFolder.size() && out.insert(folder.string()).second)
            folder = folder.parent_path();
        out.insert(tableFolder);
    }
    return out;
}

} // namespace

TableSink::TableSink(TableSinkConfig config, const Clock& clock)
    : m_config(std::move(config))
    , m_clock(clock)
    , m_appId(sinkAppId(m_config.pipeline, m_config.node))
{
}

std::string sinkAppId(const std::string& pipeline, const std::string& node)
{
    return "sluice:" + pipeline + ":" + node + ":0";
}

std::shared_ptr<arrow::Schema> TableSink::writtenColumns() const
{
    return m_config.writesRaw ? rawSchema() : m_config.input;
}

TableRequest TableSink::request() const
{
    TableRequest out;
    out.name = m_config.table;
    out.columns = tableColumns(*writtenColumns(), m_config.partitions);
    out.mergesSchema = m_config.mergesSchema;
    for (const PartitionColumn& partition : m_config.partitions)
        out.partitionColumns.push_back(partition.name);
    if (m_config.writesRaw)
        out.properties["delta.appendOnly"] = "true";
    return out;
}

Status TableSink::open()
{
    SLUICE_TRY(const std::string folder, tableFolder(m_config.lakeFolder, m_config.table));
    m_log.emplace(folder);
    SLUICE_TRY(m_head, openTable(*m_log, request(), m_clock));
    // A commit that is there counts, though a crash may have come before its name was durable.
    SLUICE_TRY(syncFolder(m_log->logFolder()));
    m_committedEpoch = m_head.transactionVersion(m_appId).value_or(0);
    SLUICE_TRY(const auto types, m_head.schema(m_config.table));

    TableLayout layout;
    layout.folder = folder;
    layout.name = m_config.table;
    layout.columns = writtenColumns();
    layout.fileTypes = types;
    layout.partitions = m_config.partitions;
    layout.files = m_config.writesRaw ? rawSettings(m_config.files) : m_config.files;
    layout.targetFileBytes = m_config.targetFileBytes;
    layout.maxPartitions = m_config.maxPartitions;
    if (m_config.writesRaw) {
        m_raw.emplace(*m_config.input);
        layout.columns = RawColumns::batchSchema();
    }
    m_writer = std::make_unique<TableWriter>(std::move(layout), m_clock);
    return ok();
}

namespace {

// Rows may come with their columns in another order than was declared (a replaced column goes to
// the end); files are written by position.
Result<std::shared_ptr<arrow::RecordBatch>>
inOrderOf(const arrow::Schema& declared, const std::shared_ptr<arrow::RecordBatch>& rows)
{
    bool isInOrder = rows->num_columns() == declared.num_fields();
    for (int i = 0; isInOrder && i < declared.num_fields(); ++i)
        isInOrder = rows->schema()->field(i)->name() == declared.field(i)->name();
    if (isInOrder)
        return rows;
    arrow::ArrayVector columns;
    for (const auto& field : declared.fields()) {
        columns.push_back(rows->GetColumnByName(field->name()));
        if (!columns.back())
            return lakeError(ErrorCode::Internal, "column \"" + field->name() + "\" did not arrive",
                             field->name());
    }
    return arrow::RecordBatch::Make(arrow::schema(declared.fields()), rows->num_rows(),
                                    std::move(columns));
}

} // namespace

Status TableSink::write(const Batch& batch, flow::NodeContext& context)
{
    if (batch.rows() == 0)
        return ok();
    std::shared_ptr<arrow::RecordBatch> rows = batch.columns;
    if (m_config.writesRaw) {
        SLUICE_TRY(rows, rawRows(batch, context));
    } else {
        SLUICE_TRY(rows, inOrderOf(*m_config.input, rows));
    }
    SLUICE_TRY(m_writer->write(rows, batch.rows() >= kFullBatch));
    m_open.rows += rows->num_rows();
    noteTimes(batch, context);
    return ok();
}

Result<std::shared_ptr<arrow::RecordBatch>> TableSink::rawRows(const Batch& batch,
                                                               flow::NodeContext& context)
{
    SLUICE_TRY(RawColumns::Rows rows, m_raw->convert(batch));
    if (rows.repeated > 0)
        context.count(Verdict::Duplicate, std::uint64_t(rows.repeated));
    if (!rows.badRows.empty())
        context.reject(batch, rows.badRows, Verdict::DeadLetter,
                       {.rule = {}, .message = "the record is not UTF-8", .values = {}});
    return std::move(rows.columns);
}

void TableSink::noteTimes(const Batch& batch, const flow::NodeContext& context)
{
    if (context.watermark() != EventTime::min())
        m_open.watermarkUs = context.watermark().us;
    if (!batch.eventTimes)
        return;
    std::int64_t newest = m_open.maxEventTimeUs.value_or(EventTime::min().us);
    const std::int64_t* times = batch.eventTimes->raw_values();
    const bool hasNulls = batch.eventTimes->null_count() > 0;
    for (std::int64_t row = 0; row < batch.eventTimes->length(); ++row)
        if (!hasNulls || batch.eventTimes->IsValid(row))
            newest = std::max(newest, times[row]);
    if (newest != EventTime::min().us)
        m_open.maxEventTimeUs = newest;
}

Result<flow::SealedEpoch> TableSink::seal(flow::Epoch epoch)
{
    SealedFiles sealed = std::exchange(m_open, {});
    sealed.table = m_config.table;
    SLUICE_TRY(WrittenFiles written, m_writer->finish());
    sealed.files = std::move(written.files);
    if (!written.outputs.empty()) {
        const std::lock_guard lock(m_mutex);
        m_sealed[epoch] = std::move(written);
    }
    return flow::SealedEpoch{.epoch = epoch,
                             .entry = sealedText(sealed),
                             .rows = sealed.rows,
                             .bytes = sealed.bytes()};
}

Status TableSink::makeDurable(const flow::SealedEpoch& sealed)
{
    if (sealed.rows == 0)
        return ok();
    SLUICE_TRY(waitForFiles(sealed.epoch));
    SLUICE_TRY(const SealedFiles files, parseSealed(sealed.entry));
    for (const AddFile& file : files.files)
        SLUICE_TRY(syncFile(absolutePath(m_log->tableFolder(), file.path)));
    for (const std::string& folder : foldersOf(m_log->tableFolder(), files.files))
        SLUICE_TRY(syncFolder(folder));
    return ok();
}

// What failed stays, and is told again to whoever asks again. An epoch of a former run has its
// files on the disk already.
Status TableSink::waitForFiles(flow::Epoch epoch)
{
    WrittenFiles written;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_sealed.find(epoch);
        if (found == m_sealed.end())
            return ok();
        written = found->second;
    }
    SLUICE_TRY(written.wait());
    const std::lock_guard lock(m_mutex);
    m_sealed.erase(m_sealed.begin(), m_sealed.upper_bound(epoch));
    return ok();
}

Status TableSink::commit(const flow::SealedEpoch& sealed)
{
    SLUICE_TRY(const SealedFiles files, parseSealed(sealed.entry));
    if (files.files.empty() || m_head.transactionVersion(m_appId).value_or(0) >= sealed.epoch)
        return ok();
    SLUICE_TRY(checkFiles(files));
    SLUICE_TRY(commitAgainstChanges(buildCommit(files, sealed.epoch)));
    m_committedEpoch = std::max(m_committedEpoch.load(), sealed.epoch);
    maintainLog();
    return ok();
}

Commit TableSink::buildCommit(const SealedFiles& files, flow::Epoch epoch) const
{
    Commit commit;
    CommitInfo& info = commit.info.emplace();
    info.operation = "STREAMING UPDATE";
    info.operationParameters = {{"outputMode", "Append"},
                                {"queryId", m_config.pipeline},
                                {"epochId", std::to_string(epoch)}};
    if (files.watermarkUs)
        info.operationParameters["watermark"] = timestampText(*files.watermarkUs);
    if (files.maxEventTimeUs)
        info.operationParameters["maxEventTime"] = timestampText(*files.maxEventTimeUs);
    info.operationMetrics = {{"numFiles", std::to_string(files.files.size())},
                             {"numOutputRows", std::to_string(files.rows)},
                             {"numOutputBytes", std::to_string(files.bytes())}};
    info.isBlindAppend = true;
    commit.transactions.push_back(
        {.appId = m_appId, .version = epoch, .lastUpdated = m_clock.wallNow().us / 1000});
    commit.adds = files.files;
    return commit;
}

// After a crash the files of an entry may be gone (a vacuum, a hand); a table that names them
// could not be read any more.
Status TableSink::checkFiles(const SealedFiles& files) const
{
    for (const AddFile& file : files.files) {
        const std::string path = absolutePath(m_log->tableFolder(), file.path);
        struct stat info
        {
        };
        if (::stat(path.c_str(), &info) != 0 || info.st_size != file.size)
            return lakeError(ErrorCode::StorageFailed,
                             "a file of the last epoch of table " + m_config.table
                                 + " is missing or has another size",
                             path,
                             "Restore the file from a backup; or reset the pipeline, which reads "
                             "its sources again.");
    }
    return ok();
}

// A foreign commit may change the schema in ways that do not touch us: look, then try again.
Result<CommitOutcome> TableSink::commitAgainstChanges(const Commit& commit)
{
    static constexpr int kTries = 5;
    for (int tries = 1;; ++tries) {
        Result<CommitOutcome> outcome = commitTo(*m_log, m_head, commit, m_clock);
        if (outcome || outcome.error().code != ErrorCode::Conflict || tries == kTries)
            return outcome;
        TableRequest unchanged = request();
        unchanged.mergesSchema = false;
        Result<Snapshot> head = openTable(*m_log, unchanged, m_clock);
        if (!head)
            return head.error();
        const auto version = head->transactionVersion(m_appId);
        if (version
            && *version<commit.transactions.front().version&& * version> m_committedEpoch.load())
            return outcome; // somebody else writes as us
        m_head = std::move(*head);
    }
}

// A log without a new checkpoint is only slower to open: trouble here stops nothing.
void TableSink::maintainLog()
{
    if (!needsCheckpoint(m_head, CheckpointPolicy{}))
        return;
    if (Status written = writeCheckpoint(*m_log, m_head, m_clock); !written) {
        log(LogLevel::Warning,
            "no checkpoint of " + m_config.table + ": " + written.error().text());
        return;
    }
    if (const auto cleaned = cleanLog(*m_log, m_head, m_clock); !cleaned)
        log(LogLevel::Warning, "log of " + m_config.table + ": " + cleaned.error().text());
}

std::unique_ptr<flow::Sink> makeRejectSink(const std::string& table, const std::string& lakeFolder,
                                           const std::string& pipeline, const std::string& node,
                                           const Clock& clock)
{
    TableSinkConfig config;
    config.table = table;
    config.lakeFolder = lakeFolder;
    config.pipeline = pipeline;
    config.node = node;
    config.input = flow::rejectSchema();
    config.files.unmeasuredColumns = {"data", "values", "reason"};
    return std::make_unique<TableSink>(std::move(config), clock);
}

std::unique_ptr<flow::Sink> makeReplayedSink(const std::string& table,
                                             const std::string& lakeFolder,
                                             const std::string& pipeline, const Clock& clock)
{
    TableSinkConfig config;
    config.table = table;
    config.lakeFolder = lakeFolder;
    config.pipeline = pipeline;
    config.node = "replayed";
    config.input = flow::replayedSchema();
    config.files.unmeasuredColumns = {"data"};
    return std::make_unique<TableSink>(std::move(config), clock);
}

} // namespace sluice::lake
