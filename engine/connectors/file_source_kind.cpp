// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/file_source.h"

#include <filesystem>

namespace sluice::connectors {
namespace {

std::vector<OptionSpec> fileOptions()
{
    std::vector<OptionSpec> out{
        {.name = "path",
         .type = OptionType::Path,
         .isRequired = true,
         .help = "A file or a pattern such as logs/*.jsonl; relative to the document."},
        {.name = "follow",
         .type = OptionType::Boolean,
         .defaultValue = "false",
         .help = "Go on as files grow and new ones come; otherwise end when all is read."},
        {.name = "max_record",
         .type = OptionType::Size,
         .defaultValue = "8MB",
         .unit = "bytes",
         .min = "1KB",
         .max = "64MB",
         .help = "A longer record is a dead letter.",
         .isAdvanced = true}};
    const auto& records = formats::recordOptions();
    out.insert(out.end(), records.begin(), records.end());
    return out;
}

flow::BoundNode bindFile(const flow::BindContext& context)
{
    const Options& options = context.options;
    FileSourceConfig config;
    config.node = context.node;
    config.pattern = context.services.resolvePath(options.text("path"));
    config.shownFrom = context.services.documentFolder;
    config.follows = options.boolean("follow");
    config.maxRecord = options.size("max_record");
    config.layout = formats::readRecordLayout(options, context.node, context.diagnostics);
    flow::BoundNode bound;
    bound.output = streamSchemaOf(config.layout);
    bound.summary = std::filesystem::path(config.pattern).filename().string()
        + (config.follows ? ", followed" : "");
    bound.rejects = {Verdict::DeadLetter};
    bound.neededInput = [](const flow::ColumnSet&) { return flow::ColumnSet(); };
    bound.createSource
        = [config](const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Source>> {
        return std::unique_ptr<flow::Source>(
            std::make_unique<FileSource>(config, create.neededColumns));
    };
    return bound;
}

} // namespace

flow::NodeKind FileSource::kind()
{
    return {.name = "file_source",
            .title = "Files",
            .help = "Reads JSON lines or CSV from files, and remembers what it has read.",
            .category = flow::NodeCategory::Source,
            .minInputs = 0,
            .maxInputs = 0,
            .options = fileOptions(),
            .bind = bindFile};
}

} // namespace sluice::connectors
