// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/engine.h"

#include <functional>
#include <utility>
#include <vector>

namespace sluice::test {

/// An engine that shows what a test gives it and remembers what it was asked.
class FakeEngine final : public api::Engine
{
public:
    FakeEngine() { publish({}); }

    void publish(api::EngineSnapshot snapshot)
    {
        snapshot.generation = ++m_generation;
        m_snapshot = std::make_shared<const api::EngineSnapshot>(std::move(snapshot));
    }
    api::EngineSnapshotPtr snapshot() const override { return m_snapshot; }
    api::RequestId ask(api::Query query) override
    {
        const api::RequestId id = ++m_lastId;
        if (onAsk)
            answers.push_back({id, onAsk(query)});
        queries.emplace_back(id, std::move(query));
        return id;
    }
    std::vector<api::Answer> takeAnswers() override { return std::exchange(answers, {}); }
    api::CommandId submit(api::Command command) override
    {
        commands.push_back(std::move(command));
        return commands.size();
    }
    std::vector<api::Outcome> takeOutcomes() override { return std::exchange(outcomes, {}); }

    std::function<api::AnswerBody(const api::Query&)> onAsk;
    std::vector<std::pair<api::RequestId, api::Query>> queries;
    std::vector<api::Answer> answers;
    std::vector<api::Command> commands;
    std::vector<api::Outcome> outcomes;

private:
    api::EngineSnapshotPtr m_snapshot;
    std::uint64_t m_generation = 0;
    api::RequestId m_lastId = 0;
};

/// A running pipeline: source -> check -> (silver, window -> gold), with a rule and an objective.
inline api::EngineSnapshot plantSnapshot()
{
    using namespace api;
    EngineSnapshot out;
    out.timeUs = 1'767'225'600'000'000;
    out.workspaceName = "plant";
    PipelineSnapshot pipeline;
    pipeline.name = "orders";
    pipeline.version = 4;
    pipeline.state = RunState::Running;
    pipeline.rowsIn = 1'000'000;
    pipeline.rowsInPerSecond = 12'345;
    pipeline.latency
        = {.p50Us = 400'000, .p95Us = 800'000, .p99Us = 900'000, .maxUs = 1'000'000, .count = 100};
    const auto node = [&](const char* name, NodeRole role, const char* layer) {
        NodeSnapshot made;
        made.name = name;
        made.type = role == NodeRole::Source ? "kafka_source"
            : role == NodeRole::Sink         ? "delta_sink"
                                             : "expect";
        made.role = role;
        made.layer = layer;
        made.target = role == NodeRole::Sink ? std::string(layer) + ".orders" : std::string();
        made.rowsInPerSecond = 1000;
        pipeline.nodes.push_back(made);
    };
    node("orders_raw", NodeRole::Source, "");
    node("checked", NodeRole::Quality, "");
    node("silver", NodeRole::Sink, "silver");
    node("per_minute", NodeRole::Window, "");
    node("gold", NodeRole::Sink, "gold");
    for (const auto& [from, to] :
         {std::pair("orders_raw", "checked"), std::pair("checked", "silver"),
          std::pair("checked", "per_minute"), std::pair("per_minute", "gold")}) {
        EdgeSnapshot edge;
        edge.from = from;
        edge.to = to;
        edge.rowsPerSecond = 1000;
        edge.rows = 5000;
        pipeline.edges.push_back(edge);
    }
    pipeline.rules.push_back({.node = "checked",
                              .name = "has_customer",
                              .check = "customer IS NOT NULL",
                              .onFail = "quarantine",
                              .passed = 990,
                              .failed = 10});
    out.pipelines.push_back(pipeline);
    ObjectiveSnapshot objective{.name = "Orders fresh",
                                .pipeline = "orders",
                                .indicator = "freshness",
                                .table = "gold.orders",
                                .unit = "s",
                                .value = 2,
                                .hasValue = true,
                                .threshold = 60};
    out.objectives.push_back(objective);
    return out;
}

} // namespace sluice::test
