// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregates/aggregate.h"

#include <arrow/type.h>

namespace sluice::operators {

/// approx_quantile(x, share) by state::QuantileSketch.
std::unique_ptr<Aggregate> makeQuantile(double share);

/// approx_distinct(x) by state::DistinctSketch.
std::unique_ptr<Aggregate> makeApproxDistinct(const std::shared_ptr<arrow::DataType>& input);

} // namespace sluice::operators
