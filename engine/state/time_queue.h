// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace sluice::state {

/// Ids that wait for a point of event time. They come in about its order, so they are kept in
/// buckets of about a second and sorted when they are due. One thread.
class TimeQueue
{
public:
    using Item = std::pair<std::int64_t, std::uint64_t>; // microseconds, id

    void push(std::int64_t timeUs, std::uint64_t id)
    {
        m_buckets[timeUs >> kBucketBits].emplace_back(timeUs, id);
        ++m_size;
    }
    /// Takes out what is due at timeUs or before, by time and then id.
    std::vector<Item> takeUntil(std::int64_t timeUs)
    {
        std::vector<Item> out;
        while (!m_buckets.empty() && m_buckets.begin()->first <= timeUs >> kBucketBits) {
            std::vector<Item>& bucket = m_buckets.begin()->second;
            const auto waiting
                = std::partition(bucket.begin(), bucket.end(),
                                 [&](const Item& item) { return item.first > timeUs; });
            out.insert(out.end(), waiting, bucket.end());
            bucket.erase(waiting, bucket.end());
            if (!bucket.empty())
                break;
            m_buckets.erase(m_buckets.begin());
        }
        std::sort(out.begin(), out.end());
        m_size -= out.size();
        return out;
    }
    std::size_t size() const { return m_size; }
    std::size_t bytes() const { return m_size * sizeof(Item); }
    void clear()
    {
        m_buckets.clear();
        m_size = 0;
    }

private:
    static constexpr int kBucketBits = 20;
    std::map<std::int64_t, std::vector<Item>> m_buckets;
    std::size_t m_size = 0;
};

} // namespace sluice::state
