// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/operator.h"
#include "engine/operators/late_expression.h"

namespace sluice::operators {

/// Passes the rows whose condition is true. A row that the condition fails on is a dead letter.
class Filter final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    explicit Filter(DocumentNode condition)
        : m_condition(std::move(condition))
    {
    }
    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;

private:
    LateExpression m_condition;
};

} // namespace sluice::operators
