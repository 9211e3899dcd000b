// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregates/aggregate.h"

namespace sluice::operators {

/// count(*), count(x): 8 bytes a cell.
std::unique_ptr<Aggregate> makeCount();

} // namespace sluice::operators
