// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/expr/expression.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <arrow/array.h>
#include <arrow/type.h>

namespace sluice::operators {

/// A column of accumulators of one aggregate, one a group (numbered from 0). Works on whole
/// batches: a virtual call a batch, none a row. Null values do not count, as in SQL. One thread.
class Aggregate
{
public:
    virtual ~Aggregate() = default;

    /// Makes room for groups [0, count).
    virtual void resize(std::size_t count) = 0;
    /// Adds values[rows[i]] to group groups[i]. values is null for count(*).
    virtual void add(const arrow::Array* values, std::span<const std::uint32_t> rows,
                     std::span<const std::uint32_t> groups)
        = 0;
    /// Returns the results of some groups.
    virtual Result<std::shared_ptr<arrow::Array>>
    results(std::span<const std::uint32_t> groups) const = 0;

    virtual void save(std::uint32_t group, ByteWriter& out) const = 0;
    virtual void load(std::uint32_t group, ByteReader& in) = 0;
    virtual std::size_t bytes() const = 0;
};

/// An aggregate function as help and completion show it.
struct AggregateInfo
{
    std::string name, signature, help, spark;
};
const std::vector<AggregateInfo>& aggregateFunctions();

/// A checked call: what it makes, and how to make its accumulators.
struct BoundAggregate
{
    std::string function;
    std::shared_ptr<arrow::DataType> input; // null for count(*)
    std::shared_ptr<arrow::DataType> output;
    double share = 0; // approx_quantile

    std::unique_ptr<Aggregate> make() const;
};

/// Checks a call: known function, number and types of arguments. Findings go to out.
std::optional<BoundAggregate> bindAggregate(const expr::Call& call, const std::string& path,
                                            Diagnostics& out);

} // namespace sluice::operators
