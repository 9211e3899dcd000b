// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregates/aggregate.h"

#include <arrow/type.h>

namespace sluice::operators {

/// Aggregates that keep every value with how often it is there, so that rows can be taken out
/// again: exact, 16 bytes and the value for each different value of a cell. A save writes the
/// values whose count has changed.

/// min(x) and max(x).
std::unique_ptr<Aggregate> makeCountedExtreme(const std::shared_ptr<arrow::DataType>& type,
                                              bool isMax);
/// count(DISTINCT x).
std::unique_ptr<Aggregate> makeCountedDistinct(const std::shared_ptr<arrow::DataType>& type);
/// approx_quantile(x, share), without an error: the value at rank floor(share * (values - 1)).
std::unique_ptr<Aggregate> makeCountedQuantile(const std::shared_ptr<arrow::DataType>& type,
                                               double share);

} // namespace sluice::operators
