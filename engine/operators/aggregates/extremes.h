// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregates/aggregate.h"

#include <arrow/type.h>

namespace sluice::operators {

/// min(x) and max(x) of any type that can be a key; the value itself is the state.
std::unique_ptr<Aggregate> makeExtreme(const std::shared_ptr<arrow::DataType>& type, bool isMax);

/// first(x) and last(x): the value of the row with the least (greatest) event time among rows whose
/// x is not null; of several the one that came first (last).
std::unique_ptr<Aggregate> makeFirst(const std::shared_ptr<arrow::DataType>& type, bool isLast);

} // namespace sluice::operators
