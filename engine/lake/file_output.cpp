// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/file_output.h"

#include "engine/columns/recycling_pool.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace sluice::lake {
namespace {

// What is smaller is copied to its neighbours.
constexpr std::int64_t kOwnBuffer = 64 << 10;
constexpr std::int64_t kTailBytes = 256 << 10;
// From here on a thread is worth it; a smaller file is probably read again soon.
constexpr std::int64_t kLargeFile = 2 * std::int64_t(UncachedWriter::kBlockBytes);

arrow::Status toArrow(const Status& status)
{
    return status ? arrow::Status::OK() : arrow::Status::IOError(status.error().message);
}

std::string_view textOf(const arrow::Buffer& buffer)
{
    return {buffer.data_as<char>(), std::size_t(buffer.size())};
}

} // namespace

arrow::Result<std::shared_ptr<FileOutput>> FileOutput::create(const std::string& path)
{
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0)
        return arrow::Status::IOError("cannot create ", path, ": ", std::strerror(errno));
    return std::shared_ptr<FileOutput>(new FileOutput(file, path));
}

FileOutput::FileOutput(int descriptor, std::string path)
    : m_path(std::move(path))
    , m_descriptor(descriptor)
{
}

FileOutput::~FileOutput()
{
    if (!m_isClosed) { // given up: what waits is not wanted any more
        const std::lock_guard lock(m_mutex);
        m_waiting.clear();
        m_waitingBytes = 0;
    }
    end();
    if (m_writing.joinable())
        m_writing.join();
    closeDescriptor();
}

arrow::Status FileOutput::Write(const void* data, std::int64_t size)
{
    while (size > 0) {
        if (!m_tail) {
            ARROW_ASSIGN_OR_RAISE(m_tail,
                                  arrow::AllocateResizableBuffer(kTailBytes, recyclingPool()));
            m_tailBytes = 0;
        }
        const std::int64_t taken = std::min(size, kTailBytes - m_tailBytes);
        std::memcpy(m_tail->mutable_data() + m_tailBytes, data, std::size_t(taken));
        m_tailBytes += taken;
        m_position += taken;
        data = static_cast<const char*>(data) + taken;
        size -= taken;
        if (m_tailBytes == kTailBytes)
            ARROW_RETURN_NOT_OK(handTail());
    }
    return arrow::Status::OK();
}

arrow::Status FileOutput::Write(const std::shared_ptr<arrow::Buffer>& data)
{
    if (data->size() < kOwnBuffer)
        return Write(data->data(), data->size());
    ARROW_RETURN_NOT_OK(handTail());
    m_position += data->size();
    return hand(data);
}

arrow::Status FileOutput::handTail()
{
    if (!m_tail)
        return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(m_tail->Resize(m_tailBytes, false));
    return hand(std::exchange(m_tail, nullptr));
}

arrow::Status FileOutput::hand(std::shared_ptr<arrow::Buffer> data)
{
    std::unique_lock lock(m_mutex);
    const bool isLarge = m_writing.joinable();
    m_changed.wait(lock, [&] { return !isLarge || m_waitingBytes < kMostWaiting || !m_outcome; });
    ARROW_RETURN_NOT_OK(toArrow(m_outcome));
    m_waitingBytes += data->size();
    m_waiting.push_back(std::move(data));
    if (isLarge)
        m_changed.notify_all();
    else if (m_waitingBytes >= kLargeFile)
        m_writing = std::thread([this] { writeWaiting(); });
    return arrow::Status::OK();
}

// On the writing thread.
void FileOutput::writeWaiting()
{
    UncachedWriter writer(m_descriptor, 0, m_path);
    std::unique_lock lock(m_mutex);
    while (m_outcome) {
        m_changed.wait(lock, [&] { return m_isEnding || !m_waiting.empty(); });
        if (m_waiting.empty())
            break;
        std::shared_ptr<arrow::Buffer> next = std::move(m_waiting.front());
        m_waiting.pop_front();
        lock.unlock();
        const std::int64_t bytes = next->size();
        const Status written = writer.append(textOf(*next));
        next.reset();
        lock.lock();
        m_outcome = written;
        m_waitingBytes -= bytes;
        m_changed.notify_all();
    }
    if (m_outcome)
        m_outcome = writer.finish();
    m_waiting.clear();
    closeDescriptor();
}

void FileOutput::writeSmall()
{
    std::uint64_t at = 0;
    for (const auto& data : m_waiting) {
        if (m_outcome)
            m_outcome = writeAt(m_descriptor, at, textOf(*data), m_path);
        at += std::uint64_t(data->size());
    }
    m_waiting.clear();
    closeDescriptor();
}

void FileOutput::closeDescriptor()
{
    if (m_descriptor >= 0 && ::close(std::exchange(m_descriptor, -1)) != 0 && m_outcome)
        m_outcome = errorFromErrno(errno, "cannot close", m_path);
}

arrow::Status FileOutput::Close()
{
    if (m_isClosed)
        return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(handTail());
    m_isClosed = true;
    end();
    if (m_writing.joinable())
        return arrow::Status::OK();
    writeSmall();
    return toArrow(m_outcome);
}

void FileOutput::end()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isEnding = true;
    }
    m_changed.notify_all();
}

Status FileOutput::wait()
{
    if (m_writing.joinable())
        m_writing.join();
    return m_outcome;
}

} // namespace sluice::lake
