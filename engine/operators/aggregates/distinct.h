// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregates/aggregate.h"

#include <arrow/type.h>

namespace sluice::operators {

/// count(DISTINCT x), exact: the set of the values of each cell. Values of fixed width are kept
/// themselves (16 to 24 bytes each); texts and decimals as 128 bits of hash (24 to 32 bytes), where
/// two among a billion are taken for one with a chance of 10^-21. A save writes what has come.
std::unique_ptr<Aggregate> makeCountDistinct(const std::shared_ptr<arrow::DataType>& input);

} // namespace sluice::operators
