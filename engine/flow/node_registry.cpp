// SPDX-License-Identifier: Apache-2.0
#include "engine/flow/node_registry.h"

#include <algorithm>

namespace sluice::flow {

const NodeKind* NodeRegistry::find(std::string_view name) const
{
    const auto found = std::ranges::find(m_kinds, name, &NodeKind::name);
    return found == m_kinds.end() ? nullptr : &*found;
}

} // namespace sluice::flow
