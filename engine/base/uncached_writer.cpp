// SPDX-License-Identifier: Apache-2.0
#include "engine/base/uncached_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace sluice {
namespace {

// What a device takes at the least, and a page: memory, place and length are multiples of it.
constexpr std::size_t kUnit = 4096;

} // namespace

Status writeAt(int descriptor, std::uint64_t offset, std::string_view bytes,
               const std::string& path)
{
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(descriptor, bytes.data(), bytes.size(), off_t(offset));
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errorFromErrno(errno, "cannot write", path);
        offset += std::uint64_t(written);
        bytes.remove_prefix(std::size_t(written));
    }
    return ok();
}

UncachedWriter::UncachedWriter(int descriptor, std::uint64_t offset, std::string path)
    : m_descriptor(descriptor)
    , m_path(std::move(path))
    , m_offset(offset)
    , m_room(kBlockBytes - offset % kBlockBytes)
    , m_block(static_cast<char*>(std::aligned_alloc(kUnit, kBlockBytes)))
{
}

UncachedWriter::~UncachedWriter()
{
    setPassing(false);
}

Status UncachedWriter::append(std::string_view bytes)
{
    if (!m_block) { // no memory: through the cache, then
        SLUICE_TRY(writeAt(m_descriptor, m_offset, bytes, m_path));
        m_offset += bytes.size();
        return ok();
    }
    while (!bytes.empty()) {
        const std::size_t taken = std::min(bytes.size(), m_room - m_filled);
        std::memcpy(m_block.get() + m_filled, bytes.data(), taken);
        m_filled += taken;
        bytes.remove_prefix(taken);
        if (m_filled == m_room)
            SLUICE_TRY(writeOut());
    }
    return ok();
}

Status UncachedWriter::finish()
{
    return writeOut();
}

Status UncachedWriter::writeOut()
{
    // The first block may begin, and the last one end, within a unit: that part the system writes.
    const std::string_view bytes(m_block.get(), m_filled);
    const std::size_t whole = m_offset % kUnit == 0 ? bytes.size() / kUnit * kUnit : 0;
    SLUICE_TRY(const std::size_t passed, writePast(bytes.substr(0, whole)));
    setPassing(false);
    SLUICE_TRY(writeAt(m_descriptor, m_offset + passed, bytes.substr(passed), m_path));
    m_offset += bytes.size();
    m_filled = 0;
    m_room = kBlockBytes - m_offset % kBlockBytes;
    return ok();
}

// Returns how many bytes of these whole units were written past the cache: none where it is
// refused.
Result<std::size_t> UncachedWriter::writePast(std::string_view bytes)
{
    std::size_t done = 0;
    while (m_canPass && done < bytes.size()) {
        setPassing(true);
        if (!m_isPassing)
            break;
        const ssize_t written = ::pwrite(m_descriptor, bytes.data() + done, bytes.size() - done,
                                         off_t(m_offset + done));
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno != EINVAL)
            return errorFromErrno(errno, "cannot write", m_path);
        done += std::size_t(std::max<ssize_t>(written, 0));
        m_canPass = written > 0 && done % kUnit == 0;
    }
    return done;
}

void UncachedWriter::setPassing(bool isPassing)
{
    if (isPassing == m_isPassing)
        return;
    const int flags = ::fcntl(m_descriptor, F_GETFL);
    const bool isSet
        = ::fcntl(m_descriptor, F_SETFL, isPassing ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
    m_isPassing = isPassing && isSet;
    m_canPass = m_canPass && isSet;
}

} // namespace sluice
