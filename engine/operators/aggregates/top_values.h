// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregates/aggregate.h"

#include <arrow/type.h>

namespace sluice::operators {

/// Returns what top_k(x, k) gives: list<struct<value: type of x, count: long>>.
std::shared_ptr<arrow::DataType> topValuesType(const std::shared_ptr<arrow::DataType>& input);

/// top_k(x, k) by state::FrequentItems: the most frequent first, of equally frequent ones in the
/// order of their keys' bytes.
std::unique_ptr<Aggregate> makeTopValues(const std::shared_ptr<arrow::DataType>& input,
                                         std::size_t k);

} // namespace sluice::operators
