// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/state_chain.h"

#include <algorithm>

namespace sluice::runtime {
namespace {

constexpr std::size_t kMaxSegments = 32;
constexpr std::uint64_t kMaxChangesPerWhole = 2;
constexpr std::uint64_t kSmallState = 1 << 20;
constexpr std::uint64_t kSmallLog = 4 << 20;
constexpr std::uint64_t kLogFiles = 32;

bool isLog(const StateSegment& segment)
{
    return segment.kind == flow::SaveKind::Log;
}

} // namespace

bool isDueForWhole(const StateChain& chain)
{
    if (chain.empty())
        return true;
    if (isLog(chain.back()))
        return false;
    std::uint64_t changes = 0;
    for (std::size_t i = 1; i < chain.size(); ++i)
        changes += chain[i].length;
    return chain.size() > kMaxSegments
        || changes > std::max(kSmallState, chain.front().length * kMaxChangesPerWhole);
}

std::optional<StateSegment> openLog(const StateChain& chain)
{
    if (chain.empty() || !isLog(chain.back()))
        return std::nullopt;
    std::uint64_t all = 0;
    for (const StateSegment& segment : chain)
        all += segment.length;
    if (chain.back().length >= std::max(kSmallLog, all / kLogFiles))
        return std::nullopt;
    return chain.back();
}

void addSegment(StateChain& chain, const StateSegment& segment)
{
    if (segment.kind == flow::SaveKind::Whole)
        chain.clear();
    const bool isLonger = isLog(segment) && !chain.empty() && isLog(chain.back())
        && chain.back().epoch == segment.epoch;
    if (isLonger)
        chain.back() = segment;
    else
        chain.push_back(segment);
}

void dropReleased(StateChain& chain, EventTime watermark)
{
    std::erase_if(chain, [watermark](const StateSegment& segment) {
        return isLog(segment) && watermark > segment.until;
    });
}

} // namespace sluice::runtime
