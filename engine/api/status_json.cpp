// SPDX-License-Identifier: Apache-2.0
#include "engine/api/status_json.h"

#include "engine/base/json_writer.h"

#include <array>

namespace sluice::api {
namespace {

void writeNode(JsonWriter& json, const NodeSnapshot& node)
{
    const auto put = [&](const char* key, auto number) { json.key(key).value(number); };
    json.beginObject().key("node").value(node.name).key("type").value(node.type);
    if (!node.target.empty())
        json.key("target").value(node.target);
    put("in", node.rowsIn);
    put("created", node.created);
    put("out", node.rowsOut);
    put("merged", node.merged);
    put("held", node.heldRows);
    put("filtered", node.rejects.filtered);
    put("dropped", node.rejects.dropped);
    put("duplicate", node.rejects.duplicate);
    put("late", node.rejects.late);
    put("dead_letter", node.rejects.deadLetter);
    put("quarantined", node.rejects.quarantined);
    put("state_bytes", node.stateBytes);
    put("rate_limit", node.rateLimit);
    json.key("balanced").value(node.isConserved);
    json.key("trouble").value(node.trouble);
    json.key("summary").value(node.summary);
    json.endObject();
}

} // namespace

const char* runStateName(RunState state)
{
    static constexpr std::array kNames{"stopped",  "starting", "running",
                                       "stopping", "finished", "failed"};
    return kNames[std::size_t(state)];
}

std::string statusAsJson(const EngineSnapshot& snapshot)
{
    JsonWriter json;
    json.beginObject().key("workspace").value(snapshot.workspacePath);
    json.key("pipelines").beginArray();
    for (const PipelineSnapshot& pipeline : snapshot.pipelines) {
        json.beginObject().key("pipeline").value(pipeline.name);
        json.key("version").value(pipeline.version);
        json.key("state").value(runStateName(pipeline.state));
        json.key("reason").value(pipeline.stateReason);
        json.key("epoch").value(pipeline.epoch).key("rows_in").value(pipeline.rowsIn);
        json.key("balanced").value(pipeline.isConserved);
        if (pipeline.rowsExpected >= 0) {
            json.key("rows_expected").value(pipeline.rowsExpected);
            json.key("rows_in_per_second").value(std::int64_t(pipeline.rowsInPerSecond));
        }
        if (!pipeline.replay.id.empty()) {
            json.key("replay").beginObject().key("id").value(pipeline.replay.id);
            json.key("done").value(pipeline.replay.done).key("total").value(pipeline.replay.total);
            json.key("trouble").value(pipeline.replay.trouble).endObject();
        }
        json.key("nodes").beginArray();
        for (const NodeSnapshot& node : pipeline.nodes)
            writeNode(json, node);
        json.endArray().endObject();
    }
    json.endArray().endObject();
    return json.take();
}

} // namespace sluice::api
