// SPDX-License-Identifier: Apache-2.0
// Where a file source is, as text for the manifest.
#include "engine/connectors/file_source.h"

#include <charconv>

namespace sluice::connectors {
namespace {

std::int64_t numberOf(const DocumentNode* node)
{
    std::int64_t out = 0;
    if (node)
        std::from_chars(node->text.data(), node->text.data() + node->text.size(), out);
    return out;
}

} // namespace

Result<FileSource::Position> FileSource::readPosition(const std::string& text) const
{
    Diagnostics diagnostics("position");
    const DocumentNode root = parseDocument(text, diagnostics);
    const DocumentNode* files = root.find("files");
    if (diagnostics.hasErrors() || !files)
        return Error{.code = ErrorCode::DecodeFailed,
                     .message = "the kept position is damaged",
                     .object = m_config.node,
                     .hint = "Reset the pipeline, which reads its files again.",
                     .cause = {}};
    Position out;
    for (const DocumentNode& file : files->items) {
        FollowedFile::Position position;
        const DocumentNode* path = file.find("path");
        position.inode = std::uint64_t(numberOf(file.find("inode")));
        position.offset = numberOf(file.find("offset"));
        if (const DocumentNode* header = file.find("header"))
            position.header = header->text;
        if (path)
            out.files[path->text] = std::move(position);
    }
    if (const DocumentNode* watermarks = root.find("watermarks"))
        out.watermarks = *watermarks;
    return out;
}

Status FileSource::restore(const std::string& position)
{
    SLUICE_TRY(const Position former, readPosition(position));
    for (const auto& [path, at] : former.files)
        m_entries[path].position = at;
    m_intake.restoreWatermarks(&former.watermarks);
    return ok();
}

std::string FileSource::position() const
{
    JsonWriter json;
    std::vector<std::string> partitions;
    json.beginObject().key("files").beginArray();
    for (const auto& [path, entry] : m_entries) {
        const FollowedFile::Position& at
            = m_current && m_current->path() == path ? m_current->position() : entry.position;
        json.beginObject()
            .key("path")
            .value(path)
            .key("inode")
            .value(std::uint64_t(at.inode))
            .key("offset")
            .value(at.offset);
        if (!at.header.empty())
            json.key("header").value(at.header);
        json.endObject();
        partitions.push_back(shownName(path));
    }
    json.endArray().key("watermarks");
    m_intake.writeWatermarks(json, partitions);
    json.endObject();
    return json.take();
}

} // namespace sluice::connectors
