// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"

#include <string_view>
#include <vector>

namespace sluice::flow {

/// The node types there are, in the order of registration. Filled once at start, then read only.
class NodeRegistry
{
public:
    void add(NodeKind kind) { m_kinds.push_back(std::move(kind)); }
    const NodeKind* find(std::string_view name) const;
    const std::vector<NodeKind>& kinds() const { return m_kinds; }

private:
    std::vector<NodeKind> m_kinds;
};

} // namespace sluice::flow
