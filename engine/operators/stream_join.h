// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"

namespace sluice::operators {

/// Joins two append streams on keys: a pair is emitted when its second row comes, however long
/// after the first. With time_to_live rows that are further apart than that do not match and are
/// released, which is an interval join between -time_to_live and time_to_live; without, both inputs
/// are kept for ever.
struct StreamJoin
{
    static flow::NodeKind kind();
};

} // namespace sluice::operators
