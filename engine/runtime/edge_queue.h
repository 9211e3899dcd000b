// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runtime/edge_tap.h"
#include "engine/runtime/message.h"

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace sluice::runtime {

class Task;

/// The queue of one edge: one task writes, one reads, both on any worker. Bounded in batches and
/// bytes: the writer asks hasRoom() before it starts on a batch and waits if there is none, so
/// nothing is ever dropped. The lock is held for a pointer move; batches are thousands of rows.
class EdgeQueue
{
public:
    static constexpr std::size_t kMaxBatches = 16;
    static constexpr std::int64_t kMaxBytes = 64 << 20;

    EdgeQueue(Task* writer, Task* reader, std::size_t readerInput);

    /// Appends and wakes the reader. Bytes of a batch are counted by the writer.
    void push(Message message, std::int64_t bytes = 0);
    /// Takes the oldest message; wakes the writer if it waits and there is room again.
    std::optional<Message> pop();
    /// Tells whether the writer may go on; if not, the writer is woken when it may.
    bool hasRoomOrWake();

    /// Calls watcher with each message before it is queued; set before the first.
    void watch(std::function<void(const Message&)> watcher) { m_watcher = std::move(watcher); }

    std::size_t readerInput() const { return m_readerInput; }
    double fillShare() const;
    std::int64_t queuedRows() const { return m_queuedRows.load(std::memory_order_relaxed); }
    std::uint64_t rows() const { return m_rows.load(std::memory_order_relaxed); }
    std::uint64_t bytes() const { return m_bytes.load(std::memory_order_relaxed); }
    EdgeTap& tap() { return m_tap; }

private:
    struct Item
    {
        Message message;
        std::int64_t bytes = 0;
    };

    Task* m_writer;
    Task* m_reader;
    std::size_t m_readerInput;
    mutable std::mutex m_mutex;
    std::deque<Item> m_items;
    std::size_t m_batches = 0;
    bool m_isWriterWaiting = false;
    std::atomic<std::int64_t> m_queuedRows{0}, m_queuedBytes{0}, m_queuedBatches{0};
    std::atomic<std::uint64_t> m_rows{0}, m_bytes{0};
    EdgeTap m_tap;
    std::function<void(const Message&)> m_watcher;
};

} // namespace sluice::runtime
