// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/changes_table.h"
#include "app/sluicectl/command.h"
#include "app/sluicectl/steering.h"
#include "engine/api/control.h"
#include "engine/base/document.h"
#include "engine/base/durable_file.h"
#include "engine/base/json_writer.h"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

struct DeployOptions
{
    std::string document;
    bool isAgreed = false;
    std::vector<std::string> rebuild;
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
// the next start, or rebuilds here.
Result<std::string> handOver(const Shared& shared, const std::string& pipeline,
                             const std::string& path, const std::string& text,
                             const std::vector<std::string>& rebuild)
{
    JsonWriter json, cancel;
    json.beginObject().key("command").value("deploy");
    json.key("path").value(path).key("text").value(text).key("rebuild").beginArray();
    for (const std::string& node : rebuild)
        json.value(node);
    const std::string key = newOrderKey();
    json.endArray().key("key").value(key).endObject();
    cancel.beginObject().key("command").value("cancel_shadow").key("pipeline").value(pipeline);
    cancel.key("key").value(key).endObject();
    const bool isHeld = bool(api::askHolder(shared.workspace, R"({"command":"status"})"));
    SLUICE_TRY(std::string done,
               steer(shared,
                     {.request = json.text(),
                      .command = api::DeployPipeline{.documentPath = path,
                                                     .text = text,
                                                     .starts = false,
                                                     .rebuild = rebuild,
                                                     .key = key},
                      .cancel = rebuild.empty() ? std::string() : cancel.text(),
                      .cancelCommand = api::CancelShadow{pipeline, key},
                      .progress = [&](const DocumentNode& all) {
                          return rebuild.empty() ? std::string() : shadowProgress(all, pipeline);
                      }}));
    return isHeld ? done : done + "; it runs with the next start";
}

int deploy(const Shared& shared, const DeployOptions& options)
{
    const Result<std::string> text = readFile(options.document);
    if (!text)
        return report(shared, text.error());
    std::error_code error;
    const std::string path
        = std::filesystem::absolute(options.document, error).lexically_normal().string();
    std::string pipeline;
    std::vector<std::string> rebuild;
    // A workspace that is not there yet has nothing to compare with.
    if (std::filesystem::exists(shared.workspace + "/workspace.db", error)) {
        auto changes = api::compareDocument(*text, options.document, shared.workspace);
        if (!changes)
            return report(shared, changes.error());
        pipeline = changes->pipeline;
        if (!options.rebuild.empty() && !changes->isNew && changes->isValid) {
            const auto planned
                = api::planRebuild(*text, options.document, shared.workspace, options.rebuild);
            if (!planned)
                return report(shared, planned.error());
            rebuild = planned->nodes;
            markRebuilt(*planned, *changes);
            if (!shared.isJson)
                std::printf("%s\n\n", rebuildText(*planned).c_str());
        }
        for (const std::string& finding : changes->findings)
            std::fprintf(stderr, "%s\n", finding.c_str());
        if (!shared.isJson)
            printChanges(*changes);
        if (!changes->isValid)
            return kInvalid;
        if (!isAgreedTo(*changes, options))
            return report(shared, notAgreed(*changes));
    }
    return tellDone(shared, handOver(shared, pipeline, path, *text, rebuild));
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
    command
        ->add_option("--rebuild", options->rebuild,
                     "A node whose state and tables are made anew from bronze, with all below "
                     "it; all = those that change")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->callback([&shared, options] { shared.exitCode = deploy(shared, *options); });
}

} // namespace sluice::ctl
