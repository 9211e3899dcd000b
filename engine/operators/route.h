// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/operator.h"
#include "engine/operators/late_expression.h"

#include <string>
#include <vector>

namespace sluice::operators {

/// Sends each row to the first branch whose condition is true; null is not true. Rows that no
/// condition takes go to the last branch, or are filtered out if there is none for them.
class Route final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    Route(const std::vector<DocumentNode>& conditions, bool hasOtherwise);
    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;

private:
    std::vector<LateExpression> m_conditions; // by branch
    const bool m_hasOtherwise;                // one more branch
};

} // namespace sluice::operators
