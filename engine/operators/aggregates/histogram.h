// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregates/aggregate.h"

#include <vector>

#include <arrow/type.h>

namespace sluice::operators {

/// What histogram(x, b1, ..., bn) gives: list<struct<from: double, to: double, count: long>>.
const std::shared_ptr<arrow::DataType>& histogramType();

/// histogram(x, b1, ..., bn): n + 1 counts, of values in (-inf, b1), [b1, b2), ..., [bn, inf); the
/// ends that are not there are null. NaN counts in the last. 8 (n + 1) bytes a cell.
std::unique_ptr<Aggregate> makeHistogram(std::vector<double> bounds);

} // namespace sluice::operators
