// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/document.h"
#include "engine/base/json_writer.h"
#include "engine/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sluice::flow {

/// Offsets of one partition: [from, until).
struct OffsetSpan
{
    std::int64_t from = INT64_MIN, until = INT64_MAX;

    bool contains(std::int64_t offset) const { return offset >= from && offset < until; }
};

/// Which records of a stream are meant: those that arrived in [sinceUs, untilUs) and whose offset
/// is in the span of their partition. A partition that is not named is meant from its beginning, or
/// to its end. What an offset is, the source says: of a topic the broker's, of a file the byte at
/// which the record begins.
struct RecordRange
{
    std::int64_t sinceUs = INT64_MIN, untilUs = INT64_MAX; // wall clock, UTC
    std::map<std::string, std::int64_t> from, until;       // by partition

    /// Whether every record is meant.
    bool isAll() const { return *this == RecordRange{}; }
    bool hasTimes() const { return sinceUs != INT64_MIN || untilUs != INT64_MAX; }
    bool hasOffsets() const { return !from.empty() || !until.empty(); }
    /// Whether it ends before the stream does.
    bool hasEnd() const { return untilUs != INT64_MAX || !until.empty(); }
    /// Returns the same range, on to the end of the stream.
    RecordRange withoutEnd() const;

    OffsetSpan offsetsOf(const std::string& partition) const;
    bool contains(const std::string& partition, std::int64_t offset, std::int64_t arrivalUs) const
    {
        return arrivalUs >= sinceUs && arrivalUs < untilUs && offsetsOf(partition).contains(offset);
    }
    bool operator==(const RecordRange&) const = default;
};

/// Fails if the range names a partition that is not among those known; object is what has them.
Status checkPartitions(const RecordRange& range, const std::vector<std::string>& known,
                       const std::string& object);

/// Writes a range as a JSON object, and reads one; null or {} is every record.
void writeRange(JsonWriter& json, const RecordRange& range);
RecordRange readRange(const DocumentNode* object);

} // namespace sluice::flow
