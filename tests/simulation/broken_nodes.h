// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runtime/plan.h"

namespace sluice::test {

// Each breaks the nodes of a plan in one way, on purpose: what proves the engine has to notice.

/// What changes in an operator's state is not in what it saves.
void loseStateChanges(runtime::Plan& plan);
/// A source comes back behind rows that were in no epoch, as if its position had been saved ahead.
void savePositionsAhead(runtime::Plan& plan);
/// A sink that is told to commit an epoch which it has committed does so once more.
void commitTwice(runtime::Plan& plan);
/// A sink does not finish the epoch that a crash interrupted.
void leaveEpochsUnfinished(runtime::Plan& plan);

} // namespace sluice::test
