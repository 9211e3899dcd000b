// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runtime/manifest.h"

#include <optional>
#include <vector>

namespace sluice::runtime {

/// The saved pieces that make up a node's state, oldest first: one Whole and Changes to it, or the
/// files of a Log. (Behind a Whole and Changes of an earlier version there may be a Log.)
using StateChain = std::vector<StateSegment>;

/// True if the next save should be Whole, so that a restart reads at most about thrice the state.
bool isDueForWhole(const StateChain& chain);

/// Returns the file of a Log that the next piece is to be added to; nullopt: begin a new one. There
/// are about thirty files, so that old ones can be dropped and little that is out of date is kept.
std::optional<StateSegment> openLog(const StateChain& chain);

/// Adds a piece that was written. A Whole replaces all before it, a longer Log its shorter self.
void addSegment(StateChain& chain, const StateSegment& segment);

/// Drops the files of a Log that are of no use at this watermark.
void dropReleased(StateChain& chain, EventTime watermark);

} // namespace sluice::runtime
