// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"

#include <memory>
#include <string>

namespace sluice::test {

/// Binds a node of a kind from YAML as the planner would, and makes its source reading all columns.
struct BoundSource
{
    BoundSource(const flow::NodeKind& kind, const std::string& yaml, const std::string& folder = {},
                const flow::ConnectionDirectory* connections = nullptr)
        : diagnostics("test.yaml")
    {
        services.connections = connections;
        services.clock = &systemClock();
        services.documentFolder = folder;
        map = parseDocument(yaml, diagnostics);
        checkOptions(map, kind.options, {"type", "input"}, "in", diagnostics);
        const Options options(map, kind.options);
        bound = kind.bind({.node = "in",
                           .map = map,
                           .options = options,
                           .inputs = {},
                           .inputNames = {},
                           .services = services,
                           .diagnostics = diagnostics});
    }
    std::unique_ptr<flow::Source> make() const
    {
        flow::CreateContext create;
        create.pipeline = "p";
        create.node = "in";
        create.services = &services;
        create.neededColumns = flow::allColumns(*bound.output.columns);
        return std::move(*bound.createSource(create));
    }

    flow::Services services;
    Diagnostics diagnostics;
    DocumentNode map;
    flow::BoundNode bound;
};

} // namespace sluice::test
