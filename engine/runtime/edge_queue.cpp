// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/edge_queue.h"

#include "engine/runtime/task.h"

#include <algorithm>

namespace sluice::runtime {

EdgeQueue::EdgeQueue(Task* writer, Task* reader, std::size_t readerInput)
    : m_writer(writer)
    , m_reader(reader)
    , m_readerInput(readerInput)
{
}

void EdgeQueue::push(Message message, std::int64_t bytes)
{
    if (m_watcher)
        m_watcher(message);
    std::int64_t rows = 0;
    const bool isBatch = std::holds_alternative<Batch>(message);
    if (isBatch) {
        const Batch& batch = std::get<Batch>(message);
        rows = batch.rows();
        m_tap.offer(batch);
    }
    {
        const std::lock_guard lock(m_mutex);
        m_items.push_back({std::move(message), bytes});
        if (isBatch)
            ++m_batches;
    }
    if (isBatch) {
        m_queuedRows.fetch_add(rows, std::memory_order_relaxed);
        m_queuedBytes.fetch_add(bytes, std::memory_order_relaxed);
        m_queuedBatches.fetch_add(1, std::memory_order_relaxed);
        m_rows.fetch_add(std::uint64_t(rows), std::memory_order_relaxed);
        m_bytes.fetch_add(std::uint64_t(bytes), std::memory_order_relaxed);
    }
    m_reader->wake();
}

std::optional<Message> EdgeQueue::pop()
{
    Item item;
    bool wakesWriter = false;
    {
        const std::lock_guard lock(m_mutex);
        if (m_items.empty())
            return std::nullopt;
        item = std::move(m_items.front());
        m_items.pop_front();
        if (std::holds_alternative<Batch>(item.message)) {
            --m_batches;
            m_queuedRows.fetch_sub(std::get<Batch>(item.message).rows(), std::memory_order_relaxed);
            m_queuedBytes.fetch_sub(item.bytes, std::memory_order_relaxed);
            m_queuedBatches.fetch_sub(1, std::memory_order_relaxed);
        }
        // Half empty, not one free place: the writer then works on a run of batches.
        if (m_isWriterWaiting && m_batches <= kMaxBatches / 2) {
            m_isWriterWaiting = false;
            wakesWriter = true;
        }
    }
    if (wakesWriter)
        m_writer->wake();
    return std::move(item.message);
}

bool EdgeQueue::hasRoomOrWake()
{
    const std::lock_guard lock(m_mutex);
    const bool hasRoom = m_batches < kMaxBatches
        && (m_batches == 0 || m_queuedBytes.load(std::memory_order_relaxed) < kMaxBytes);
    m_isWriterWaiting = !hasRoom;
    return hasRoom;
}

double EdgeQueue::fillShare() const
{
    const double batches = double(m_queuedBatches.load(std::memory_order_relaxed));
    const double bytes = double(m_queuedBytes.load(std::memory_order_relaxed));
    return std::min(1.0, std::max(batches / double(kMaxBatches), bytes / double(kMaxBytes)));
}

} // namespace sluice::runtime
