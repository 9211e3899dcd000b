// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregates/aggregate.h"

#include <arrow/type.h>

namespace sluice::operators {

/// sum(x) and avg(x) of whole numbers and decimals: exact, in 128 bits. 32 bytes a cell.
std::unique_ptr<Aggregate> makeExactSum(const std::shared_ptr<arrow::DataType>& input,
                                        std::shared_ptr<arrow::DataType> output);

/// sum(x) and avg(x) of reals, with Neumaier's compensation (1974), so that the order of the rows
/// hardly shows. 24 bytes a cell.
std::unique_ptr<Aggregate> makeRealSum(bool isAverage);

} // namespace sluice::operators
