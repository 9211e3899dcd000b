// SPDX-License-Identifier: Apache-2.0
#include "engine/api/node_catalog.h"

#include "engine/api/kinds.h"

namespace sluice::operators {
void registerAll(flow::NodeRegistry& registry);
}
namespace sluice::connectors {
void registerAll(flow::NodeRegistry& registry);
}
namespace sluice::lake {
void registerAll(flow::NodeRegistry& registry);
}

namespace sluice::api {

const flow::NodeRegistry& nodeCatalog()
{
    static const flow::NodeRegistry registry = [] {
        flow::NodeRegistry all;
        connectors::registerAll(all);
        operators::registerAll(all);
        lake::registerAll(all);
        return all;
    }();
    return registry;
}

const std::vector<NodeKindInfo>& nodeKinds()
{
    static const std::vector<NodeKindInfo> infos = [] {
        std::vector<NodeKindInfo> out;
        for (const flow::NodeKind& kind : nodeCatalog().kinds())
            out.push_back({kind.name, kind.title, kind.help, flow::nodeCategoryName(kind.category),
                           kind.minInputs, kind.maxInputs, kind.options});
        return out;
    }();
    return infos;
}

} // namespace sluice::api
