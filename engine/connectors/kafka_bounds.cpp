// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/kafka_bounds.h"

#include <algorithm>

namespace sluice::connectors {
namespace {

// A record has a time in whole milliseconds, so the first one at or after a time is the first at or
// after the next whole millisecond. Negative numbers mean something else to a broker.
std::int64_t wholeMs(std::int64_t us)
{
    return us <= 0 ? 0 : (us - 1) / 1000 + 1;
}

} // namespace

KafkaBounds::KafkaBounds(flow::RecordRange range, std::map<std::int32_t, std::int64_t> upTo)
    : m_range(std::move(range))
    , m_upTo(std::move(upTo))
{
}

std::vector<std::int32_t> KafkaBounds::partitions() const
{
    std::vector<std::int32_t> out;
    for (const auto& [partition, offset] : m_upTo)
        out.push_back(partition);
    return out;
}

std::optional<std::int64_t> KafkaBounds::sinceMs() const
{
    if (m_range.sinceUs <= 0)
        return std::nullopt;
    return wholeMs(m_range.sinceUs);
}

std::optional<std::int64_t> KafkaBounds::untilMs() const
{
    if (m_range.untilUs == INT64_MAX)
        return std::nullopt;
    return wholeMs(m_range.untilUs);
}

std::int64_t KafkaBounds::begin(std::int32_t partition) const
{
    std::int64_t out
        = std::max<std::int64_t>(m_range.offsetsOf(std::to_string(partition)).from, -1);
    if (const auto since = m_since.find(partition); since != m_since.end())
        out = std::max(out, since->second < 0 ? m_upTo.at(partition) : since->second);
    return out;
}

std::int64_t KafkaBounds::end(std::int32_t partition) const
{
    std::int64_t out
        = std::min(m_upTo.at(partition), m_range.offsetsOf(std::to_string(partition)).until);
    if (const auto until = m_until.find(partition); until != m_until.end() && until->second >= 0)
        out = std::min(out, until->second);
    return out;
}

} // namespace sluice::connectors
