// SPDX-License-Identifier: Apache-2.0
#include "engine/api/control_requests.h"

#include "engine/api/control.h"
#include "engine/base/document.h"
#include "engine/base/json_writer.h"

#include <charconv>

namespace sluice::api {
namespace {

DocumentNode parsed(const std::string& request)
{
    Diagnostics ignored("request");
    return parseDocument(request, ignored);
}

std::string textOf(const DocumentNode& root, const char* key)
{
    const DocumentNode* node = root.find(key);
    return node ? node->text : std::string();
}

RejectFilter filterOf(const DocumentNode& root)
{
    RejectFilter out{.pipeline = textOf(root, "pipeline"),
                     .verdict = textOf(root, "verdict"),
                     .node = textOf(root, "node"),
                     .rule = textOf(root, "rule"),
                     .reason = textOf(root, "reason"),
                     .since = textOf(root, "since"),
                     .until = textOf(root, "until")};
    const std::string limit = textOf(root, "limit");
    std::from_chars(limit.data(), limit.data() + limit.size(), out.limit);
    return out;
}

Error notUnderstood(std::string what)
{
    return {.code = ErrorCode::ConfigInvalid,
            .message = std::move(what),
            .object = "request",
            .hint = "deploy, stop, rate, replay, swap, discard, cancel_shadow, replay_rejects, "
                    "cancel_replay and status are known.",
            .cause = {}};
}

} // namespace

std::string requestOf(const ReplayRejects& command)
{
    JsonWriter json;
    json.beginObject().key("command").value("replay_rejects");
    const RejectFilter& filter = command.filter;
    json.key("pipeline").value(filter.pipeline).key("verdict").value(filter.verdict);
    json.key("node").value(filter.node).key("rule").value(filter.rule);
    json.key("reason").value(filter.reason).key("since").value(filter.since);
    json.key("until").value(filter.until).key("limit").value(filter.limit);
    json.key("path").value(command.path).key("id").value(command.id);
    json.key("dry_run").value(command.isDryRun).key("key").value(command.key).endObject();
    return json.take();
}

std::string requestOf(const ReplayPipeline& command)
{
    JsonWriter json;
    json.beginObject().key("command").value("replay").key("pipeline").value(command.pipeline);
    json.key("from").value(command.from == ReplayOrigin::Source ? "source" : "bronze");
    json.key("from_time").value(command.bounds.fromTime);
    json.key("until_time").value(command.bounds.untilTime);
    json.key("from_offset").value(command.bounds.fromOffset);
    json.key("until_offset").value(command.bounds.untilOffset);
    json.key("closes_windows").value(command.closesWindows);
    json.key("key").value(command.key).endObject();
    return json.take();
}

bool isStatusRequest(const std::string& request)
{
    return textOf(parsed(request), "command") == "status";
}

std::optional<DecisionsQuery> decisionsQueryOf(const std::string& request)
{
    const DocumentNode root = parsed(request);
    if (textOf(root, "command") != "decisions")
        return std::nullopt;
    DecisionsQuery out{.pipeline = textOf(root, "pipeline"),
                       .node = textOf(root, "node"),
                       .partition = textOf(root, "partition"),
                       .text = textOf(root, "text")};
    const std::string position = textOf(root, "position");
    std::from_chars(position.data(), position.data() + position.size(), out.position);
    return out;
}

std::string decisionsAsJson(const AnswerBody& answer)
{
    if (const auto* error = std::get_if<Error>(&answer))
        return answerOf({.error = *error});
    JsonWriter json;
    json.beginObject().key("decisions").beginArray();
    for (const DecisionInfo& decision : std::get<DecisionsAnswer>(answer).decisions) {
        json.beginObject().key("node").value(decision.node);
        json.key("partition").value(decision.partition).key("position").value(decision.position);
        json.key("verdict").value(decision.verdict).key("rule").value(decision.rule);
        json.key("text").value(decision.text).key("values").value(decision.values);
        json.key("version").value(decision.version).key("time_us").value(decision.timeUs);
        json.endObject();
    }
    return json.endArray().endObject().take();
}

Result<Command> commandOf(const std::string& request)
{
    const DocumentNode root = parsed(request);
    const std::string name = textOf(root, "command");
    if (name == "deploy") {
        DeployPipeline out{.documentPath = textOf(root, "path"),
                           .text = textOf(root, "text"),
                           .key = textOf(root, "key")};
        if (const DocumentNode* rebuild = root.find("rebuild"))
            for (const DocumentNode& node : rebuild->items)
                out.rebuild.push_back(node.text);
        return Command(std::move(out));
    }
    if (name == "stop")
        return Command(StopPipeline{.pipeline = textOf(root, "pipeline")});
    if (name == "rate") {
        SetRate out{.pipeline = textOf(root, "pipeline"), .node = textOf(root, "node")};
        const std::string rate = textOf(root, "rows_per_second");
        const auto read
            = std::from_chars(rate.data(), rate.data() + rate.size(), out.rowsPerSecond);
        if (read.ec != std::errc{} || out.rowsPerSecond < 0)
            return notUnderstood("\"" + rate + "\" is no rate");
        return Command(std::move(out));
    }
    if (name == "replay_rejects")
        return Command(ReplayRejects{.filter = filterOf(root),
                                     .path = textOf(root, "path"),
                                     .id = textOf(root, "id"),
                                     .isDryRun = textOf(root, "dry_run") == "true",
                                     .key = textOf(root, "key")});
    if (name == "replay") {
        const std::string from = textOf(root, "from");
        if (from != "bronze" && from != "source" && !from.empty())
            return notUnderstood("a replay from \"" + from + "\"");
        return Command(
            ReplayPipeline{.pipeline = textOf(root, "pipeline"),
                           .from = from == "source" ? ReplayOrigin::Source : ReplayOrigin::Bronze,
                           .bounds = {.fromTime = textOf(root, "from_time"),
                                      .untilTime = textOf(root, "until_time"),
                                      .fromOffset = textOf(root, "from_offset"),
                                      .untilOffset = textOf(root, "until_offset")},
                           .closesWindows = textOf(root, "closes_windows") == "true",
                           .key = textOf(root, "key")});
    }
    if (name == "swap")
        return Command(SwapShadow{.pipeline = textOf(root, "pipeline"),
                                  .isForced = textOf(root, "force") == "true",
                                  .key = textOf(root, "key")});
    if (name == "discard")
        return Command(DiscardShadow{.pipeline = textOf(root, "pipeline")});
    if (name == "cancel_shadow")
        return Command(
            CancelShadow{.pipeline = textOf(root, "pipeline"), .key = textOf(root, "key")});
    if (name == "cancel_replay")
        return Command(
            CancelReplay{.pipeline = textOf(root, "pipeline"), .key = textOf(root, "key")});
    return notUnderstood("there is no command \"" + name + "\"");
}

std::string answerOf(const Outcome& outcome)
{
    JsonWriter json;
    json.beginObject();
    if (outcome.error) {
        json.key("error").value(errorCodeName(outcome.error->code));
        json.key("message").value(outcome.error->message);
        json.key("object").value(outcome.error->object).key("hint").value(outcome.error->hint);
    } else {
        json.key("done").value(outcome.text);
    }
    json.endObject();
    return json.take();
}

} // namespace sluice::api
