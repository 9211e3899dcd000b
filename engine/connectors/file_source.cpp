// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/file_source.h"

#include "engine/base/log.h"
#include "engine/formats/csv_decoder.h"

#include <algorithm>
#include <filesystem>

#include <glob.h>

namespace sluice::connectors {
namespace {

constexpr std::int64_t kLookEveryNs = 500'000'000;

bool isPattern(const std::string& path)
{
    return path.find_first_of("*?[") != std::string::npos;
}

// Records that begin before a byte are passed over: only reading from the start tells where one
// begins.
std::shared_ptr<RawRecords> leaveOutBefore(std::int64_t byte,
                                           const std::shared_ptr<RawRecords>& raw,
                                           std::vector<OverlongRecord>& overlong)
{
    const auto first = std::ranges::lower_bound(raw->positions, byte);
    const auto count = std::uint32_t(first - raw->positions.begin());
    if (count == 0)
        return raw;
    std::erase_if(overlong, [&](const OverlongRecord& record) { return record.index < count; });
    for (OverlongRecord& record : overlong)
        record.index -= count;
    return someRecords(*raw, count, raw->size() - count);
}

} // namespace

FileSource::FileSource(FileSourceConfig config, const flow::ColumnSet& needed)
    : m_config(std::move(config))
    , m_intake(m_config.layout, needed)
    , m_source(std::make_shared<const std::string>(m_config.node))
{
    m_follows = m_config.follows;
    m_hasHeader = m_config.layout.format == formats::RecordFormat::Csv && m_config.layout.hasHeader;
}

Status FileSource::open(const std::optional<std::string>& position)
{
    if (position) {
        SLUICE_TRY(restore(*position));
    }
    if (m_again)
        return openAgain();
    SLUICE_TRY(findFiles());
    if (m_entries.empty() && !m_follows)
        return Error{.code = ErrorCode::NotFound,
                     .message
                     = isPattern(m_config.pattern) ? "no file matches" : "there is no such file",
                     .object = m_config.pattern,
                     .hint = "Check the path; a relative one starts at the folder of the document.",
                     .cause = {}};
    return ok();
}

Status FileSource::findFiles()
{
    if (!isPattern(m_config.pattern)) {
        std::error_code error;
        if (std::filesystem::exists(m_config.pattern, error))
            m_entries.try_emplace(m_config.pattern);
        else if (error)
            return errorFromErrno(error.value(), "cannot look for the file", m_config.pattern);
        else if (m_follows && m_entries.empty())
            m_trouble = "waiting for " + m_config.pattern + ": there is no such file yet";
        return ok();
    }
    static thread_local int failure;
    static thread_local std::string failedPath;
    failure = 0;
    glob_t found{};
    const int outcome = ::glob(
        m_config.pattern.c_str(), GLOB_MARK,
        [](const char* path, int number) {
            failure = number;
            failedPath = path;
            return 0;
        },
        &found);
    for (std::size_t i = 0; outcome == 0 && i < found.gl_pathc; ++i)
        if (const std::string path = found.gl_pathv[i]; !path.ends_with('/'))
            m_entries.try_emplace(path);
    ::globfree(&found);
    if (failure != 0 && m_entries.empty())
        return errorFromErrno(failure, "cannot list the folder", failedPath);
    if (failure != 0)
        m_trouble = errorFromErrno(failure, "cannot list the folder", failedPath).text();
    return ok();
}

std::string FileSource::shownName(const std::string& path) const
{
    const std::string folder
        = m_config.shownFrom.empty() ? std::string() : m_config.shownFrom + "/";
    return !folder.empty() && path.starts_with(folder) ? path.substr(folder.size()) : path;
}

Status FileSource::begin(const std::string& path, SteadyTime now)
{
    const char quote
        = m_config.layout.format == formats::RecordFormat::Csv ? m_config.layout.quote : char(0);
    auto file = std::make_unique<FollowedFile>(path, quote, m_config.maxRecord);
    if (m_again) {
        SLUICE_TRY(checkUnchanged(path));
        file->endAt(m_again->at(path).end.offset, m_again->at(path).offsets.until);
    }
    SLUICE_TRY(file->open(m_entries[path].position));
    m_current = std::move(file);
    m_partition = std::make_shared<const std::string>(shownName(path));
    m_intake.watermarks().add(*m_partition, now);
    bool isThere = false;
    return useHeader(isThere);
}

// The decoder learns each file's own order of columns.
Status FileSource::useHeader(bool& isThere)
{
    isThere = true;
    if (!m_hasHeader)
        return ok();
    SLUICE_TRY(isThere, m_current->readHeader(!m_follows));
    if (!isThere)
        return ok();
    const auto missing = static_cast<formats::CsvDecoder&>(m_intake.decoder())
                             .setHeader(m_current->position().header);
    if (missing.empty())
        return ok();
    std::string names;
    for (const std::string& name : missing)
        names += (names.empty() ? "" : ", ") + name;
    return Error{.code = ErrorCode::DecodeFailed,
                 .message = "the header line lacks " + names,
                 .object = m_current->path() + ":1",
                 .hint = "Found: " + m_current->position().header
                     + ". Declare the names as they stand, or header: false.",
                 .cause = {}};
}

void FileSource::finishCurrent(bool isDone)
{
    Entry& entry = m_entries[m_current->path()];
    entry.position = m_current->position();
    entry.isDone = isDone;
    m_turn = m_current->path();
    if (isDone && m_again)
        letGo(m_current->path());
    else if (isDone)
        m_intake.watermarks().remove(*m_partition);
    m_current.reset();
}

// Opens the next file that has something to read; false if none has.
Result<bool> FileSource::openNext(flow::SourceContext& context)
{
    const auto usable = [&](const auto& item) {
        if (item.second.isDone || m_intake.watermarks().isWaiting(shownName(item.first)))
            return false;
        std::error_code error;
        if (!m_follows)
            return true;
        const auto size = std::filesystem::file_size(item.first, error);
        return !error && std::int64_t(size) != item.second.position.offset;
    };
    auto next = std::find_if(m_entries.upper_bound(m_turn), m_entries.end(), usable);
    if (next == m_entries.end())
        next = std::find_if(m_entries.begin(), m_entries.end(), usable);
    if (next == m_entries.end())
        return false;
    const std::string path = next->first;
    Status begun = begin(path, context.clock().steadyNow());
    if (!begun && begun.error().code == ErrorCode::NotFound && m_follows) {
        m_trouble = begun.error().text();
        m_entries.erase(path);
        return false;
    }
    if (!begun)
        return begun.error();
    return true;
}

// A file that changes between two reads: its new content is read from the start, and it is said.
void FileSource::noteChanges()
{
    for (auto it = m_entries.begin(); it != m_entries.end();) {
        auto& [path, entry] = *it;
        switch (FollowedFile::changeOf(path, entry.position)) {
        case FollowedFile::Change::None: ++it; continue;
        case FollowedFile::Change::Gone:
            m_trouble = path
                + " is gone; what had been read of it is kept, and it is read from its start when "
                  "it is back";
            m_intake.watermarks().remove(shownName(path));
            it = m_entries.erase(it);
            break;
        case FollowedFile::Change::Shrunk:
            m_trouble = path + " has shrunk: it is taken for a new file and read from its start";
            (it++)->second = Entry{};
            break;
        case FollowedFile::Change::Replaced:
            m_trouble = path + " has been replaced: the new file is read from its start";
            (it++)->second = Entry{};
            break;
        }
        log(LogLevel::Warning, m_config.node + ": " + m_trouble);
    }
}

Result<bool> FileSource::readCurrent(const flow::PollBudget& budget, flow::SourceContext& context)
{
    if (m_hasHeader && m_current->position().header.empty()) {
        bool isThere = false;
        SLUICE_TRY(useHeader(isThere));
        if (!isThere)
            return false;
    }
    auto raw = std::make_shared<RawRecords>();
    std::vector<OverlongRecord> overlong;
    SLUICE_TRY(const bool hasRead,
               m_current->read(budget.rows, budget.bytes, !m_follows, *raw, overlong));
    if (!hasRead)
        return false;
    m_rowsRead += std::int64_t(raw->size());
    for (const std::uint32_t length : raw->lengths)
        m_bytesRead += length + 1;
    if (m_again)
        raw = leaveOutBefore(m_again->at(m_current->path()).offsets.from, raw, overlong);
    if (raw->size() == 0)
        return true;
    raw->source = m_source;
    raw->partition = m_partition;
    raw->ingestTimeUs = context.clock().wallNow().us;
    raw->arrivalNs = context.clock().steadyNow().ns;
    if (!overlong.empty()) {
        for (const OverlongRecord& record : overlong)
            context.rejectRecord(
                raw, record.index, Verdict::DeadLetter,
                {.rule = "max_record",
                 .message = "the record is " + std::to_string(record.bytes)
                     + " bytes long, more than max_record allows; its first bytes are kept",
                 .values = {}});
        auto kept = std::make_shared<RawRecords>(*raw);
        for (auto record = overlong.rbegin(); record != overlong.rend(); ++record) {
            const auto at = std::ptrdiff_t(record->index);
            kept->offsets.erase(kept->offsets.begin() + at);
            kept->lengths.erase(kept->lengths.begin() + at);
            kept->positions.erase(kept->positions.begin() + at);
        }
        raw = std::move(kept);
    }
    SLUICE_TRY(m_intake.take(raw, context));
    return true;
}

// Kept records of a CSV file have the columns of its header: of one that was read, or of the first
// file that is there.
flow::RecordReader* FileSource::recordReader()
{
    if (!m_hasHeader || m_current)
        return &m_intake;
    if (m_entries.empty())
        (void)findFiles(); // what is wrong with them is said when they are opened
    for (const auto& [path, entry] : m_entries) {
        std::string header = entry.position.header;
        if (FollowedFile file(path, m_config.layout.quote, m_config.maxRecord);
            header.empty() && file.open({}) && file.readHeader(true))
            header = file.position().header;
        if (header.empty())
            continue;
        static_cast<formats::CsvDecoder&>(m_intake.decoder()).setHeader(header);
        break;
    }
    return &m_intake;
}

void FileSource::lookAround(SteadyTime now)
{
    if (now.ns - m_lookedNs < kLookEveryNs)
        return;
    m_lookedNs = now.ns;
    const std::string before = std::exchange(m_trouble, {});
    noteChanges();
    if (Status found = findFiles(); !found)
        m_trouble = found.error().text();
    if (m_trouble.empty() && before.find("waiting for") == std::string::npos)
        m_trouble = before;
}

Result<flow::PollOutcome> FileSource::poll(const flow::PollBudget& budget,
                                           flow::SourceContext& context)
{
    if (m_follows && !m_current)
        lookAround(context.clock().steadyNow());
    const std::size_t waiting = align(context);
    if (!m_current) {
        SLUICE_TRY(const bool isOpen, openNext(context));
        if (!isOpen && waiting > 0) {
            m_intake.publishWatermark(context);
            return flow::PollOutcome::Waiting;
        }
        if (!isOpen)
            return atEnd(context);
    }
    m_intake.watermarks().setCaughtUp(*m_partition, false, context.clock().steadyNow());
    SLUICE_TRY(const bool hasRead, readCurrent(budget, context));
    m_intake.publishWatermark(context);
    updateLag(context);
    if (hasRead) {
        m_trouble.clear();
        return flow::PollOutcome::More;
    }
    m_intake.watermarks().setCaughtUp(*m_partition, true, context.clock().steadyNow());
    if (!m_follows) {
        finishCurrent(true);
        return flow::PollOutcome::More;
    }
    finishCurrent(false);
    const bool hasOther = std::ranges::any_of(m_entries, [&](const auto& item) {
        std::error_code error;
        const auto size = std::filesystem::file_size(item.first, error);
        return item.first != m_turn && !error && std::int64_t(size) != item.second.position.offset;
    });
    return hasOther ? flow::PollOutcome::More : flow::PollOutcome::CaughtUp;
}

// With max_drift the files are read side by side: all are known from the start, and one that is too
// far ahead is put off. Returns how many are.
std::size_t FileSource::align(flow::SourceContext& context)
{
    if (!m_config.layout.eventTime.maxDrift)
        return 0;
    flow::PartitionWatermarks& watermarks = m_intake.watermarks();
    const SteadyTime now = context.clock().steadyNow();
    for (const auto& [path, entry] : m_entries)
        if (!entry.isDone)
            watermarks.add(shownName(path), now);
    const std::size_t waiting = watermarks.align(now);
    NodeCounters::set(context.counters().alignmentWaits, std::int64_t(waiting));
    if (m_current && watermarks.isWaiting(*m_partition))
        finishCurrent(false);
    return waiting;
}

flow::PollOutcome FileSource::atEnd(flow::SourceContext& context)
{
    // Files that have nothing new, also those that were read before a restart.
    if (m_config.layout.eventTime.idleAfter)
        for (const auto& [path, entry] : m_entries)
            m_intake.watermarks().setCaughtUp(shownName(path), true, context.clock().steadyNow());
    m_intake.publishWatermark(context);
    NodeCounters::set(context.counters().lagRows, 0);
    return m_follows ? flow::PollOutcome::CaughtUp : flow::PollOutcome::Finished;
}

// Rows left are judged by the bytes left and the mean record so far.
void FileSource::updateLag(flow::SourceContext& context) const
{
    if (m_rowsRead == 0)
        return;
    std::int64_t left = m_current->bytesLeft();
    for (const auto& [path, entry] : m_entries) {
        std::error_code error;
        if (entry.isDone || path == m_current->path())
            continue;
        const auto size = m_again ? std::int64_t(m_again->at(path).end.offset)
                                  : std::int64_t(std::filesystem::file_size(path, error));
        left += error ? 0 : std::max<std::int64_t>(0, size - entry.position.offset);
    }
    NodeCounters::set(context.counters().lagRows,
                      left * m_rowsRead / std::max<std::int64_t>(1, m_bytesRead));
}

} // namespace sluice::connectors
