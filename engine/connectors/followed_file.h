// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/columns/raw_records.h"
#include "engine/formats/record_splitter.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include <arrow/buffer.h>

namespace sluice::connectors {

/// A record longer than the limit: where it stood and how long it was.
struct OverlongRecord
{
    std::uint32_t index = 0; // in RawRecords; the bytes are cut
    std::int64_t bytes = 0;
};

/// Reads one file in blocks, record by record, from an offset on; knows when the file has been
/// replaced, cut or removed under it. One thread.
class FollowedFile
{
public:
    struct Position
    {
        std::uint64_t inode = 0;
        std::int64_t offset = 0; // of the first byte not handed out yet
        std::string header;      // CSV: the header line of this file
    };
    enum class Change { None, Shrunk, Replaced, Gone };

    FollowedFile(std::string path, char quote, std::int64_t maxRecord);
    ~FollowedFile();
    FollowedFile(const FollowedFile&) = delete;
    FollowedFile& operator=(const FollowedFile&) = delete;

    /// From now on the file ends at a byte, whatever comes behind it, and no record is read that
    /// begins at `until` or behind it. Before open().
    void endAt(std::int64_t byte, std::int64_t until);

    /// Opens the file at a position; an inode other than the position's begins at 0.
    Status open(const Position& position);
    bool isOpen() const { return m_fd >= 0; }

    /// Fills raw with records up to the limits. At the end of the file a line without its end is a
    /// record only if takesTail. Returns false if there was nothing.
    Result<bool> read(std::size_t maxRows, std::size_t maxBytes, bool takesTail, RawRecords& raw,
                      std::vector<OverlongRecord>& overlong);
    /// Reads the first line as the CSV header, once.
    Result<bool> readHeader(bool takesTail);

    /// Tells whether the file on disk is still the one that was read up to a position.
    static Change changeOf(const std::string& path, const Position& position);
    bool isAtEnd() const;
    std::int64_t bytesLeft() const;

    const std::string& path() const { return m_path; }
    const Position& position() const { return m_position; }

private:
    Result<bool> fill();
    std::size_t blockSize() const;
    void takeRecords(std::size_t maxRows, std::size_t maxBytes, RawRecords& raw,
                     std::vector<OverlongRecord>& overlong);
    Result<bool> skipOverlong(bool takesTail, RawRecords& raw,
                              std::vector<OverlongRecord>& overlong);
    std::int64_t fileSize() const;
    ssize_t readAt(std::int64_t offset, void* to, std::size_t bytes) const;
    std::size_t available() const { return m_end - m_begin; }

    const std::string m_path;
    const formats::RecordSplitter m_splitter;
    const std::size_t m_maxRecord;
    std::int64_t m_endByte = INT64_MAX, m_until = INT64_MAX;
    int m_fd = -1;
    Position m_position;
    std::shared_ptr<arrow::Buffer> m_block; // [m_begin, m_end) is read and not handed out
    std::size_t m_begin = 0, m_end = 0;
    std::size_t m_wantedBytes = 0; // of a whole batch, by the last one; 0: not known
};

} // namespace sluice::connectors
