// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::runtime {

class Task;

/// Decides when tasks step, and where: worker threads (Scheduler), or one thread that chooses after
/// a seed (tests).
class TaskQueue
{
public:
    TaskQueue() = default;
    virtual ~TaskQueue() = default;
    TaskQueue(const TaskQueue&) = delete;
    TaskQueue& operator=(const TaskQueue&) = delete;

    /// Queues a task that is not queued (called by Task::wake). Any thread.
    virtual void enqueue(Task* task) = 0;
    /// Wakes a task at a point of the steady clock, in ns. Any thread.
    virtual void wakeAt(Task* task, std::int64_t steadyNs) = 0;
    /// Forgets a task's timers and waits until it does not step any more. The task must not be
    /// woken any more by others.
    virtual void remove(Task* task) = 0;

protected:
    /// Lets a queued task step; true if it goes on at once.
    static bool step(Task& task);
    /// Marks an idle task as queued; true if the caller must queue it.
    static bool markReady(Task& task);
};

} // namespace sluice::runtime
