// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

namespace sluice {

/// Holds the newest version of an immutable value; one writer publishes, any thread reads.
///
/// Readers keep what they got for as long as they like. The lock covers a pointer copy, so neither
/// side waits longer than that. (GCC 12's std::atomic<std::shared_ptr> is reported by TSan.)
template <class T> class Latest
{
public:
    void publish(std::shared_ptr<const T> value)
    {
        const std::lock_guard lock(m_mutex);
        m_value.swap(value); // the old version is destroyed after the lock is released
    }

    std::shared_ptr<const T> read() const
    {
        const std::lock_guard lock(m_mutex);
        return m_value;
    }

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const T> m_value;
};

} // namespace sluice
