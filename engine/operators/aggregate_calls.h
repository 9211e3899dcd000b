// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/operators/aggregates/catalogue.h"

#include <string>
#include <vector>

#include <arrow/record_batch.h>

namespace sluice::operators {

/// One entry of an `aggregates:` map: a name and what it computes.
struct AggregateEntry
{
    std::string name;
    DocumentNode call; // sum(amount)
    BoundAggregate aggregate;
};

/// The option `aggregates:` of nodes that have it.
OptionSpec aggregatesOption();

/// Checks the option: each call, and that its name is neither taken by a field nor one of reserved.
/// Appends an entry and a field a call; returns the columns that are read.
flow::ColumnSet bindAggregates(const flow::BindContext& context, const arrow::Schema& input,
                               const std::vector<std::string>& reserved,
                               std::vector<AggregateEntry>& entries, arrow::FieldVector& fields);

/// Checks the option `group_by:`; appends a field a key.
void bindGroups(const flow::BindContext& context, const arrow::Schema& input,
                arrow::FieldVector& keys);

/// The arguments of some aggregates, evaluated over one batch.
struct AggregateArguments
{
    std::vector<std::shared_ptr<arrow::Array>> values;         // null for count(*)
    std::vector<std::shared_ptr<arrow::BooleanArray>> filters; // null: all rows
};

/// Evaluates the arguments of aggregates; binds them to the columns that really arrive. One thread.
class AggregateCalls
{
public:
    explicit AggregateCalls(std::vector<AggregateEntry> entries)
        : m_entries(std::move(entries))
    {
    }
    Result<AggregateArguments> evaluate(const Batch& batch, expr::EvalErrors& errors);

private:
    Status bind(const std::shared_ptr<arrow::Schema>& schema);

    std::vector<AggregateEntry> m_entries;
    std::shared_ptr<arrow::Schema> m_schema; // that m_calls are bound to
    std::vector<expr::Call> m_calls;
};

} // namespace sluice::operators
