// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/raw_source.h"

#include "engine/base/document.h"
#include "engine/base/json_writer.h"
#include "engine/lake/lake_error.h"
#include "engine/lake/raw_columns.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <tuple>

#include <arrow/array.h>
#include <arrow/buffer.h>

namespace sluice::lake {
namespace {

constexpr std::int64_t kMostRows = 8192;
constexpr std::int64_t kSilentBatches = 32;

std::int64_t numberOf(const DocumentNode& root, const char* key)
{
    std::int64_t out = -1;
    if (const DocumentNode* node = root.find(key))
        std::from_chars(node->text.data(), node->text.data() + node->text.size(), out);
    return out;
}

// The least or greatest time of arrival of a file as its stats tell, rounded down to milliseconds;
// "" if they do not, or not as we write it. Texts of times sort as the times do.
std::string arrivalOf(const AddFile& file, const char* bound)
{
    static const std::size_t kLength = timestampText(0).size();
    Diagnostics ignored("stats");
    const DocumentNode root = parseDocument(file.stats, ignored);
    const DocumentNode* values = root.find(bound);
    const DocumentNode* time = values ? values->find("ingest_time") : nullptr;
    return time && time->text.size() == kLength && time->text.ends_with('Z') ? time->text
                                                                             : std::string();
}

// A time as the statistics write it; "" if it cannot be compared with them.
std::string boundText(std::int64_t us)
{
    const std::string text = timestampText(us);
    return text.size() == timestampText(0).size() && !text.starts_with('-') ? text : std::string();
}

// Whether a file has nothing that arrived in the range, as far as its stats tell.
bool isOutside(const AddFile& file, const flow::RecordRange& range)
{
    constexpr std::int64_t kMs = 1000;
    if (range.untilUs > 0 && range.untilUs <= INT64_MAX - kMs) {
        const std::string oldest = arrivalOf(file, "minValues"),
                          until = boundText((range.untilUs + kMs - 1) / kMs * kMs);
        if (!oldest.empty() && !until.empty() && oldest >= until)
            return true;
    }
    if (range.sinceUs > kMs) {
        const std::string newest = arrivalOf(file, "maxValues"),
                          before = boundText(range.sinceUs / kMs * kMs - kMs);
        if (!newest.empty() && !before.empty() && newest <= before)
            return true;
    }
    return false;
}

void sortByArrival(std::vector<AddFile>& files)
{
    std::vector<std::tuple<std::string, std::int64_t, std::string, std::size_t>> keys;
    for (std::size_t i = 0; i < files.size(); ++i)
        keys.emplace_back(arrivalOf(files[i], "minValues"), files[i].modificationTime,
                          files[i].path, i);
    std::ranges::sort(keys);
    std::vector<AddFile> out;
    for (const auto& key : keys)
        out.push_back(std::move(files[std::get<3>(key)]));
    files = std::move(out);
}

// Columns of rawSchema() by the names used here.
struct RawRows
{
    explicit RawRows(const arrow::RecordBatch& rows)
        : data(static_cast<const arrow::StringArray&>(*rows.GetColumnByName("event_data")))
        , source(static_cast<const arrow::StringArray&>(*rows.GetColumnByName("source")))
        , partition(static_cast<const arrow::StringArray&>(*rows.GetColumnByName("partition")))
        , offset(static_cast<const arrow::Int64Array&>(*rows.GetColumnByName("offset")))
        , arrival(static_cast<const arrow::TimestampArray&>(*rows.GetColumnByName("ingest_time")))
    {
    }
    bool isSameRun(std::int64_t one, std::int64_t other) const
    {
        return partition.GetView(one) == partition.GetView(other)
            && arrival.Value(one) == arrival.Value(other);
    }
    const arrow::StringArray &data, &source, &partition;
    const arrow::Int64Array& offset;
    const arrow::TimestampArray& arrival;
};

Result<std::shared_ptr<RawRecords>>
recordsOf(const RawRows& rows, const std::vector<std::int64_t>& picked, const std::string& table)
{
    std::size_t bytes = 0;
    for (const std::int64_t row : picked)
        bytes += rows.data.GetView(row).size();
    SLUICE_LAKE_ARROW_VALUE(auto buffer,
                            arrow::AllocateBuffer(std::int64_t(bytes + RawRecords::kPadding)),
                            table);
    auto raw = std::make_shared<RawRecords>();
    std::size_t at = 0;
    for (const std::int64_t row : picked) {
        const std::string_view record = rows.data.GetView(row);
        std::memcpy(buffer->mutable_data() + at, record.data(), record.size());
        raw->offsets.push_back(std::uint32_t(at));
        raw->lengths.push_back(std::uint32_t(record.size()));
        raw->positions.push_back(rows.offset.Value(row));
        at += record.size();
    }
    std::memset(buffer->mutable_data() + at, 0, RawRecords::kPadding);
    raw->bytes = std::move(buffer);
    raw->partition = std::make_shared<const std::string>(rows.partition.GetView(picked.front()));
    raw->ingestTimeUs = rows.arrival.Value(picked.front());
    return raw;
}

} // namespace

RawSource::RawSource(RawSourceConfig config, std::unique_ptr<flow::Source> decoder)
    : m_config(std::move(config))
    , m_decoder(std::move(decoder))
    , m_reader(m_decoder->recordReader())
    , m_log(m_config.tableFolder)
    , m_source(std::make_shared<const std::string>(m_config.source))
{
}

Status RawSource::open(const std::optional<std::string>& position)
{
    if (!m_reader)
        return lakeError(ErrorCode::Unsupported, "the rows of this source are not made of records",
                         m_config.source);
    if (!m_log.exists())
        return lakeError(ErrorCode::NotFound, "there is no table " + m_config.table,
                         m_config.tableFolder, "Nothing is kept that could be read again.");
    if (!position) {
        SLUICE_TRY(const Snapshot head, m_log.load());
        m_base = m_version = head.version;
        return findFiles();
    }
    Diagnostics diagnostics("position");
    const DocumentNode root = parseDocument(*position, diagnostics);
    m_base = numberOf(root, "base");
    m_version = numberOf(root, "version");
    m_file = std::size_t(std::max<std::int64_t>(0, numberOf(root, "file")));
    m_row = m_skip = numberOf(root, "row");
    if (diagnostics.hasErrors() || m_base < 0 || m_version < m_base || m_row < 0)
        return lakeError(ErrorCode::DecodeFailed, "the kept position is damaged", m_config.table,
                         "Discard the replay and begin it again.");
    return findFiles();
}

Status RawSource::findFiles()
{
    m_files.clear();
    if (m_version == m_base) {
        SLUICE_TRY(const Snapshot base, m_log.load(m_base));
        for (const auto& [path, file] : base.files)
            m_files.push_back(file);
        sortByArrival(m_files);
        return ok();
    }
    SLUICE_TRY(const std::optional<Commit> commit, m_log.readCommit(m_version));
    if (!commit)
        return lakeError(ErrorCode::NotFound,
                         "version " + std::to_string(m_version) + " is no longer in the log",
                         m_config.table, "Discard the replay and begin it again.");
    for (const AddFile& file : commit->adds)
        if (file.dataChange) // what a compaction writes has been read
            m_files.push_back(file);
    return ok();
}

// Goes on to the next commit; false if there is none or it is not to be read.
Result<bool> RawSource::nextVersion()
{
    const std::int64_t end = m_config.end->version;
    if (end >= 0 && m_version >= end)
        return false;
    SLUICE_TRY(const std::optional<Commit> next, m_log.readCommit(m_version + 1));
    if (!next)
        return false;
    ++m_version;
    m_file = 0;
    m_row = 0;
    SLUICE_TRY(findFiles());
    return true;
}

// Has rows at hand; false if there are none now.
Result<bool> RawSource::nextRows(flow::SourceContext& context)
{
    while (!m_rows || m_rows->num_rows() == 0) {
        if (m_open) {
            SLUICE_TRY(m_rows, m_open->next());
            if (!m_rows) {
                m_open.reset();
                ++m_file;
                m_row = 0;
            } else if (m_skip > 0) {
                const std::int64_t skipped = std::min(m_skip, m_rows->num_rows());
                m_rows = m_rows->Slice(skipped);
                m_skip -= skipped;
            }
            if (m_rows && m_rows->num_rows() > 0)
                seePartitions(context);
            continue;
        }
        if (m_file < m_files.size() && isOutside(m_files[m_file], m_config.range)) {
            ++m_file;
            continue;
        }
        if (m_file < m_files.size()) {
            SLUICE_TRY(m_open,
                       DataFileReader::open(m_config.tableFolder, m_files[m_file], rawSchema()));
            continue;
        }
        SLUICE_TRY(const bool hasNext, nextVersion());
        if (!hasNext)
            return false;
    }
    return true;
}

// The partitions of what is at hand hold the watermark together. One that has not been seen for
// long holds it no more: a file that was read to its end, say.
void RawSource::seePartitions(flow::SourceContext& context)
{
    const RawRows rows(*m_rows);
    ++m_batch;
    std::string_view last;
    for (std::int64_t row = 0; row < m_rows->num_rows(); ++row) {
        const std::string_view name = rows.partition.GetView(row);
        if (name == last || rows.source.GetView(row) != m_config.source)
            continue;
        last = name;
        if (m_partitions.insert_or_assign(std::string(name), m_batch).second)
            m_reader->beginPartition(std::string(name), context.clock().steadyNow());
    }
    for (auto it = m_partitions.begin(); it != m_partitions.end();) {
        if (m_batch - it->second < kSilentBatches) {
            ++it;
            continue;
        }
        m_reader->endPartition(it->first);
        it = m_partitions.erase(it);
    }
}

Status RawSource::handOn(std::int64_t count, flow::SourceContext& context)
{
    const RawRows rows(*m_rows);
    std::vector<std::int64_t> run;
    const auto pass = [&]() -> Status {
        if (run.empty())
            return ok();
        SLUICE_TRY(const auto raw, recordsOf(rows, run, m_config.table));
        raw->source = m_source;
        raw->arrivalNs = context.clock().steadyNow().ns;
        run.clear();
        return m_reader->read(raw, context);
    };
    const flow::RecordRange& range = m_config.range;
    flow::OffsetSpan offsets;
    std::string_view last;
    const auto isMeant = [&](std::int64_t row) {
        const std::int64_t arrivalUs = rows.arrival.Value(row);
        if (arrivalUs < range.sinceUs || arrivalUs >= range.untilUs)
            return false;
        if (!range.hasOffsets())
            return true;
        if (const std::string_view name = rows.partition.GetView(row); row == 0 || name != last) {
            last = name;
            offsets = range.offsetsOf(std::string(name));
        }
        return offsets.contains(rows.offset.Value(row));
    };
    for (std::int64_t row = 0; row < count; ++row) {
        if (rows.source.GetView(row) != m_config.source || !isMeant(row))
            continue;
        if (!run.empty() && !rows.isSameRun(run.front(), row)) {
            SLUICE_TRY(pass());
        }
        run.push_back(row);
    }
    SLUICE_TRY(pass());
    m_rows = m_rows->Slice(count);
    m_row += count;
    if (m_rows->num_rows() == 0)
        m_reader->passWatermark(context);
    return ok();
}

Result<flow::PollOutcome> RawSource::poll(const flow::PollBudget& budget,
                                          flow::SourceContext& context)
{
    SLUICE_TRY(const bool hasRows, nextRows(context));
    if (!hasRows) {
        m_reader->passWatermark(context);
        const std::int64_t end = m_config.end->version;
        return end >= 0 && m_version >= end ? flow::PollOutcome::Finished
                                            : flow::PollOutcome::CaughtUp;
    }
    const auto most = std::min<std::int64_t>(kMostRows, std::int64_t(budget.rows));
    SLUICE_TRY(handOn(std::min(most, m_rows->num_rows()), context));
    return flow::PollOutcome::More;
}

std::string RawSource::position() const
{
    JsonWriter json;
    json.beginObject().key("base").value(m_base).key("version").value(m_version);
    json.key("file").value(std::uint64_t(m_file)).key("row").value(m_row).endObject();
    return json.take();
}

Result<std::int64_t> keptRecords(const std::string& tableFolder, const flow::RecordRange& range)
{
    const DeltaLog log(tableFolder);
    if (!log.exists())
        return std::int64_t(0);
    SLUICE_TRY(const Snapshot head, log.load());
    std::int64_t out = 0;
    for (const auto& [path, file] : head.files) {
        if (isOutside(file, range))
            continue;
        const auto rows = rowsOf(file);
        if (!rows)
            return std::int64_t(-1);
        out += *rows;
    }
    return out;
}

} // namespace sluice::lake
