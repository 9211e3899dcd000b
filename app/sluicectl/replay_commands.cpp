// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/command.h"
#include "app/sluicectl/output.h"
#include "app/sluicectl/steering.h"
#include "engine/api/comparison.h"
#include "engine/api/control.h"
#include "engine/base/json_writer.h"
#include "engine/base/time.h"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

struct ReplayOptions
{
    std::string pipeline, from = "bronze";
    api::ReplayBounds bounds;
    bool closesWindows = false, isForced = false;
    api::CompareRequest compare;
};

std::string request(const char* name, const std::string& pipeline,
                    const std::function<void(JsonWriter&)>& more = {})
{
    JsonWriter json;
    json.beginObject().key("command").value(name).key("pipeline").value(pipeline);
    if (more)
        more(json);
    return json.endObject().take();
}

int replay(const Shared& shared, const ReplayOptions& options)
{
    const std::string key = newOrderKey();
    const auto named = [&](JsonWriter& json) { json.key("key").value(key); };
    const api::ReplayPipeline command{.pipeline = options.pipeline,
                                      .from = options.from == "source" ? api::ReplayOrigin::Source
                                                                       : api::ReplayOrigin::Bronze,
                                      .bounds = options.bounds,
                                      .closesWindows = options.closesWindows,
                                      .key = key};
    return tellDone(shared,
                    steer(shared,
                          {.request = api::requestOf(command),
                           .command = command,
                           .cancel = request("cancel_shadow", options.pipeline, named),
                           .cancelCommand = api::CancelShadow{options.pipeline, key},
                           .progress = [&](const DocumentNode& all) {
                               return shadowProgress(all, options.pipeline);
                           }}));
}

int swap(const Shared& shared, const ReplayOptions& options)
{
    const std::string key = newOrderKey();
    const auto named = [&](JsonWriter& json) { json.key("key").value(key); };
    const auto more = [&](JsonWriter& json) {
        json.key("force").value(options.isForced);
        named(json);
    };
    return tellDone(shared,
                    steer(shared,
                          {.request = request("swap", options.pipeline, more),
                           .command = api::SwapShadow{options.pipeline, options.isForced, key},
                           .cancel = request("cancel_shadow", options.pipeline, named),
                           .cancelCommand = api::CancelShadow{options.pipeline, key},
                           .progress = [&](const DocumentNode& all) {
                               return shadowProgress(all, options.pipeline);
                           }}));
}

int discard(const Shared& shared, const ReplayOptions& options)
{
    return tellDone(shared,
                    steer(shared,
                          {.request = request("discard", options.pipeline),
                           .command = api::DiscardShadow{options.pipeline},
                           .cancel = {},
                           .cancelCommand = {},
                           .progress = {}}));
}

void printSamples(const char* title, const std::vector<std::string>& samples)
{
    if (samples.empty())
        return;
    std::printf("  %s:\n", title);
    for (const std::string& sample : samples)
        std::printf("    %s\n", sample.c_str());
}

void writeSamples(JsonWriter& json, const char* key, const std::vector<std::string>& samples)
{
    json.key(key).beginArray();
    for (const std::string& sample : samples)
        json.raw(sample);
    json.endArray();
}

std::string asJson(const std::vector<api::TableComparison>& tables)
{
    JsonWriter json;
    json.beginArray();
    for (const api::TableComparison& table : tables) {
        json.beginObject().key("table").value(table.table).key("shadow").value(table.shadow);
        json.key("rows").value(table.rows).key("shadow_rows").value(table.shadowRows);
        json.key("only_table").value(table.onlyTable).key("only_shadow").value(table.onlyShadow);
        json.key("differing").value(table.differing);
        writeSamples(json, "only_table_samples", table.onlyTableSamples);
        writeSamples(json, "only_shadow_samples", table.onlyShadowSamples);
        writeSamples(json, "differing_samples", table.differingSamples);
        json.endObject();
    }
    return json.endArray().take();
}

int compare(const Shared& shared, const ReplayOptions& options)
{
    const auto tables = api::compareShadow(shared.workspace, options.compare);
    if (!tables)
        return report(shared, tables.error());
    if (shared.isJson) {
        std::printf("%s\n", asJson(*tables).c_str());
        return kDone;
    }
    std::vector<std::vector<std::string>> rows;
    for (const api::TableComparison& table : *tables)
        rows.push_back({table.table, countText(table.rows), countText(table.shadowRows),
                        countText(table.onlyTable), countText(table.onlyShadow),
                        table.differing < 0 ? "" : countText(table.differing)});
    printTable({"TABLE", "ROWS", "SHADOW ROWS", "ONLY TABLE", "ONLY SHADOW", "DIFFERING"}, rows);
    for (const api::TableComparison& table : *tables) {
        if (table.onlyTable + table.onlyShadow + std::max<std::int64_t>(table.differing, 0) == 0)
            continue;
        std::printf("\n%s\n", table.table.c_str());
        printSamples("only in the table", table.onlyTableSamples);
        printSamples("only in the shadow", table.onlyShadowSamples);
        printSamples("differing, table and shadow", table.differingSamples);
    }
    return kDone;
}

} // namespace

std::string shadowProgress(const DocumentNode& pipelines, const std::string& pipeline)
{
    const DocumentNode* shadow = pipelineIn(pipelines, pipeline + "__shadow");
    if (!shadow)
        return pipeline + ": changing places";
    const std::int64_t read = numberIn(*shadow, "rows_in"),
                       expected = numberIn(*shadow, "rows_expected"),
                       rate = numberIn(*shadow, "rows_in_per_second");
    std::string out = pipeline + ": " + countText(read) + " of about " + countText(expected)
        + " records read again, " + rateText(double(rate));
    if (rate > 0 && expected > read)
        out += ", " + durationText(Micros(1'000'000 * ((expected - read) / rate + 1))) + " to go";
    if (const DocumentNode* nodes = shadow->find("nodes"))
        for (const DocumentNode& node : nodes->items)
            if (const std::string trouble = textIn(node, "trouble"); !trouble.empty())
                return out + "; " + textIn(node, "node") + ": " + trouble;
    return out;
}

void addReplayCommands(CLI::App& app, Shared& shared)
{
    const auto options = std::make_shared<ReplayOptions>();
    const auto add = [&](const char* name, const char* help, auto work) {
        CLI::App* command = app.add_subcommand(name, help);
        command->add_option("pipeline", options->pipeline)->required();
        command->callback([&shared, options, work] {
            options->compare.pipeline = options->pipeline;
            shared.exitCode = work(shared, *options);
        });
        return command;
    };
    CLI::App* command = add("replay",
                            "Run a pipeline once more over the records that bronze keeps or that "
                            "its sources still have, into shadow tables beside the real ones; "
                            "Ctrl-C gives it up",
                            replay);
    command
        ->add_option("--from", options->from,
                     "What is read: what bronze keeps, or the source itself once more")
        ->check(CLI::IsMember({"bronze", "source"}))
        ->capture_default_str();
    api::ReplayBounds& bounds = options->bounds;
    command->add_option("--from-time", bounds.fromTime,
                        "Only records that arrived since: a time (UTC), or a span before now");
    command->add_option("--until-time", bounds.untilTime, "Only records that arrived before");
    command->add_option("--from-offset", bounds.fromOffset,
                        "Only from an offset on, by partition: P=N[,P=N...]; of a file the byte");
    command->add_option("--until-offset", bounds.untilOffset,
                        "Only to an offset, which is not read itself: P=N[,P=N...]");
    command->add_flag("--close-windows", options->closesWindows,
                      "Emit every window at the end, as run --until-idle does");
    command = add("compare", "Compare the shadow tables with the real ones", compare);
    command->add_option("--table", options->compare.table, "Only this table");
    command
        ->add_option("--key", options->compare.key,
                     "Columns that name a row: then differing rows are found")
        ->delimiter(',');
    command->add_option("--samples", options->compare.samples, "Rows shown of each kind")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    command = add("swap", "Put the shadow tables in the place of the real ones", swap);
    command->add_flag("--force", options->isForced, "Even if the shadow holds a part only");
    add("discard", "End a replay and remove its shadow tables", discard);
}

} // namespace sluice::ctl
