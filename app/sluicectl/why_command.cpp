// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/command.h"
#include "app/sluicectl/output.h"
#include "engine/api/trace.h"
#include "engine/base/json_writer.h"

#include <charconv>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

struct WhyOptions
{
    std::string where, position;
    api::TraceRequest request;
};

Error notUnderstood(const std::string& what, const char* hint)
{
    return {.code = ErrorCode::ConfigInvalid,
            .message = "\"" + what + "\" names no record",
            .object = "why",
            .hint = hint,
            .cause = {}};
}

// "orders/3/17" or "in/path/of/file.jsonl/120": the last part is the offset, the first the source
// or topic, which says nothing that the partition does not.
Status readPosition(const std::string& text, api::TraceRequest& request)
{
    const std::size_t last = text.rfind('/'), first = text.find('/');
    const char* end = text.data() + text.size();
    if (last == std::string::npos
        || std::from_chars(text.data() + last + 1, end, request.position).ptr != end)
        return notUnderstood(text, "--position TOPIC/PARTITION/OFFSET");
    request.partition
        = first == last ? text.substr(0, last) : text.substr(first + 1, last - first - 1);
    return ok();
}

Status readRequest(WhyOptions& options)
{
    if (!options.position.empty())
        return readPosition(options.position, options.request);
    const std::size_t equals = options.where.find('=');
    if (equals == std::string::npos || equals == 0)
        return notUnderstood(options.where, "--where KEY=VALUE, or --position T/P/OFFSET");
    options.request.key = options.where.substr(0, equals);
    options.request.value = options.where.substr(equals + 1);
    return ok();
}

std::string asJson(const api::TraceAnswer& answer)
{
    JsonWriter json;
    json.beginObject().key("records").beginArray();
    for (const api::RecordTrace& record : answer.records) {
        json.beginObject().key("source").value(record.source);
        json.key("partition").value(record.partition).key("position").value(record.position);
        json.key("event_us").value(record.eventUs).key("arrival_us").value(record.arrivalUs);
        json.key("data").value(record.data).key("steps").beginArray();
        for (const api::TraceStep& step : record.steps) {
            json.beginObject().key("node").value(step.node).key("type").value(step.type);
            json.key("verdict").value(step.verdict).key("rule").value(step.rule);
            json.key("reason").value(step.reason).key("values").value(step.values);
            json.key("known_by").value(step.knownBy).key("version").value(step.version);
            json.key("time_us").value(step.timeUs).key("attempt").value(step.attempt);
            json.key("replay_id").value(step.replayId).key("target").value(step.target);
            json.endObject();
        }
        json.endArray().endObject();
    }
    json.endArray().key("tables").beginArray();
    for (const api::TraceRows& rows : answer.tables) {
        json.beginObject().key("node").value(rows.node).key("table").value(rows.table);
        json.key("rows").value(rows.rows).key("samples").beginArray();
        for (const std::string& sample : rows.samples)
            json.raw(sample);
        json.endArray().endObject();
    }
    return json.endArray().endObject().take();
}

std::string becauseOf(const api::TraceStep& step)
{
    std::string out = step.reason;
    if (!step.rule.empty())
        out = step.rule + ": " + out;
    if (!step.values.empty())
        out += " " + step.values;
    if (step.attempt > 1)
        out += " (attempt " + std::to_string(step.attempt) + ")";
    if (!step.replayId.empty())
        out += " -> replayed by " + step.replayId;
    return out;
}

void print(const api::TraceAnswer& answer)
{
    for (const api::RecordTrace& record : answer.records) {
        std::printf("%s %s:%lld, arrived %s\n%s\n", record.source.c_str(), record.partition.c_str(),
                    static_cast<long long>(record.position), timeText(record.arrivalUs).c_str(),
                    record.data.c_str());
        std::vector<std::vector<std::string>> rows;
        for (const api::TraceStep& step : record.steps)
            rows.push_back({step.node, step.type, step.verdict,
                            step.version > 0 ? std::to_string(step.version) : "", becauseOf(step),
                            step.target, step.knownBy});
        printTable({"NODE", "TYPE", "VERDICT", "VERSION", "BECAUSE", "TARGET", "KNOWN BY"}, rows);
        std::printf("\n");
    }
    for (const api::TraceRows& rows : answer.tables) {
        std::printf("%s: %s rows\n", rows.table.c_str(), countText(rows.rows).c_str());
        for (const std::string& sample : rows.samples)
            std::printf("  %s\n", sample.c_str());
    }
}

int why(const Shared& shared, WhyOptions options)
{
    if (const Status read = readRequest(options); !read)
        return report(shared, read.error());
    const auto answer = api::traceRecord(shared.workspace, options.request);
    if (!answer)
        return report(shared, answer.error());
    if (shared.isJson)
        std::printf("%s\n", asJson(*answer).c_str());
    else
        print(*answer);
    return kDone;
}

} // namespace

void addWhyCommand(CLI::App& app, Shared& shared)
{
    const auto options = std::make_shared<WhyOptions>();
    CLI::App* command = app.add_subcommand(
        "why", "Tell the way of a record: each node's verdict, what decided, the rows it became");
    command->add_option("pipeline", options->request.pipeline)->required();
    CLI::Option* where
        = command->add_option("--where", options->where, "A field of the record: KEY=VALUE");
    command->add_option("--position", options->position, "Where it stood: TOPIC/PARTITION/OFFSET")
        ->excludes(where);
    command->add_option("--limit", options->request.limit, "Records shown at most")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->callback([&shared, options] { shared.exitCode = why(shared, *options); });
}

} // namespace sluice::ctl
