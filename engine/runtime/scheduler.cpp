// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/scheduler.h"

#include "engine/base/time.h"
#include "engine/runtime/task.h"

#include <algorithm>
#include <chrono>

#include <pthread.h>

namespace sluice::runtime {

Scheduler::Scheduler(int workers)
{
    for (int i = 0; i < std::max(workers, 1); ++i)
        m_threads.emplace_back([this, i] {
            const std::string name = "sluice-w" + std::to_string(i);
            pthread_setname_np(pthread_self(), name.c_str());
            work();
        });
}

Scheduler::~Scheduler()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isStopping = true;
    }
    m_hasWork.notify_all();
    for (std::thread& thread : m_threads)
        thread.join();
}

void Scheduler::enqueue(Task* task)
{
    {
        const std::lock_guard lock(m_mutex);
        m_ready.push({task->depth(), m_order++, task});
    }
    m_hasWork.notify_one();
}

void Scheduler::wakeAt(Task* task, std::int64_t steadyNs)
{
    {
        const std::lock_guard lock(m_mutex);
        m_timers.push_back({steadyNs, task});
        std::push_heap(m_timers.begin(), m_timers.end());
    }
    m_hasWork.notify_one();
}

void Scheduler::remove(Task* task)
{
    std::unique_lock lock(m_mutex);
    std::erase_if(m_timers, [task](const Timer& timer) { return timer.task == task; });
    std::make_heap(m_timers.begin(), m_timers.end());
    std::priority_queue<Ready> kept;
    for (; !m_ready.empty(); m_ready.pop()) {
        if (m_ready.top().task != task)
            kept.push(m_ready.top());
    }
    m_ready = std::move(kept);
    // A retired task never asks to go on, so once no worker is in it, none comes back.
    m_taskLeft.wait(lock, [&] { return std::ranges::find(m_running, task) == m_running.end(); });
    std::erase_if(m_timers, [task](const Timer& timer) { return timer.task == task; });
    std::make_heap(m_timers.begin(), m_timers.end());
}

void Scheduler::fireTimers(std::int64_t now)
{
    while (!m_timers.empty() && m_timers.front().at <= now) {
        Task* task = m_timers.front().task;
        std::pop_heap(m_timers.begin(), m_timers.end());
        m_timers.pop_back();
        if (markReady(*task))
            m_ready.push({task->depth(), m_order++, task});
    }
}

void Scheduler::work()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        fireTimers(systemClock().steadyNow().ns);
        if (m_isStopping)
            return;
        if (m_ready.empty()) {
            if (m_timers.empty()) {
                m_hasWork.wait(lock);
            } else {
                const auto wait = m_timers.front().at - systemClock().steadyNow().ns;
                m_hasWork.wait_for(lock, std::chrono::nanoseconds(std::max<std::int64_t>(wait, 0)));
            }
            continue;
        }
        Task* task = m_ready.top().task;
        m_ready.pop();
        m_running.push_back(task);
        lock.unlock();
        const bool goesOn = step(*task);
        lock.lock();
        m_running.erase(std::ranges::find(m_running, task));
        if (goesOn)
            m_ready.push({task->depth(), m_order++, task});
        m_taskLeft.notify_all();
    }
}

} // namespace sluice::runtime
