// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/batch.h"

#include <atomic>
#include <deque>
#include <mutex>
#include <vector>

namespace sluice::runtime {

/// Remembers the newest rows of an edge for the console: at most 16 times 16 rows, taken at most
/// every 100 ms, so that a busy edge pays a clock read a batch. The rows are copied: a slice would
/// keep the whole batch and the block of its records alive. One writer, any reader.
class EdgeTap
{
public:
    struct Sample
    {
        std::int64_t wallUs = 0;
        Batch batch; // without its records
    };

    void offer(const Batch& batch);
    /// Returns the samples, oldest first.
    std::vector<Sample> samples() const;

private:
    static constexpr std::int64_t kRowsASample = 16;
    static constexpr std::size_t kSamples = 16;

    std::atomic<std::int64_t> m_nextNs{0};
    mutable std::mutex m_mutex;
    std::deque<Sample> m_samples;
};

} // namespace sluice::runtime
