// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/edge_tap.h"

#include "engine/base/time.h"

#include <algorithm>

namespace sluice::runtime {

void EdgeTap::offer(const Batch& batch)
{
    constexpr std::int64_t kPeriodNs = 100'000'000;
    const std::int64_t now = systemClock().steadyNow().ns;
    if (now < m_nextNs.load(std::memory_order_relaxed) || batch.rows() == 0)
        return;
    m_nextNs.store(now + kPeriodNs, std::memory_order_relaxed);
    std::vector<std::uint32_t> rows;
    for (std::int64_t row = std::max<std::int64_t>(0, batch.rows() - kRowsASample);
         row < batch.rows(); ++row)
        rows.push_back(std::uint32_t(row));
    Batch newest = batch;
    newest.raw.reset();
    auto copied = takeRows(newest, rows);
    if (!copied.ok()) // nothing to look at is no reason to stop
        return;
    Sample sample{.wallUs = systemClock().wallNow().us, .batch = std::move(*copied)};
    const std::lock_guard lock(m_mutex);
    m_samples.push_back(std::move(sample));
    if (m_samples.size() > kSamples)
        m_samples.pop_front();
}

std::vector<EdgeTap::Sample> EdgeTap::samples() const
{
    const std::lock_guard lock(m_mutex);
    return {m_samples.begin(), m_samples.end()};
}

} // namespace sluice::runtime
