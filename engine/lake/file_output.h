// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/uncached_writer.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

namespace sluice::lake {

/// A file that is written from its beginning to its end. A large one is written on a thread of its
/// own and past the page cache, while the caller encodes what comes next; of what was handed over
/// at most kMostWaiting stands in memory, then the caller waits. A small one goes to the page cache
/// when it is closed. One thread calls, another one may wait(); an error is told by the next call.
class FileOutput final : public arrow::io::OutputStream
{
public:
    static constexpr std::int64_t kMostWaiting = 96 << 20;

    /// Creates the file, or empties one that is there; its folder must exist.
    static arrow::Result<std::shared_ptr<FileOutput>> create(const std::string& path);
    ~FileOutput() override;

    arrow::Status Write(const void* data, std::int64_t size) override;
    /// Keeps the buffer until it is written; nobody may change it.
    arrow::Status Write(const std::shared_ptr<arrow::Buffer>& data) override;
    arrow::Result<std::int64_t> Tell() const override { return m_position; }
    /// Ends the file, which may be on its way still: wait() before anybody reads it.
    arrow::Status Close() override;
    bool closed() const override { return m_isClosed; }
    /// Waits until a closed file is written as far as the system has it; not durable yet.
    Status wait();

private:
    FileOutput(int descriptor, std::string path);
    arrow::Status hand(std::shared_ptr<arrow::Buffer> data);
    arrow::Status handTail();
    void writeWaiting();
    void writeSmall();
    void closeDescriptor();
    void end();

    const std::string m_path;
    int m_descriptor; // the writing thread's, while there is one
    bool m_isClosed = false;
    std::int64_t m_position = 0;
    std::shared_ptr<arrow::ResizableBuffer> m_tail; // small writes, gathered
    std::int64_t m_tailBytes = 0;
    std::thread m_writing; // of a large file

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::shared_ptr<arrow::Buffer>> m_waiting;
    std::int64_t m_waitingBytes = 0;
    bool m_isEnding = false;
    Status m_outcome = ok(); // of what was written so far
};

} // namespace sluice::lake
