// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/replay_load.h"

#include "engine/base/byte_stream.h"
#include "engine/base/checksum.h"
#include "engine/base/durable_file.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <set>

namespace sluice::runtime {
namespace {

constexpr std::string_view kMagic = "SLUICERP";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeader = kMagic.size() + 4, kChecksum = 4;

std::string encoded(const ReplayLoad& load)
{
    ByteWriter out;
    out.raw(kMagic.data(), kMagic.size());
    out.u32(kVersion);
    out.bytes(load.id);
    out.bytes(load.key);
    out.varint(load.records.size());
    for (const KeptRecord& record : load.records) {
        for (const std::string* text :
             {&record.verdict, &record.node, &record.source, &record.partition, &record.into})
            out.bytes(*text);
        out.i64(record.position);
        out.i64(record.attempt);
        out.u8(record.eventTimeUs ? 1 : 0);
        out.i64(record.eventTimeUs.value_or(0));
        out.i64(record.ingestTimeUs);
        out.u8(record.isEdited ? 1 : 0);
        out.bytes(record.data);
    }
    out.u32(crc32c(out.data()));
    return out.take();
}

KeptRecord readRecord(ByteReader& in)
{
    KeptRecord record;
    for (std::string* text :
         {&record.verdict, &record.node, &record.source, &record.partition, &record.into})
        *text = in.bytes();
    record.position = in.i64();
    record.attempt = in.i64();
    const bool hasTime = in.u8() == 1;
    const std::int64_t time = in.i64();
    if (hasTime)
        record.eventTimeUs = time;
    record.ingestTimeUs = in.i64();
    record.isEdited = in.u8() == 1;
    record.data = in.bytes();
    return record;
}

Result<ReplayLoad> decoded(const std::string& path, std::string_view bytes)
{
    const Error damaged{.code = ErrorCode::DecodeFailed,
                        .message = "the kept replay is damaged",
                        .object = path,
                        .hint = "Remove the file and replay again: what was read already is not "
                                "read twice.",
                        .cause = {}};
    if (bytes.size() < kHeader + kChecksum || !bytes.starts_with(kMagic))
        return damaged;
    ByteReader checksum(bytes.substr(bytes.size() - kChecksum));
    if (checksum.u32() != crc32c(bytes.substr(0, bytes.size() - kChecksum)))
        return damaged;
    ByteReader in(bytes.substr(kMagic.size(), bytes.size() - kMagic.size() - kChecksum));
    if (in.u32() != kVersion)
        return damaged;
    ReplayLoad load;
    load.id = in.bytes();
    load.key = in.bytes();
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i)
        load.records.push_back(readRecord(in));
    if (in.hasFailed())
        return damaged;
    return load;
}

} // namespace

std::string ReplayStore::pathOf(const std::string& key) const
{
    std::array<char, 40> name{};
    std::snprintf(name.data(), name.size(), "/replay-%016llx.bin",
                  static_cast<unsigned long long>(fingerprint(key)));
    return m_folder + name.data();
}

std::vector<std::string> ReplayStore::paths() const
{
    std::vector<std::string> out;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(m_folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("replay-") && name.ends_with(".bin"))
            out.push_back(entry.path().string());
    }
    std::ranges::sort(out);
    return out;
}

Status ReplayStore::keep(const ReplayLoad& load) const
{
    return writeFileDurably(pathOf(load.key), encoded(load), "replay");
}

Result<std::optional<ReplayLoad>> ReplayStore::waiting() const
{
    const std::vector<std::string> found = paths();
    if (found.empty())
        return std::optional<ReplayLoad>();
    SLUICE_TRY(const std::string bytes, readFile(found.front()));
    SLUICE_TRY(ReplayLoad load, decoded(found.front(), bytes));
    return std::optional(std::move(load));
}

bool ReplayStore::holds(const std::string& key) const
{
    std::error_code ignored;
    return std::filesystem::exists(pathOf(key), ignored);
}

void ReplayStore::remove(const std::string& key) const
{
    std::error_code ignored;
    std::filesystem::remove(pathOf(key), ignored);
}

void ReplayStore::removeAll() const
{
    std::error_code ignored;
    for (const std::string& path : paths())
        std::filesystem::remove(path, ignored);
}

namespace {

Error noWay(const std::string& object, std::string message, std::string hint)
{
    return {.code = ErrorCode::Unsupported,
            .message = std::move(message),
            .object = object,
            .hint = std::move(hint),
            .cause = {}};
}

std::optional<std::size_t> indexOf(const Plan& plan, const std::string& name)
{
    for (std::size_t i = 0; i < plan.nodes.size(); ++i)
        if (plan.nodes[i].name == name)
            return i;
    for (std::size_t i = 0; i < plan.nodes.size(); ++i)
        if (plan.nodes[i].was == name)
            return i;
    return std::nullopt;
}

} // namespace

Result<std::string> wayBack(const Plan& plan, const std::string& source, const std::string& node)
{
    const auto from = indexOf(plan, source);
    if (!from || !plan.nodes[*from].bound.createSource)
        return noWay(plan.pipeline + "/" + source,
                     "the source that these records came from is no longer in the pipeline",
                     "Give the source that reads them now the old name: was: " + source + ".");
    const auto to = indexOf(plan, node);
    if (!to)
        return noWay(plan.pipeline + "/" + node,
                     "the node that turned these records away is no longer in the pipeline",
                     "If another does its work now, tell so there: was: " + node + ".");
    if (from == to)
        return std::string();
    // Upwards from the node; what is met on the way must let a record pass twice.
    std::vector<std::size_t> open{*to};
    std::set<std::size_t> seen{*to};
    bool isBelow = false;
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        for (const std::size_t input : plan.nodes[at].inputs) {
            const PlannedNode& above = plan.nodes[input];
            isBelow = isBelow || input == *from;
            if (input == *from || !seen.insert(input).second)
                continue;
            if (above.bound.createSource)
                continue; // another source's side of a union
            if (above.bound.repeat == flow::Repeat::Refused || !above.bound.output.hasRaw)
                return noWay(plan.pipeline + "/" + node,
                             "the records would have to pass " + above.name
                                 + " again, which has made other rows of them",
                             "Mend the cause and rebuild the tables: sluicectl replay.");
            open.push_back(input);
        }
    }
    if (!isBelow)
        return noWay(plan.pipeline + "/" + node, "this node no longer reads the source " + source,
                     "Replay works along the way that the records had come.");
    return plan.nodes[*to].name;
}

} // namespace sluice::runtime
