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
            .hint = "deploy, stop, rate, replay_rejects, cancel_replay and status are known.",
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
    json.key("dry_run").value(command.isDryRun).endObject();
    return json.take();
}

bool isStatusRequest(const std::string& request)
{
    return textOf(parsed(request), "command") == "status";
}

Result<Command> commandOf(const std::string& request)
{
    const DocumentNode root = parsed(request);
    const std::string name = textOf(root, "command");
    if (name == "deploy")
        return Command(
            DeployPipeline{.documentPath = textOf(root, "path"), .text = textOf(root, "text")});
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
                                     .isDryRun = textOf(root, "dry_run") == "true"});
    if (name == "cancel_replay")
        return Command(CancelReplay{.pipeline = textOf(root, "pipeline")});
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
