// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/file_sink.h"

#include "engine/base/document.h"
#include "engine/base/durable_file.h"
#include "engine/base/fail_point.h"
#include "engine/base/json_writer.h"
#include "engine/formats/json_encoder.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>

namespace sluice::connectors {
namespace {

std::string finalPath(const std::string& folder, flow::Epoch epoch)
{
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "part-%010lld.jsonl", static_cast<long long>(epoch));
    return folder + "/" + name.data();
}

// Entries of before the folder was kept have none.
std::optional<std::string> folderOf(const std::string& entry)
{
    Diagnostics ignored("entry");
    const DocumentNode root = parseDocument(entry, ignored);
    const DocumentNode* folder = root.find("folder");
    return folder ? std::optional(folder->text) : std::nullopt;
}

} // namespace

flow::NodeKind FileSink::kind()
{
    return {
        .name = "file_sink",
        .title = "JSON files",
        .help = "Writes rows as JSON lines into a folder, one file an epoch, exactly once.",
        .category = flow::NodeCategory::Sink,
        .minInputs = 1,
        .maxInputs = 1,
        .options = {{.name = "path",
                     .type = OptionType::Path,
                     .isRequired = true,
                     .help = "The folder; relative to the document. Made if it is not there."}},
        .bind = [](const flow::BindContext& context) {
            flow::BoundNode bound;
            const std::string folder = context.services.resolvePath(context.options.text("path"));
            bound.target = folder;
            bound.summary = std::filesystem::path(folder).filename().string();
            const auto columns = context.inputs.empty() ? nullptr : context.inputs.front().columns;
            bound.neededInput = [columns](const flow::ColumnSet&) {
                return columns ? flow::allColumns(*columns) : flow::ColumnSet();
            };
            bound.createSink =
                [folder](const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Sink>> {
                return std::unique_ptr<flow::Sink>(std::make_unique<FileSink>(folder, create.node));
            };
            return bound;
        }};
}

FileSink::FileSink(std::string folder, std::string node)
    : m_folder(std::move(folder))
    , m_node(std::move(node))
{
}

std::string FileSink::hiddenPath(const std::string& folder, flow::Epoch epoch) const
{
    return folder + "/." + m_node + "-" + std::to_string(epoch) + ".sealed";
}

std::string FileSink::notePath(const std::string& folder) const
{
    return folder + "/." + m_node + ".epoch";
}

Status FileSink::open()
{
    SLUICE_TRY(makeFolderDurably(m_folder));
    return syncFolder(m_folder); // a file that is there counts as committed
}

Status FileSink::write(const Batch& batch, flow::NodeContext&)
{
    formats::encodeJsonLines(*batch.columns, m_text);
    m_rows += batch.rows();
    return ok();
}

Result<flow::SealedEpoch> FileSink::seal(flow::Epoch epoch)
{
    flow::SealedEpoch sealed{.epoch = epoch,
                             .entry = "{}",
                             .rows = m_rows,
                             .bytes = std::int64_t(m_text.size())};
    if (m_rows > 0) {
        std::FILE* file = std::fopen(hiddenPath(m_folder, epoch).c_str(), "wb");
        if (!file)
            return errorFromErrno(errno, "cannot create the file", hiddenPath(m_folder, epoch));
        const bool isWritten = std::fwrite(m_text.data(), 1, m_text.size(), file) == m_text.size();
        const int failure = errno;
        if (std::fclose(file) != 0 || !isWritten)
            return errorFromErrno(isWritten ? errno : failure, "cannot write the file",
                                  hiddenPath(m_folder, epoch));
        JsonWriter entry;
        entry.beginObject().key("file").value(true).key("folder").value(m_folder).endObject();
        sealed.entry = entry.take();
    }
    m_text.clear();
    m_rows = 0;
    return sealed;
}

Status FileSink::makeDurable(const flow::SealedEpoch& sealed)
{
    if (sealed.entry == "{}")
        return ok();
    SLUICE_TRY(syncFile(hiddenPath(m_folder, sealed.epoch)));
    return syncFolder(m_folder);
}

// The hidden file is gone: it has been published, even if a reader took the file away since.
Status FileSink::checkPublished(const std::string& folder, flow::Epoch epoch) const
{
    std::error_code error;
    if (std::filesystem::exists(finalPath(folder, epoch), error))
        return ok();
    const Result<std::string> noted = readFile(notePath(folder));
    flow::Epoch published = 0;
    if (noted)
        std::from_chars(noted->data(), noted->data() + noted->size(), published);
    if (published >= epoch)
        return ok();
    return Error{.code = ErrorCode::StorageFailed,
                 .message = "the sealed file of the last epoch is missing",
                 .object = hiddenPath(folder, epoch),
                 .hint = "Restore it from a backup; or reset the pipeline, which reads its sources "
                         "again.",
                 .cause = {}};
}

Status FileSink::commit(const flow::SealedEpoch& sealed)
{
    if (sealed.entry == "{}")
        return ok();
    const std::string folder = folderOf(sealed.entry).value_or(m_folder);
    const std::string hidden = hiddenPath(folder, sealed.epoch);
    const std::string published = finalPath(folder, sealed.epoch);
    std::error_code error;
    if (!std::filesystem::exists(hidden, error))
        return checkPublished(folder, sealed.epoch);
    // Noted before the name is given: whoever finds no hidden file finds the note.
    SLUICE_TRY(writeFileDurably(notePath(folder), std::to_string(sealed.epoch) + "\n"));
    SLUICE_TRY(failPoint("file_sink.publish", published));
    std::filesystem::rename(hidden, published, error);
    if (error)
        return errorFromErrno(error.value(), "cannot publish the file", published);
    return syncFolder(folder);
}

} // namespace sluice::connectors
