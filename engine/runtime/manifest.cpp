// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/manifest.h"

#include "engine/base/byte_stream.h"
#include "engine/base/checksum.h"
#include "engine/base/durable_file.h"
#include "engine/base/mapped_part.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <set>

namespace sluice::runtime {
namespace {

constexpr std::string_view kStateHeader{"SLUICEST\x01\0\0\0", 12};
constexpr std::string_view kLogHeader{"SLUICELG\x01\0\0\0", 12};
constexpr int kStateFormat = 1; // the last four bytes of both
constexpr std::size_t kKeptManifests = 3;

std::string numbered(const char* prefix, flow::Epoch epoch, const char* ending)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s-%020lld.%s", prefix, static_cast<long long>(epoch),
                  ending);
    return text.data();
}

std::string logName(const StateSegment& segment)
{
    std::array<char, 16> node{};
    std::snprintf(node.data(), node.size(), "-%08x.bin", segment.log);
    std::string name = numbered("log", segment.epoch, "");
    name.pop_back(); // the dot before the ending
    return name + node.data();
}

Error damaged(const std::string& path, std::string what)
{
    return {.code = ErrorCode::DecodeFailed,
            .message = std::move(what),
            .object = path,
            .hint = "It was cut off or changed on disk; an earlier epoch is used if there is one.",
            .cause = {}};
}

} // namespace

std::string ManifestStore::statePath(flow::Epoch epoch) const
{
    return m_folder + "/" + numbered("state", epoch, "bin");
}

std::string ManifestStore::logPath(const StateSegment& segment) const
{
    return m_folder + "/" + logName(segment);
}

std::string ManifestStore::pathOf(const StateSegment& segment) const
{
    return segment.kind == flow::SaveKind::Log ? logPath(segment) : statePath(segment.epoch);
}

Result<StateSegment> ManifestStore::appendLog(flow::Epoch epoch, const std::string& node,
                                              const std::optional<StateSegment>& last,
                                              std::string_view bytes, EventTime until) const
{
    StateSegment segment{.epoch = epoch,
                         .kind = flow::SaveKind::Log,
                         .offset = kLogHeader.size(),
                         .length = 0,
                         .crc = 0,
                         .log = std::uint32_t(fingerprint(node)),
                         .until = until};
    if (last) {
        segment = *last;
        segment.until = std::max(segment.until, until);
        const std::array<std::string_view, 1> parts{bytes};
        SLUICE_TRY(writeDurablyAt(logPath(segment), segment.offset + segment.length, parts, "log"));
    } else {
        const std::array<std::string_view, 2> parts{kLogHeader, bytes};
        SLUICE_TRY(writeDurablyAt(logPath(segment), 0, parts, "log"));
    }
    segment.length += bytes.size();
    segment.crc = crc32c(bytes, segment.crc);
    return segment;
}

Result<std::map<std::string, StateSegment>> ManifestStore::writeState(
    flow::Epoch epoch,
    const std::map<std::string, std::pair<flow::SaveKind, std::string>>& byNode) const
{
    std::map<std::string, StateSegment> segments;
    if (byNode.empty())
        return segments;
    std::vector<std::string_view> parts{kStateHeader};
    std::uint64_t offset = kStateHeader.size();
    for (const auto& [node, saved] : byNode) {
        segments[node] = {epoch, saved.first, offset, saved.second.size(), crc32c(saved.second)};
        parts.push_back(saved.second);
        offset += saved.second.size();
    }
    SLUICE_TRY(writePartsDurably(statePath(epoch), parts, "state"));
    return segments;
}

Status ManifestStore::write(const Manifest& manifest) const
{
    const std::string json = manifestToJson(manifest);
    std::array<char, 32> line{};
    std::snprintf(line.data(), line.size(), "\ncrc32c:%08x\n", crc32c(json));
    return writeFileDurably(m_folder + "/" + numbered("manifest", manifest.epoch, "json"),
                            json + line.data(), "manifest");
}

std::vector<std::string> ManifestStore::manifestNames() const
{
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(m_folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("manifest-") && name.ends_with(".json"))
            names.push_back(name);
    }
    std::ranges::sort(names, std::greater<>());
    return names;
}

Result<Manifest> ManifestStore::read(const std::string& path) const
{
    SLUICE_TRY(std::string text, readFile(path));
    const std::size_t end = text.rfind("\ncrc32c:");
    if (end == std::string::npos || text.size() != end + 17 || text.back() != '\n')
        return damaged(path, "the manifest has no checksum at its end");
    const std::string json = text.substr(0, end);
    std::array<char, 16> wanted{};
    std::snprintf(wanted.data(), wanted.size(), "%08x", crc32c(json));
    if (text.substr(end + 8, 8) != wanted.data())
        return damaged(path, "the manifest does not match its checksum");
    return manifestFromJson(json, path);
}

std::string ManifestStore::documentPath(const std::string& name) const
{
    return m_folder + "/document-" + name + ".txt";
}

Result<std::string> ManifestStore::keepDocument(const FormerDocument& document) const
{
    const std::string content = document.path + "\n" + document.text;
    std::array<char, 20> name{};
    std::snprintf(name.data(), name.size(), "%016llx",
                  static_cast<unsigned long long>(fingerprint(content)));
    std::error_code ignored;
    if (!std::filesystem::exists(documentPath(name.data()), ignored))
        SLUICE_TRY(writeFileDurably(documentPath(name.data()), content));
    return std::string(name.data());
}

Result<FormerDocument> ManifestStore::readDocument(const std::string& name) const
{
    SLUICE_TRY(std::string content, readFile(documentPath(name)));
    const std::size_t end = content.find('\n');
    if (end == std::string::npos)
        return damaged(documentPath(name), "the kept document has no first line");
    return FormerDocument{content.substr(0, end), content.substr(end + 1)};
}

Result<std::optional<Manifest>> ManifestStore::newest(std::vector<std::string>& warnings) const
{
    const std::vector<std::string> names = manifestNames();
    std::optional<Error> last;
    for (const std::string& name : names) {
        Result<Manifest> manifest = read(m_folder + "/" + name);
        if (manifest)
            return std::optional<Manifest>(std::move(*manifest));
        if (manifest.error().code == ErrorCode::Unsupported)
            return manifest.error();
        warnings.push_back(manifest.error().text());
        last = manifest.error();
    }
    if (last)
        return *last;
    return std::optional<Manifest>();
}

Result<SharedBytes> ManifestStore::readState(const StateSegment& segment) const
{
    // Trusts no length: bytes that a mapped file does not have must not be touched.
    std::error_code ignored;
    const std::string path = pathOf(segment);
    if (const auto size = std::filesystem::file_size(path, ignored); !ignored)
        if (segment.length > size || segment.offset > size - segment.length)
            return damaged(path, "the state file ends too early");
    const std::string_view wanted = segment.kind == flow::SaveKind::Log ? kLogHeader : kStateHeader;
    std::string header(wanted.size(), '\0');
    SLUICE_TRY(const std::size_t got, readFilePart(path, 0, std::span<char>(header)));
    if (got != wanted.size() || !header.starts_with(wanted.substr(0, 8)))
        return damaged(path, "this is not a state file");
    if (header != wanted) {
        ByteReader version(std::string_view(header).substr(8));
        return unknownFormat(path, "the state", std::to_string(version.u32()), kStateFormat);
    }
    // Saved keys stay what they are, and where they are: memory for as many again is what a large
    // set waits for longest. A file of ours is never cut below what a manifest names of it.
    SLUICE_TRY(const SharedBytes bytes, mapFilePart(path, segment.offset, segment.length));
    // A part at a time, so that the checksum finds it in a cache.
    constexpr std::size_t kPart = 256 << 10;
    std::uint32_t crc = 0;
    for (std::size_t done = 0; done < bytes.size; done += kPart) {
        const std::span<char> part(bytes.data.get() + done, std::min(kPart, bytes.size - done));
        SLUICE_TRY(fetchMapped(part, path));
        crc = crc32c({part.data(), part.size()}, crc);
    }
    if (crc != segment.crc)
        return damaged(path, "the state does not match its checksum");
    return bytes;
}

void ManifestStore::removeOld(const Manifest& current) const
{
    const std::vector<std::string> names = manifestNames();
    std::set<std::string> wanted;
    const auto keepStateOf = [&](const Manifest& manifest) {
        wanted.insert("document-" + manifest.document + ".txt");
        for (const auto& [node, segments] : manifest.state) {
            for (const StateSegment& segment : segments)
                wanted.insert(segment.kind == flow::SaveKind::Log
                                  ? logName(segment)
                                  : numbered("state", segment.epoch, "bin"));
        }
    };
    keepStateOf(current);
    std::error_code ignored;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string path = m_folder + "/" + names[i];
        if (i >= kKeptManifests)
            std::filesystem::remove(path, ignored);
        else if (const Result<Manifest> kept = read(path))
            keepStateOf(*kept);
    }
    std::vector<std::filesystem::path> unwanted;
    for (const auto& entry : std::filesystem::directory_iterator(m_folder, ignored)) {
        const std::string name = entry.path().filename().string();
        const bool isOurs
            = ((name.starts_with("state-") || name.starts_with("log-")) && name.ends_with(".bin"))
            || (name.starts_with("document-") && name.ends_with(".txt"));
        if (isOurs && !wanted.contains(name))
            unwanted.push_back(entry.path());
    }
    for (const auto& path : unwanted)
        std::filesystem::remove(path, ignored);
}

} // namespace sluice::runtime
