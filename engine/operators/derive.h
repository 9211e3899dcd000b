// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/operator.h"
#include "engine/operators/late_expression.h"

#include <string>
#include <utility>
#include <vector>

namespace sluice::operators {

/// Adds columns, each an expression over the columns before it; a name that is there is replaced.
/// A row that an expression fails on is a dead letter.
class Derive final : public flow::Operator
{
public:
    using Columns = std::vector<std::pair<std::string, DocumentNode>>;
    static flow::NodeKind kind();

    /// needed: the columns of the output that somebody reads; others are not computed.
    Derive(const Columns& columns, const flow::ColumnSet& needed);
    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;

private:
    struct Derived
    {
        std::string name;
        LateExpression value;
    };
    std::vector<Derived> m_columns;
};

} // namespace sluice::operators
