// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/manifest.h"

#include "engine/base/document.h"
#include "engine/base/json_writer.h"

#include <charconv>

namespace sluice::runtime {
namespace {

constexpr int kManifestFormat = 1;

template <class Number> Number numberOf(const DocumentNode* node)
{
    Number out{};
    if (node)
        std::from_chars(node->text.data(), node->text.data() + node->text.size(), out);
    return out;
}

std::map<std::string, std::string> textsOf(const DocumentNode* node)
{
    std::map<std::string, std::string> out;
    for (std::size_t i = 0; node && i < node->entries.size(); ++i)
        out[node->entries[i].key] = node->entries[i].value.text;
    return out;
}

void writeTexts(JsonWriter& json, const char* name, const std::map<std::string, std::string>& texts)
{
    json.key(name).beginObject();
    for (const auto& [key, value] : texts)
        json.key(key).value(value);
    json.endObject();
}

Result<StateSegment> segmentOf(const DocumentNode& item, const std::string& object)
{
    const std::size_t count = item.items.size();
    const int kind = count > 1 ? numberOf<int>(&item.items[1]) : -1;
    const bool isLog = kind == int(flow::SaveKind::Log);
    if (kind < 0 || kind > int(flow::SaveKind::Log) || count != (isLog ? 7 : 5))
        return Error{.code = ErrorCode::DecodeFailed,
                     .message = "a state segment has not five numbers, nor seven as a log has",
                     .object = object,
                     .hint = "It was written by another version or damaged.",
                     .cause = {}};
    StateSegment segment{.epoch = numberOf<flow::Epoch>(&item.items[0]),
                         .kind = flow::SaveKind(kind),
                         .offset = numberOf<std::uint64_t>(&item.items[2]),
                         .length = numberOf<std::uint64_t>(&item.items[3]),
                         .crc = numberOf<std::uint32_t>(&item.items[4])};
    if (isLog) {
        segment.log = numberOf<std::uint32_t>(&item.items[5]);
        segment.until.us = numberOf<std::int64_t>(&item.items[6]);
    }
    return segment;
}

} // namespace

Error unknownFormat(const std::string& object, const std::string& what, const std::string& found,
                    int known)
{
    return {.code = ErrorCode::Unsupported,
            .message = what + " is of format " + found + ", written by another version of the "
                + "program; this one reads format " + std::to_string(known),
            .object = object,
            .hint = "Run the version that wrote it, or remove the pipeline's state and tables to "
                    "begin again.",
            .cause = {}};
}

std::string manifestToJson(const Manifest& manifest)
{
    JsonWriter json;
    json.beginObject();
    json.key("format").value(std::int64_t(kManifestFormat));
    json.key("epoch").value(std::int64_t(manifest.epoch));
    json.key("document").value(manifest.document);
    writeTexts(json, "fingerprints", manifest.fingerprints);
    writeTexts(json, "positions", manifest.positions);
    writeTexts(json, "sealed", manifest.sealed);
    json.key("written").beginObject();
    for (const auto& [node, epoch] : manifest.written)
        json.key(node).value(std::int64_t(epoch));
    json.endObject();
    json.key("replays").beginObject();
    for (const auto& [id, records] : manifest.replays)
        json.key(id).value(records);
    json.endObject();
    json.key("state").beginObject();
    for (const auto& [node, segments] : manifest.state) {
        json.key(node).beginArray();
        for (const StateSegment& segment : segments) {
            json.beginArray();
            json.value(std::int64_t(segment.epoch)).value(std::int64_t(segment.kind));
            json.value(std::int64_t(segment.offset)).value(std::int64_t(segment.length));
            json.value(std::int64_t(segment.crc));
            if (segment.kind == flow::SaveKind::Log)
                json.value(std::int64_t(segment.log)).value(segment.until.us);
            json.endArray();
        }
        json.endArray();
    }
    json.endObject().endObject();
    return json.take();
}

Result<Manifest> manifestFromJson(const std::string& text, const std::string& object)
{
    Diagnostics diagnostics(object);
    const DocumentNode root = parseDocument(text, diagnostics);
    const DocumentNode* format = root.find("format");
    if (diagnostics.hasErrors() || !format)
        return Error{.code = ErrorCode::DecodeFailed,
                     .message = "this is not a manifest",
                     .object = object,
                     .hint = "It was changed on disk; an earlier epoch is used if there is one.",
                     .cause = {}};
    if (numberOf<int>(format) != kManifestFormat)
        return unknownFormat(object, "the manifest", format->text, kManifestFormat);
    Manifest manifest;
    manifest.epoch = numberOf<flow::Epoch>(root.find("epoch"));
    if (const DocumentNode* document = root.find("document"))
        manifest.document = document->text;
    manifest.fingerprints = textsOf(root.find("fingerprints"));
    manifest.positions = textsOf(root.find("positions"));
    manifest.sealed = textsOf(root.find("sealed"));
    if (const DocumentNode* written = root.find("written")) // not in the first manifests
        for (const DocumentNode::Entry& entry : written->entries)
            manifest.written[entry.key] = numberOf<flow::Epoch>(&entry.value);
    if (const DocumentNode* replays = root.find("replays"))
        for (const DocumentNode::Entry& entry : replays->entries)
            manifest.replays[entry.key] = numberOf<std::uint64_t>(&entry.value);
    const DocumentNode* state = root.find("state");
    for (std::size_t i = 0; state && i < state->entries.size(); ++i) {
        std::vector<StateSegment>& segments = manifest.state[state->entries[i].key];
        for (const DocumentNode& item : state->entries[i].value.items) {
            SLUICE_TRY(StateSegment segment, segmentOf(item, object));
            segments.push_back(segment);
        }
    }
    return manifest;
}

} // namespace sluice::runtime
