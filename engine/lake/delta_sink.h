// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"

namespace sluice::lake {

/// The node type delta_sink: appends rows, or the raw records behind them, to a Delta table. The
/// work is done by TableSink.
class DeltaSink
{
public:
    static flow::NodeKind kind();
};

} // namespace sluice::lake
