// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/latency_window.h"

namespace sluice::runtime {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

} // namespace

void LatencyWindow::add(std::int64_t steadyNs, std::int64_t latencyUs, std::uint64_t rows)
{
    const std::int64_t second = steadyNs / kSecondNs;
    const std::lock_guard lock(m_mutex);
    Slot& slot = m_slots[std::size_t(second % kSeconds)];
    if (slot.second != second) {
        slot.second = second;
        slot.histogram.clear();
    }
    slot.histogram.add(latencyUs, rows);
    m_total.add(latencyUs, rows);
}

LatencyHistogram LatencyWindow::merged(std::int64_t steadyNs, int seconds) const
{
    const std::int64_t now = steadyNs / kSecondNs;
    LatencyHistogram out;
    const std::lock_guard lock(m_mutex);
    for (const Slot& slot : m_slots) {
        if (slot.second >= 0 && now - slot.second < seconds)
            out.merge(slot.histogram);
    }
    return out;
}

LatencyHistogram LatencyWindow::total() const
{
    const std::lock_guard lock(m_mutex);
    return m_total;
}

} // namespace sluice::runtime
