// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/buffer.h>

namespace sluice {

/// What is known of records that are read once more because a node had turned them away.
struct Replay
{
    std::string id;           // names the replay
    std::string node;         // they go on from this node; "" = from the source
    std::int64_t attempt = 2; // how often they have been tried with this one
};

/// The bytes of a run of records as they arrived from one partition of one source, and where each
/// stands. Bytes are held by reference (an arena, a mapped file, a broker fetch); immutable once
/// it has left the source, shared by every batch decoded from it.
struct RawRecords
{
    /// So many bytes behind the last record can be read, whatever they are: readers look at whole
    /// vectors.
    static constexpr std::size_t kPadding = 128;

    std::shared_ptr<const std::string> source;    // node name
    std::shared_ptr<const std::string> partition; // "3" of a topic, the path of a file
    std::shared_ptr<arrow::Buffer> bytes;
    std::vector<std::uint32_t> offsets; // start of record i in bytes
    std::vector<std::uint32_t> lengths;
    std::vector<std::int64_t> positions;     // broker offset, or byte offset in the file
    std::vector<std::int64_t> recordTimesUs; // broker time of record i; empty = none
    std::int64_t ingestTimeUs = 0;           // wall clock when the run was read
    std::int64_t arrivalNs = 0;              // steady clock of the same moment
    bool isAscii = false;                    // known to have no byte beyond ASCII
    std::shared_ptr<const Replay> replay;    // null: read for the first time

    std::size_t size() const { return offsets.size(); }
    std::string_view record(std::size_t i) const
    {
        return {reinterpret_cast<const char*>(bytes->data()) + offsets[i], lengths[i]};
    }
};

} // namespace sluice
