// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/command.h"
#include "app/sluicectl/output.h"
#include "app/sluicectl/steering.h"
#include "engine/api/control.h"
#include "engine/api/rejects.h"
#include "engine/base/json_writer.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

struct RejectsOptions
{
    api::RejectFilter filter;
    std::string file, id;
    bool isDryRun = false;
};

void writeGroup(JsonWriter& json, const api::RejectGroup& group)
{
    json.beginObject().key("verdict").value(group.verdict).key("node").value(group.node);
    json.key("rule").value(group.rule).key("reason").value(group.reason);
    json.key("rows").value(group.rows).key("replayed").value(group.replayed);
    json.key("attempts").value(group.mostAttempts);
    json.key("first_us").value(group.firstUs).key("last_us").value(group.lastUs).endObject();
}

int list(const Shared& shared, const RejectsOptions& options)
{
    const auto groups = api::listRejects(shared.workspace, options.filter);
    if (!groups)
        return report(shared, groups.error());
    if (shared.isJson) {
        JsonWriter json;
        json.beginArray();
        for (const api::RejectGroup& group : *groups)
            writeGroup(json, group);
        std::printf("%s\n", json.endArray().take().c_str());
        return kDone;
    }
    if (groups->empty()) {
        std::printf("%s has no %srejects%s\n", options.filter.pipeline.c_str(),
                    options.filter.withReplayed ? "" : "open ",
                    options.filter.withReplayed ? "" : "; --all shows replayed ones too");
        return kDone;
    }
    std::vector<std::vector<std::string>> rows;
    for (const api::RejectGroup& group : *groups)
        rows.push_back({group.verdict, group.node, group.rule, group.reason, countText(group.rows),
                        group.replayed > 0 ? countText(group.replayed) : "",
                        group.mostAttempts > 1 ? countText(group.mostAttempts) : "",
                        timeText(group.firstUs), timeText(group.lastUs)});
    printTable({"VERDICT", "NODE", "RULE", "REASON", "ROWS", "REPLAYED", "ATTEMPTS", "FIRST",
                "LAST"},
               rows);
    return kDone;
}

int show(const Shared& shared, RejectsOptions options)
{
    if (options.filter.limit == 0)
        options.filter.limit = 10;
    const Status shown
        = api::exportRejects(shared.workspace, options.filter,
                             [](const std::string& line) { std::printf("%s\n", line.c_str()); });
    return shown ? kDone : report(shared, shown.error());
}

int exportTo(const Shared& shared, const RejectsOptions& options)
{
    if (options.file.empty())
        return show(shared, options);
    std::int64_t lines = 0;
    std::ofstream out(options.file, std::ios::binary);
    const Status written
        = api::exportRejects(shared.workspace, options.filter, [&](const std::string& line) {
              out << line << '\n';
              ++lines;
          });
    if (!written)
        return report(shared, written.error());
    out.close();
    if (!out)
        return report(shared,
                      {.code = ErrorCode::StorageFailed,
                       .message = "cannot write the file",
                       .object = options.file,
                       .hint = "Look whether the folder is there and the disk has room.",
                       .cause = {}});
    return tellDone(shared,
                    options.file + ": " + countText(lines) + " rejects; edit data, then sluicectl "
                        + "rejects replay " + options.filter.pipeline + " " + options.file);
}

std::string progressText(const DocumentNode& pipelines, const std::string& name)
{
    const DocumentNode* pipeline = pipelineIn(pipelines, name);
    const DocumentNode* replay = pipeline ? pipeline->find("replay") : nullptr;
    if (!replay)
        return name + ": looking for the rejects";
    return name + ": replay " + textIn(*replay, "id") + "  " + countText(numberIn(*replay, "done"))
        + " of " + countText(numberIn(*replay, "total"));
}

int replay(const Shared& shared, const RejectsOptions& options)
{
    std::error_code error;
    api::ReplayRejects wish{.filter = options.filter,
                            .path = options.file.empty()
                                ? std::string()
                                : std::filesystem::absolute(options.file, error).string(),
                            .id = options.id,
                            .isDryRun = options.isDryRun,
                            .key = newOrderKey()};
    JsonWriter cancel;
    const std::string& pipeline = options.filter.pipeline;
    cancel.beginObject().key("command").value("cancel_replay");
    cancel.key("pipeline").value(pipeline).key("key").value(wish.key).endObject();
    return tellDone(shared,
                    steer(shared,
                          {.request = api::requestOf(wish),
                           .command = wish,
                           .cancel = cancel.text(),
                           .cancelCommand = api::CancelReplay{pipeline, wish.key},
                           .progress = [&](const DocumentNode& all) {
                               return progressText(all, pipeline);
                           }}));
}

int cancel(const Shared& shared, const RejectsOptions& options)
{
    JsonWriter json;
    json.beginObject().key("command").value("cancel_replay");
    json.key("pipeline").value(options.filter.pipeline).endObject();
    return tellDone(shared,
                    steer(shared,
                          {.request = json.text(),
                           .command
                           = api::CancelReplay{.pipeline = options.filter.pipeline, .key = {}},
                           .cancel = {},
                           .cancelCommand = {},
                           .progress = {}}));
}

void addFilter(CLI::App& command, RejectsOptions& options)
{
    api::RejectFilter& filter = options.filter;
    command.add_option("--verdict", filter.verdict, "dead_letter, late or quarantined");
    command.add_option("--node", filter.node, "The node that turned them away");
    command.add_option("--rule", filter.rule, "The rule that they broke");
    command.add_option("--reason", filter.reason, "A part of the reason, or one as listed");
    command.add_option("--since", filter.since,
                       "Arrived since: a time (UTC), or a span before now such as 2h");
    command.add_option("--until", filter.until, "Arrived before");
    command.add_option("--limit", filter.limit, "At most so many, the oldest")
        ->check(CLI::NonNegativeNumber);
}

} // namespace

void addRejectsCommands(CLI::App& app, Shared& shared)
{
    CLI::App* rejects
        = app.add_subcommand("rejects",
                             "Dead letters, late and quarantined rows: look, edit, try again");
    rejects->require_subcommand(1);
    const auto options = std::make_shared<RejectsOptions>();
    const auto add = [&](const char* name, const char* help, auto work) {
        CLI::App* command = rejects->add_subcommand(name, help);
        command->add_option("pipeline", options->filter.pipeline)->required();
        command->callback([&shared, options, work] { shared.exitCode = work(shared, *options); });
        return command;
    };
    CLI::App* command = add("list", "Count the open rejects by reason", list);
    addFilter(*command, *options);
    command->add_flag("--all", options->filter.withReplayed, "Those too that were replayed since");
    command = add("show", "Print rejects as JSON lines, ten unless --limit says", show);
    addFilter(*command, *options);
    command->add_flag("--all", options->filter.withReplayed, "Those too that were replayed since");
    command
        = add("export", "Write rejects as JSON lines that can be edited and replayed", exportTo);
    addFilter(*command, *options);
    command->add_option("-o,--output", options->file, "The file; to the screen without it");
    command = add("replay", "Read rejects once more, edited or as they are; exactly once", replay);
    addFilter(*command, *options);
    command->add_option("file", options->file, "An exported file: its lines are replayed")
        ->check(CLI::ExistingFile);
    command->add_option("--id", options->id,
                        "Names the replay; one that was done is not done again");
    command->add_flag("--dry-run", options->isDryRun, "Tell what would be replayed, do nothing");
    add("cancel", "Give up what a replay has not read yet", cancel);
}

} // namespace sluice::ctl
