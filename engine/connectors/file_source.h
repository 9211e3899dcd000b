// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connectors/followed_file.h"
#include "engine/connectors/record_intake.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::connectors {

struct FileSourceConfig
{
    std::string node;
    std::string pattern;   // absolute path or glob
    std::string shownFrom; // folder that partitions are named from
    bool follows = false;
    std::int64_t maxRecord = 8 << 20;
    formats::RecordLayout layout;
};

/// Reads JSON lines or CSV from the files that a pattern names, one after the other in the order of
/// their names; following, it goes on as they grow and as new ones come. Each file is a partition;
/// with max_drift they are read side by side, the slower ones in event time first.
/// What has been read is part of the position: {"files":[{"path","inode","offset","header"}],...}.
///
/// Reading again, it takes the files that were read before, each to the byte to which it was: one
/// that is gone, replaced or cut since is an error. An offset of the range is the byte at which a
/// record begins; files do not know when a record arrived, so a range of times is refused.
class FileSource final : public flow::Source
{
public:
    static flow::NodeKind kind();

    FileSource(FileSourceConfig config, const flow::ColumnSet& needed);

    Status open(const std::optional<std::string>& position) override;
    Result<flow::PollOutcome> poll(const flow::PollBudget& budget,
                                   flow::SourceContext& context) override;
    std::string position() const override;
    flow::RecordReader* recordReader() override;
    Status readAgain(const flow::RecordRange& range, const std::string& upTo) override;
    std::string trouble() const override { return m_trouble; }

private:
    struct Entry
    {
        FollowedFile::Position position;
        bool isDone = false; // read to its end and not followed
    };

    /// What is read again of a file.
    struct Again
    {
        FollowedFile::Position end;
        flow::OffsetSpan offsets;
    };

    struct Position
    {
        std::map<std::string, FollowedFile::Position> files; // by path
        DocumentNode watermarks;
    };

    Result<Position> readPosition(const std::string& text) const;
    Status restore(const std::string& position);
    Status openAgain();
    void letGo(const std::string& path);
    Status checkUnchanged(const std::string& path) const;
    Status findFiles();
    Result<bool> openNext(flow::SourceContext& context);
    Status begin(const std::string& path, SteadyTime now);
    Result<bool> readCurrent(const flow::PollBudget& budget, flow::SourceContext& context);
    Status useHeader(bool& isThere);
    void noteChanges();
    void finishCurrent(bool isDone);
    void lookAround(SteadyTime now);
    std::size_t align(flow::SourceContext& context);
    flow::PollOutcome atEnd(flow::SourceContext& context);
    std::string shownName(const std::string& path) const;
    void updateLag(flow::SourceContext& context) const;

    const FileSourceConfig m_config;
    RecordIntake m_intake;
    std::map<std::string, Entry> m_entries;              // by path
    std::optional<std::map<std::string, Again>> m_again; // by path
    std::unique_ptr<FollowedFile> m_current;
    std::shared_ptr<const std::string> m_source, m_partition;
    std::string m_turn; // following: the file read last, so that each gets its turn
    bool m_hasHeader = false;
    bool m_follows = false;
    std::string m_trouble;
    std::int64_t m_lookedNs = 0;
    std::int64_t m_bytesRead = 0, m_rowsRead = 0;
};

} // namespace sluice::connectors
