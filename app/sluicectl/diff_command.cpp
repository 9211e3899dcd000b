// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/changes_table.h"
#include "app/sluicectl/command.h"
#include "engine/base/durable_file.h"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

int diff(const Shared& shared, const std::string& path)
{
    const Result<std::string> text = readFile(path);
    if (!text)
        return report(shared, text.error());
    const auto changes = api::compareDocument(*text, path, shared.workspace);
    if (!changes)
        return report(shared, changes.error());
    if (shared.isJson) {
        std::printf("%s\n", changesAsJson(*changes).c_str());
    } else {
        for (const std::string& finding : changes->findings)
            std::fprintf(stderr, "%s\n", finding.c_str());
        printChanges(*changes);
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
    command->callback([&shared, document] { shared.exitCode = diff(shared, *document); });
}

} // namespace sluice::ctl
