// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runtime/task_queue.h"

#include <queue>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::runtime {

/// Runs tasks on worker threads. A task runs on at most one worker at a time; it is queued when it
/// is woken and steps for about a millisecond. Tasks further from the sources go first, so that
/// what is inside drains before more comes in. Any thread may call.
class Scheduler final : public TaskQueue
{
public:
    /// Starts the threads; workers >= 1.
    explicit Scheduler(int workers);
    ~Scheduler() override;

    void enqueue(Task* task) override;
    void wakeAt(Task* task, std::int64_t steadyNs) override;
    void remove(Task* task) override;
    int workers() const { return int(m_threads.size()); }

private:
    struct Ready
    {
        int depth;
        std::uint64_t order;
        Task* task;
        bool operator<(const Ready& other) const
        {
            return depth != other.depth ? depth < other.depth : order > other.order;
        }
    };
    struct Timer
    {
        std::int64_t at;
        Task* task;
        bool operator<(const Timer& other) const { return at > other.at; }
    };

    void work();
    void fireTimers(std::int64_t now);

    std::mutex m_mutex;
    std::condition_variable m_hasWork;
    std::condition_variable m_taskLeft;
    std::priority_queue<Ready> m_ready;
    std::vector<Timer> m_timers; // heap
    std::vector<Task*> m_running;
    std::uint64_t m_order = 0;
    bool m_isStopping = false;
    std::vector<std::thread> m_threads;
};

} // namespace sluice::runtime
