// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/changes_table.h"
#include "app/sluicectl/command.h"
#include "app/sluicectl/output.h"
#include "engine/api/control.h"
#include "engine/base/document.h"
#include "engine/base/durable_file.h"
#include "engine/base/json_writer.h"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

#include <unistd.h>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

struct DeployOptions
{
    std::string document;
    bool isAgreed = false;
};

Error notAgreed(const api::DocumentChanges& changes)
{
    return {.code = ErrorCode::PermissionDenied,
            .message = changes.losesState() ? "the change loses saved state" : "not agreed to",
            .object = changes.pipeline,
            .hint = "Say --yes to go on.",
            .cause = {}};
}

// Asks the user; without a terminal only what loses nothing goes on.
bool isAgreedTo(const api::DocumentChanges& changes, const DeployOptions& options)
{
    if (options.isAgreed || changes.isNew || changes.isSame())
        return true;
    if (::isatty(STDIN_FILENO) != 1)
        return !changes.losesState();
    std::fprintf(stderr, "Deploy? [y/N] ");
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "yes";
}

// Hands the document to the process that holds the workspace; if there is none, keeps it there for
// the next start.
Result<std::string> handOver(const Shared& shared, const std::string& path, const std::string& text)
{
    JsonWriter json;
    json.beginObject().key("command").value("deploy");
    json.key("path").value(path).key("text").value(text).endObject();
    Result<std::string> answer = api::askHolder(shared.workspace, json.text());
    if (answer) {
        Diagnostics ignored(path);
        const DocumentNode root = parseDocument(*answer, ignored);
        const DocumentNode* done = root.find("done");
        return done ? done->text : *answer;
    }
    if (answer.error().code != ErrorCode::NotFound)
        return answer;
    SLUICE_TRY(const auto engine, api::openEngine({.workspace = shared.workspace, .workers = 1}));
    const api::Outcome outcome
        = carryOutAndWait(*engine,
                          api::DeployPipeline{.documentPath = path, .text = text, .starts = false});
    if (outcome.error)
        return *outcome.error;
    return outcome.text + "; it runs with the next start";
}

int deploy(const Shared& shared, const DeployOptions& options)
{
    const Result<std::string> text = readFile(options.document);
    if (!text)
        return report(shared, text.error());
    std::error_code error;
    const std::string path
        = std::filesystem::absolute(options.document, error).lexically_normal().string();
    // A workspace that is not there yet has nothing to compare with.
    if (std::filesystem::exists(shared.workspace + "/workspace.db", error)) {
        const auto changes = api::compareDocument(*text, options.document, shared.workspace);
        if (!changes)
            return report(shared, changes.error());
        for (const std::string& finding : changes->findings)
            std::fprintf(stderr, "%s\n", finding.c_str());
        if (!shared.isJson)
            printChanges(*changes);
        if (!changes->isValid)
            return kInvalid;
        if (!isAgreedTo(*changes, options))
            return report(shared, notAgreed(*changes));
    }
    const Result<std::string> done = handOver(shared, path, *text);
    if (!done)
        return report(shared, done.error());
    JsonWriter json;
    json.beginObject().key("done").value(*done).endObject();
    std::printf("%s\n", shared.isJson ? json.text().c_str() : done->c_str());
    return kDone;
}

} // namespace

void addDeployCommand(CLI::App& app, Shared& shared)
{
    const auto options = std::make_shared<DeployOptions>();
    CLI::App* command = app.add_subcommand(
        "deploy", "Make a document the version that runs, after showing what it changes");
    command->add_option("document", options->document, "The YAML document")
        ->required()
        ->check(CLI::ExistingFile);
    command->add_flag("-y,--yes", options->isAgreed, "Do not ask, even if saved state is lost");
    command->callback([&shared, options] { shared.exitCode = deploy(shared, *options); });
}

} // namespace sluice::ctl
