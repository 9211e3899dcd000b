// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/file_sink.h"

#include "engine/base/durable_file.h"
#include "engine/base/fail_point.h"
#include "engine/formats/json_encoder.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace sluice::connectors {

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

std::string FileSink::finalPath(flow::Epoch epoch) const
{
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "part-%010lld.jsonl", static_cast<long long>(epoch));
    return m_folder + "/" + name.data();
}

std::string FileSink::hiddenPath(flow::Epoch epoch) const
{
    return m_folder + "/." + m_node + "-" + std::to_string(epoch) + ".sealed";
}

Status FileSink::open()
{
    return makeFolder(m_folder);
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
        std::FILE* file = std::fopen(hiddenPath(epoch).c_str(), "wb");
        if (!file)
            return errorFromErrno(errno, "cannot create the file", hiddenPath(epoch));
        const bool isWritten = std::fwrite(m_text.data(), 1, m_text.size(), file) == m_text.size();
        const int failure = errno;
        if (std::fclose(file) != 0 || !isWritten)
            return errorFromErrno(isWritten ? errno : failure, "cannot write the file",
                                  hiddenPath(epoch));
        sealed.entry = "{\"file\":true}";
    }
    m_text.clear();
    m_rows = 0;
    return sealed;
}

Status FileSink::makeDurable(const flow::SealedEpoch& sealed)
{
    if (sealed.entry == "{}")
        return ok();
    SLUICE_TRY(syncFile(hiddenPath(sealed.epoch)));
    return syncFolder(m_folder);
}

Status FileSink::commit(const flow::SealedEpoch& sealed)
{
    if (sealed.entry == "{}")
        return ok();
    std::error_code error;
    if (!std::filesystem::exists(hiddenPath(sealed.epoch), error)) {
        if (std::filesystem::exists(finalPath(sealed.epoch), error))
            return ok(); // committed before a crash
        return Error{
            .code = ErrorCode::StorageFailed,
            .message = "the sealed file of the last epoch is missing",
            .object = hiddenPath(sealed.epoch),
            .hint
            = "Restore it from a backup; or reset the pipeline, which reads its sources again.",
            .cause = {}};
    }
    SLUICE_TRY(failPoint("file_sink.publish", finalPath(sealed.epoch)));
    std::filesystem::rename(hiddenPath(sealed.epoch), finalPath(sealed.epoch), error);
    if (error)
        return errorFromErrno(error.value(), "cannot publish the file", finalPath(sealed.epoch));
    return syncFolder(m_folder);
}

} // namespace sluice::connectors
