// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/telemetry/counters.h"

#include <cstdint>
#include <functional>
#include <string>

namespace sluice::operators {

/// How much memory the state of a node may take: what its option max_state says, and in any case
/// not so much that the machine has none left. Beyond that the pipeline stops with a message, at
/// its last epoch: nothing is lost, and a start with more memory goes on from there. Another bound
/// is no other node: the state stays. One thread.
class StateBound
{
public:
    /// The option max_state.
    static OptionSpec option();

    StateBound() = default;
    /// fewer: how else the node can be made to keep less, an imperative ("Group by fewer values").
    StateBound(const flow::BindContext& context, std::string fewer);

    /// Tells the counters how much there is; keysName: what the keys are called, "groups".
    /// CapacityExceeded if it is too much.
    Status check(NodeCounters& counters, std::int64_t keys, std::int64_t bytes,
                 const char* keysName);

    /// Where the memory that is left on the machine is asked for; tests put theirs here.
    std::function<std::int64_t()> memoryLeft;

private:
    Error exceeded(std::int64_t keys, std::int64_t bytes, const char* keysName,
                   const std::string& bound) const;

    std::string m_node, m_fewer;
    std::int64_t m_most = 0;     // 0 = as much as there is
    std::int64_t m_nextLook = 0; // bytes of state at which the machine is asked again
};

} // namespace sluice::operators
