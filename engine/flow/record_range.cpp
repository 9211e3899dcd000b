// SPDX-License-Identifier: Apache-2.0
#include "engine/flow/record_range.h"

#include <algorithm>
#include <charconv>

namespace sluice::flow {
namespace {

using ByPartition = std::map<std::string, std::int64_t>;

std::int64_t numberOf(const DocumentNode* node, std::int64_t otherwise)
{
    if (node)
        std::from_chars(node->text.data(), node->text.data() + node->text.size(), otherwise);
    return otherwise;
}

void writeOffsets(JsonWriter& json, const char* name, const ByPartition& offsets)
{
    if (offsets.empty())
        return;
    json.key(name).beginObject();
    for (const auto& [partition, offset] : offsets)
        json.key(partition).value(offset);
    json.endObject();
}

ByPartition readOffsets(const DocumentNode* object)
{
    ByPartition out;
    if (object)
        for (const DocumentNode::Entry& entry : object->entries)
            out[entry.key] = numberOf(&entry.value, 0);
    return out;
}

std::int64_t offsetIn(const ByPartition& offsets, const std::string& partition,
                      std::int64_t otherwise)
{
    const auto found = offsets.find(partition);
    return found == offsets.end() ? otherwise : found->second;
}

} // namespace

RecordRange RecordRange::withoutEnd() const
{
    RecordRange out;
    out.sinceUs = sinceUs;
    out.from = from;
    return out;
}

OffsetSpan RecordRange::offsetsOf(const std::string& partition) const
{
    const OffsetSpan all;
    return {offsetIn(from, partition, all.from), offsetIn(until, partition, all.until)};
}

Status checkPartitions(const RecordRange& range, const std::vector<std::string>& known,
                       const std::string& object)
{
    constexpr std::size_t kMostShown = 8;
    for (const ByPartition* offsets : {&range.from, &range.until}) {
        for (const auto& [partition, offset] : *offsets) {
            if (std::ranges::find(known, partition) != known.end())
                continue;
            std::string names;
            for (std::size_t i = 0; i < std::min(known.size(), kMostShown); ++i)
                names += (i == 0 ? "" : ", ") + known[i];
            if (known.size() > kMostShown)
                names += " and " + std::to_string(known.size() - kMostShown) + " more";
            return Error{.code = ErrorCode::ConfigUnknown,
                         .message = "there is no partition \"" + partition + "\"",
                         .object = object,
                         .hint
                         = known.empty() ? "None has been read yet." : "It has " + names + ".",
                         .cause = {}};
        }
    }
    return ok();
}

void writeRange(JsonWriter& json, const RecordRange& range)
{
    const RecordRange all;
    json.beginObject();
    if (range.sinceUs != all.sinceUs)
        json.key("since").value(range.sinceUs);
    if (range.untilUs != all.untilUs)
        json.key("until").value(range.untilUs);
    writeOffsets(json, "from_offsets", range.from);
    writeOffsets(json, "until_offsets", range.until);
    json.endObject();
}

RecordRange readRange(const DocumentNode* object)
{
    RecordRange out;
    if (!object)
        return out;
    out.sinceUs = numberOf(object->find("since"), out.sinceUs);
    out.untilUs = numberOf(object->find("until"), out.untilUs);
    out.from = readOffsets(object->find("from_offsets"));
    out.until = readOffsets(object->find("until_offsets"));
    return out;
}

} // namespace sluice::flow
