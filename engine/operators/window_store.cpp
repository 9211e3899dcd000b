// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/window_store.h"

#include <numeric>

namespace sluice::operators {

void TakenRows::begin(std::size_t count)
{
    cells.resize(count);
    rows.clear();
    late.clear();
    m_taken = 0;
}

void TakenRows::reject(std::size_t from, std::size_t to)
{
    if (late.empty()) {
        rows.resize(m_taken);
        std::iota(rows.begin(), rows.end(), 0u);
    }
    for (std::size_t row = from; row < to; ++row)
        late.push_back(std::uint32_t(row));
}

std::uint32_t* TakenRows::take(std::size_t from, std::size_t to)
{
    if (!late.empty())
        for (std::size_t row = from; row < to; ++row)
            rows.push_back(std::uint32_t(row));
    std::uint32_t* out = cells.data() + m_taken;
    m_taken += to - from;
    return out;
}

void WindowRows::clear()
{
    starts.clear();
    ends.clear();
    keys.clear();
    cells.clear();
    revisions.clear();
}

void WindowRows::add(std::int64_t start, std::int64_t end, std::uint32_t key, std::uint32_t cell,
                     std::int32_t revision)
{
    starts.push_back(start);
    ends.push_back(end);
    keys.push_back(key);
    cells.push_back(cell);
    revisions.push_back(revision);
}

} // namespace sluice::operators
