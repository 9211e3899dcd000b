// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/changes_table.h"
#include "app/sluicectl/command.h"
#include "engine/base/durable_file.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

int diff(const Shared& shared, const std::string& path, const std::vector<std::string>& rebuilt)
{
    const Result<std::string> text = readFile(path);
    if (!text)
        return report(shared, text.error());
    auto changes = api::compareDocument(*text, path, shared.workspace);
    if (!changes)
        return report(shared, changes.error());
    std::optional<api::RebuildInfo> rebuild;
    if (!rebuilt.empty()) {
        auto planned = api::planRebuild(*text, path, shared.workspace, rebuilt);
        if (!planned)
            return report(shared, planned.error());
        rebuild = std::move(*planned);
        markRebuilt(*rebuild, *changes);
        changes->rebuildRows = rebuild->rows;
    }
    if (shared.isJson) {
        std::printf("%s\n", changesAsJson(*changes).c_str());
    } else {
        for (const std::string& finding : changes->findings)
            std::fprintf(stderr, "%s\n", finding.c_str());
        printChanges(*changes);
        if (rebuild)
            std::printf("\n%s\n", rebuildText(*rebuild).c_str());
        else if (const auto could = api::planRebuild(*text, path, shared.workspace, {"all"});
                 could && changes->losesState())
            std::printf("\nWith --rebuild all nothing is lost. %s\n", rebuildText(*could).c_str());
    }
    return changes->isValid ? kDone : kInvalid;
}

} // namespace

void addDiffCommand(CLI::App& app, Shared& shared)
{
    const auto document = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand(
        "diff", "Tell what a document would change of a pipeline, and what it would lose");
    command->add_option("document", *document, "The YAML document")
        ->required()
        ->check(CLI::ExistingFile);
    const auto rebuilt = std::make_shared<std::vector<std::string>>();
    command
        ->add_option("--rebuild", *rebuilt,
                     "A node that is to be made anew from bronze with all below it; or all")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->callback(
        [&shared, document, rebuilt] { shared.exitCode = diff(shared, *document, *rebuilt); });
}

} // namespace sluice::ctl
