// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/expr/expression.h"
#include "engine/operators/aggregates/aggregate.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type.h>

namespace sluice::operators {

/// An aggregate function as help and completion show it.
struct AggregateInfo
{
    std::string name, signature, help, spark;
};
const std::vector<AggregateInfo>& aggregateFunctions();

/// A checked call: what it makes, and how to make its accumulators.
struct BoundAggregate
{
    std::string function;                   // as in aggregateFunctions()
    std::shared_ptr<arrow::DataType> input; // null for count(*)
    std::shared_ptr<arrow::DataType> output;
    bool isDistinct = false;        // count(DISTINCT x)
    std::vector<double> parameters; // the constants behind x: share, k, bounds
    bool takesRowsOut = false; // make() gives accumulators with an inverse, at the price of memory

    std::unique_ptr<Aggregate> make() const;
    /// Returns whether rows can be taken out of it; why not and what to do instead, if not.
    bool canTakeRowsOut(std::string& cure) const;
};

/// Checks a call: known function, number and types of arguments. Findings go to out.
std::optional<BoundAggregate> bindAggregate(const expr::Call& call, const std::string& path,
                                            Diagnostics& out);

} // namespace sluice::operators
