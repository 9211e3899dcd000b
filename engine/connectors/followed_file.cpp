// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/followed_file.h"

#include "engine/columns/recycling_pool.h"
#include "engine/columns/types.h"
#include "engine/formats/record_decoder.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::connectors {
namespace {

constexpr std::size_t kFirstBlock = 1 << 20, kLeastBlock = 256 << 10, kMostBlock = 4 << 20;
constexpr std::size_t kPage = 4096;
constexpr std::size_t kKeptOfOverlong = 64 << 10;

} // namespace

FollowedFile::FollowedFile(std::string path, char quote, std::int64_t maxRecord)
    : m_path(std::move(path))
    , m_splitter(quote)
    , m_maxRecord(std::size_t(maxRecord))
{
}

FollowedFile::~FollowedFile()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

void FollowedFile::endAt(std::int64_t byte, std::int64_t until)
{
    m_endByte = byte;
    m_until = until;
}

// As pread; 0 at the end, negative with errno set.
ssize_t FollowedFile::readAt(std::int64_t offset, void* to, std::size_t bytes) const
{
    const std::int64_t left = std::max<std::int64_t>(0, m_endByte - offset);
    ssize_t got = 0;
    do {
        got = ::pread(m_fd, to, std::min(bytes, std::size_t(left)), offset);
    } while (got < 0 && errno == EINTR);
    return got;
}

Status FollowedFile::open(const Position& position)
{
    if (m_fd >= 0)
        ::close(m_fd);
    m_fd = ::open(m_path.c_str(), O_RDONLY | O_CLOEXEC);
    if (m_fd < 0)
        return errorFromErrno(errno, "cannot open the file", m_path);
    struct stat info
    {
    };
    if (::fstat(m_fd, &info) != 0)
        return errorFromErrno(errno, "cannot look at the file", m_path);
    if (!S_ISREG(info.st_mode))
        return Error{.code = ErrorCode::ConfigInvalid,
                     .message = "this is no regular file",
                     .object = m_path,
                     .hint = "Name a file, or a pattern such as " + m_path + "/*.jsonl.",
                     .cause = {}};
    m_position = position;
    if (position.inode != info.st_ino)
        m_position = {.inode = info.st_ino, .offset = 0, .header = {}};
    m_block.reset();
    m_begin = m_end = 0;
    return ok();
}

std::int64_t FollowedFile::fileSize() const
{
    struct stat info
    {
    };
    return m_fd >= 0 && ::fstat(m_fd, &info) == 0 ? std::min<std::int64_t>(info.st_size, m_endByte)
                                                  : 0;
}

std::int64_t FollowedFile::bytesLeft() const
{
    return std::max<std::int64_t>(0, fileSize() - m_position.offset);
}

bool FollowedFile::isAtEnd() const
{
    return available() == 0 && bytesLeft() == 0;
}

FollowedFile::Change FollowedFile::changeOf(const std::string& path, const Position& position)
{
    struct stat now
    {
    };
    if (::stat(path.c_str(), &now) != 0)
        return Change::Gone;
    if (position.inode == 0)
        return Change::None; // not begun yet
    if (now.st_ino != position.inode)
        return Change::Replaced;
    return now.st_size < position.offset ? Change::Shrunk : Change::None;
}

// A block holds a batch, as far as that can be foretold: what is passed on is still in a cache
// then, and no batch is small because its block ended.
std::size_t FollowedFile::blockSize() const
{
    if (m_wantedBytes == 0)
        return kFirstBlock;
    const std::size_t wanted = m_wantedBytes + m_wantedBytes / 32;
    const std::size_t more = wanted > available() ? wanted - available() : 0;
    return std::clamp((more + kPage - 1) / kPage * kPage, kLeastBlock, kMostBlock);
}

// Makes a block that begins with what is left of the last one and reads on behind it. Batches may
// still hold the old block, so it is never written to again. What is read comes to lie in its pages
// as it does in the file's: the processor copies other pages at a quarter of the speed.
Result<bool> FollowedFile::fill()
{
    const std::size_t left = available();
    const std::size_t room = blockSize();
    auto made = arrow::AllocateBuffer(std::int64_t(left + kPage + room + RawRecords::kPadding),
                                      recyclingPool());
    if (!made.ok())
        return errorFromArrow(made.status(), m_path);
    std::shared_ptr<arrow::Buffer> block = std::move(*made);
    const auto address = reinterpret_cast<std::uintptr_t>(block->data());
    const std::int64_t offset = m_position.offset + std::int64_t(left);
    const std::size_t begin = (std::uint64_t(offset) - address - left) % kPage;
    std::uint8_t* const to = block->mutable_data() + begin + left;
    if (left > 0)
        std::memcpy(to - left, m_block->data() + m_begin, left);
    const ssize_t got = readAt(offset, to, room);
    if (got < 0)
        return errorFromErrno(errno, "cannot read the file", m_path);
    std::memset(to + got, 0, RawRecords::kPadding);
    m_block = std::move(block);
    m_begin = begin;
    m_end = begin + left + std::size_t(got);
    return got > 0;
}

Result<bool> FollowedFile::readHeader(bool takesTail)
{
    while (m_position.header.empty()) {
        const std::string_view rest = available() == 0
            ? std::string_view()
            : std::string_view(reinterpret_cast<const char*>(m_block->data()) + m_begin,
                               available());
        std::size_t length = m_splitter.recordLength(rest);
        std::size_t taken = length + 1;
        if (length == std::string_view::npos) {
            SLUICE_TRY(const bool hasMore, fill());
            if (hasMore)
                continue;
            if (!takesTail || available() == 0)
                return false;
            length = taken = available();
        }
        m_position.header.assign(reinterpret_cast<const char*>(m_block->data()) + m_begin, length);
        if (m_position.header.ends_with('\r'))
            m_position.header.pop_back();
        m_begin += taken;
        m_position.offset += std::int64_t(taken);
    }
    return true;
}

// Takes the records that end in the block, up to the limits.
void FollowedFile::takeRecords(std::size_t maxRows, std::size_t maxBytes, RawRecords& raw,
                               std::vector<OverlongRecord>& overlong)
{
    static_assert(formats::RecordSplitter::kPadding <= RawRecords::kPadding);
    const char* base = reinterpret_cast<const char*>(m_block->data());
    const std::int64_t blockOffset = m_position.offset - std::int64_t(m_begin);
    std::size_t bytes = 0, begin = m_begin, rows = raw.size();
    const std::size_t last = rows + maxRows;
    raw.offsets.resize(last);
    raw.lengths.resize(last);
    raw.positions.resize(last);
    raw.isAscii = m_splitter.eachRecord(
        {base + m_begin, available()}, [&](std::size_t length) __attribute__((always_inline)) {
            std::size_t kept = length;
            if (kept > 0 && base[begin + kept - 1] == '\r')
                --kept;
            if (kept > m_maxRecord) {
                overlong.push_back({std::uint32_t(rows), std::int64_t(kept)});
                kept = std::min(kept, kKeptOfOverlong);
            }
            raw.offsets[rows] = std::uint32_t(begin);
            raw.lengths[rows] = std::uint32_t(kept);
            raw.positions[rows] = blockOffset + std::int64_t(begin);
            rows += kept > 0 ? 1 : 0; // an empty line is no record
            begin += length + 1;
            bytes += kept; // not of empty lines: what ends here has records, or takes all
            return rows < last && bytes < maxBytes && blockOffset + std::int64_t(begin) < m_until;
        });
    raw.offsets.resize(rows);
    raw.lengths.resize(rows);
    raw.positions.resize(rows);
    if (raw.size() > 0)
        m_wantedBytes = std::min(maxBytes, (begin - m_begin) * maxRows / raw.size());
    m_begin = begin;
    m_position.offset = blockOffset + std::int64_t(begin);
}

Result<bool> FollowedFile::read(std::size_t maxRows, std::size_t maxBytes, bool takesTail,
                                RawRecords& raw, std::vector<OverlongRecord>& overlong)
{
    if (available() > 0 && available() < m_wantedBytes) { // less than a batch
        SLUICE_TRY(fill());
    }
    for (;;) {
        if (available() > 0 && m_position.offset < m_until)
            takeRecords(maxRows, maxBytes, raw, overlong);
        if (raw.size() > 0 || m_position.offset >= m_until)
            break;
        if (available() > m_maxRecord + 1) // no end in sight: pass it over piece by piece
            return skipOverlong(takesTail, raw, overlong);
        SLUICE_TRY(const bool hasMore, fill());
        if (hasMore)
            continue;
        if (takesTail && available() > 0) {
            raw.offsets.push_back(std::uint32_t(m_begin));
            raw.lengths.push_back(std::uint32_t(available()));
            raw.positions.push_back(m_position.offset);
            m_position.offset += std::int64_t(available());
            m_begin = m_end;
        }
        break;
    }
    raw.bytes = m_block;
    return raw.size() > 0;
}

// The first bytes of the record are kept for the dead letter; the rest is read and forgotten, so
// that a file without line ends costs no memory.
Result<bool> FollowedFile::skipOverlong(bool takesTail, RawRecords& raw,
                                        std::vector<OverlongRecord>& overlong)
{
    const std::size_t kept = std::min(available(), kKeptOfOverlong);
    const std::int64_t start = m_position.offset;
    std::int64_t scanned = std::int64_t(available());
    const std::string head(reinterpret_cast<const char*>(m_block->data()) + m_begin, kept);
    std::string piece(1 << 20, '\0');
    bool isEnded = false;
    for (;;) {
        const ssize_t got = readAt(start + scanned, piece.data(), piece.size());
        if (got < 0)
            return errorFromErrno(errno, "cannot read the file", m_path);
        const void* end = std::memchr(piece.data(), '\n', std::size_t(got));
        if (end) {
            scanned += static_cast<const char*>(end) - piece.data();
            isEnded = true;
            break;
        }
        if (got == 0)
            break;
        scanned += got;
    }
    if (!isEnded && !takesTail)
        return false; // it may still grow; looked at again then
    auto bytes = arrow::AllocateBuffer(std::int64_t(kept + RawRecords::kPadding));
    if (!bytes.ok())
        return errorFromArrow(bytes.status(), m_path);
    std::memcpy((*bytes)->mutable_data(), head.data(), kept);
    raw.bytes = std::move(*bytes);
    raw.offsets.push_back(0);
    raw.lengths.push_back(std::uint32_t(kept));
    raw.positions.push_back(start);
    overlong.push_back({0, scanned});
    m_position.offset = start + scanned + (isEnded ? 1 : 0);
    m_block.reset();
    m_begin = m_end = 0;
    return true;
}

} // namespace sluice::connectors
