// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/command.h"
#include "app/sluicectl/output.h"
#include "engine/api/control.h"
#include "engine/api/status_json.h"
#include "engine/base/document.h"
#include "engine/base/json_writer.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

std::string textOf(const DocumentNode& node, const char* key)
{
    const DocumentNode* found = node.find(key);
    return found ? found->text : std::string();
}

std::string countOf(const DocumentNode& node, const char* key)
{
    const std::string text = textOf(node, key);
    return text == "0" ? "" : countText(std::atoll(text.c_str()));
}

void printPipeline(const DocumentNode& pipeline)
{
    std::printf("%s: version %s, %s, epoch %s\n", textOf(pipeline, "pipeline").c_str(),
                textOf(pipeline, "version").c_str(), textOf(pipeline, "state").c_str(),
                textOf(pipeline, "epoch").c_str());
    if (!textOf(pipeline, "reason").empty())
        std::printf("%s\n", textOf(pipeline, "reason").c_str());
    std::vector<std::vector<std::string>> rows;
    const DocumentNode* nodes = pipeline.find("nodes");
    for (std::size_t i = 0; nodes && i < nodes->items.size(); ++i) {
        const DocumentNode& node = nodes->items[i];
        rows.push_back({textOf(node, "node"), countOf(node, "in"), countOf(node, "created"),
                        countOf(node, "out"), countOf(node, "merged"), countOf(node, "filtered"),
                        countOf(node, "dropped"), countOf(node, "duplicate"), countOf(node, "late"),
                        countOf(node, "dead_letter"), countOf(node, "quarantined"),
                        countOf(node, "held"), textOf(node, "balanced") == "true" ? "yes" : "NO"});
    }
    if (!rows.empty())
        printTable({"NODE", "IN", "MADE", "OUT", "MERGED", "FILTERED", "DROPPED", "DUPLICATE",
                    "LATE", "DEAD LETTER", "QUARANTINED", "HELD", "BALANCED"},
                   rows);
}

int showStatus(const Shared& shared)
{
    Result<std::string> answer = api::askHolder(shared.workspace, R"({"command":"status"})");
    if (!answer && answer.error().code == ErrorCode::NotFound) {
        const auto engine
            = api::openEngine({.workspace = shared.workspace, .workers = 1, .isReadOnly = true});
        if (!engine)
            return report(shared, engine.error());
        answer = api::statusAsJson(*(*engine)->snapshot());
    }
    if (!answer)
        return report(shared, answer.error());
    if (shared.isJson) {
        std::printf("%s\n", answer->c_str());
        return kDone;
    }
    Diagnostics ignored("status");
    const DocumentNode root = parseDocument(*answer, ignored);
    const DocumentNode* pipelines = root.find("pipelines");
    for (std::size_t i = 0; pipelines && i < pipelines->items.size(); ++i)
        printPipeline(pipelines->items[i]);
    return kDone;
}

// Sends a request about a pipeline that runs and prints what was done.
int sendRequest(const Shared& shared, const std::string& request)
{
    Result<std::string> answer = api::askHolder(shared.workspace, request);
    if (!answer) {
        Error error = std::move(answer).error();
        if (error.code == ErrorCode::NotFound)
            error.hint
                = "Start the pipeline: sluicectl run DOCUMENT --workspace " + shared.workspace;
        return report(shared, error);
    }
    Diagnostics ignored("answer");
    std::printf("%s\n",
                shared.isJson ? answer->c_str()
                              : textOf(parseDocument(*answer, ignored), "done").c_str());
    return kDone;
}

} // namespace

void addControlCommands(CLI::App& app, Shared& shared)
{
    app.add_subcommand("status", "What came into each node, what left it and how, what is held")
        ->callback([&shared] { shared.exitCode = showStatus(shared); });

    const auto pipeline = std::make_shared<std::string>();
    const auto node = std::make_shared<std::string>();
    const auto rows = std::make_shared<double>(0);
    CLI::App* stop = app.add_subcommand("stop",
                                        "End the epoch of a pipeline that runs, commit it "
                                        "and stop it");
    stop->add_option("pipeline", *pipeline)->required();
    stop->callback([&shared, pipeline] {
        JsonWriter json;
        json.beginObject().key("command").value("stop").key("pipeline").value(*pipeline);
        shared.exitCode = sendRequest(shared, json.endObject().take());
    });
    CLI::App* rate = app.add_subcommand("rate", "Limit a source or sink of a pipeline that runs");
    rate->add_option("pipeline", *pipeline)->required();
    rate->add_option("node", *node, "A source or a sink")->required();
    rate->add_option("rows", *rows, "Rows a second; 0 = no limit")
        ->required()
        ->check(CLI::NonNegativeNumber);
    rate->callback([&shared, pipeline, node, rows] {
        JsonWriter json;
        json.beginObject().key("command").value("rate").key("pipeline").value(*pipeline);
        json.key("node").value(*node).key("rows_per_second").value(*rows);
        shared.exitCode = sendRequest(shared, json.endObject().take());
    });
}

} // namespace sluice::ctl
