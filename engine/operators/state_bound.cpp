// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/state_bound.h"

#include "engine/base/memory_left.h"

namespace sluice::operators {
namespace {

constexpr std::int64_t kKilo = 1'000, kMega = 1'000'000;
constexpr std::int64_t kLookEvery = 64 * kMega; // of growth: a look costs about 50 us
constexpr std::int64_t kReserve = 500 * kMega;  // for all else, and for a table that doubles

std::string sizeText(std::int64_t bytes)
{
    return bytes < 10 * kMega ? std::to_string(bytes / kKilo) + " KB"
                              : std::to_string(bytes / kMega) + " MB";
}

} // namespace

OptionSpec StateBound::option()
{
    return {.name = "max_state",
            .type = OptionType::Size,
            .help = "Memory that the state of this node may take; beyond it the pipeline stops "
                    "with a message and can go on from its last epoch with more. Without it the "
                    "bound is what the machine has left.",
            .isAdvanced = true};
}

StateBound::StateBound(const flow::BindContext& context, std::string fewer)
    : memoryLeft(availableMemory)
    , m_node(context.node)
    , m_fewer(std::move(fewer))
{
    if (context.options.has("max_state"))
        m_most = context.options.size("max_state");
}

Error StateBound::exceeded(std::int64_t keys, std::int64_t bytes, const char* keysName,
                           const std::string& bound) const
{
    return {.code = ErrorCode::CapacityExceeded,
            .message = "the state has grown to " + sizeText(bytes) + " with " + std::to_string(keys)
                + " " + keysName + ", " + bound,
            .object = m_node,
            .hint = m_fewer
                + ", or give it more memory (max_state). What was committed is kept: "
                  "the next start goes on from the last epoch.",
            .cause = {}};
}

Status StateBound::check(NodeCounters& counters, std::int64_t keys, std::int64_t bytes,
                         const char* keysName)
{
    NodeCounters::set(counters.stateKeys, keys);
    NodeCounters::set(counters.stateBytes, bytes);
    if (m_most > 0 && bytes > m_most)
        return exceeded(keys, bytes, keysName,
                        "more than max_state allows (" + sizeText(m_most) + ")");
    if (bytes < m_nextLook || !memoryLeft)
        return ok();
    m_nextLook = bytes + kLookEvery;
    if (bytes < kLookEvery)
        return ok(); // others take the memory
    const std::int64_t left = memoryLeft();
    if (left >= kReserve)
        return ok();
    return exceeded(keys, bytes, keysName, "and the machine has only " + sizeText(left) + " left");
}

} // namespace sluice::operators
