// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/record_range.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace sluice::connectors {

/// Which offsets of a topic are read again, partition by partition: those of a range, up to where
/// another run was. Only the broker can say where a time begins; what it said is put in by
/// setSince() and setUntil(), and until then begin() and end() do not know of it.
class KafkaBounds
{
public:
    /// upTo: of each partition that the other run read, the offset that it would have read next.
    KafkaBounds(flow::RecordRange range, std::map<std::int32_t, std::int64_t> upTo);

    bool has(std::int32_t partition) const { return m_upTo.contains(partition); }
    std::vector<std::int32_t> partitions() const;

    /// The times that the broker has to be asked for, in its milliseconds; nullopt = none.
    std::optional<std::int64_t> sinceMs() const;
    std::optional<std::int64_t> untilMs() const;
    /// The first record of that time or a later one has this offset; negative: there is none.
    void setSince(std::int32_t partition, std::int64_t offset) { m_since[partition] = offset; }
    void setUntil(std::int32_t partition, std::int64_t offset) { m_until[partition] = offset; }

    /// Returns the offset to begin with; negative: the first that the topic has.
    std::int64_t begin(std::int32_t partition) const;
    /// Returns the first offset that is not read any more.
    std::int64_t end(std::int32_t partition) const;
    /// Whether the range ends before the other run did.
    bool isCut(std::int32_t partition) const { return end(partition) < m_upTo.at(partition); }

private:
    const flow::RecordRange m_range;
    const std::map<std::int32_t, std::int64_t> m_upTo;
    std::map<std::int32_t, std::int64_t> m_since, m_until;
};

} // namespace sluice::connectors
