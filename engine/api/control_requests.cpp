// SPDX-License-Identifier: Apache-2.0
#include "engine/api/control_requests.h"

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

Error notUnderstood(std::string what)
{
    return {.code = ErrorCode::ConfigInvalid,
            .message = std::move(what),
            .object = "request",
            .hint = "deploy, stop, rate and status are known.",
            .cause = {}};
}

} // namespace

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
