// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/operator.h"

#include <string>
#include <utility>
#include <vector>

namespace sluice::operators {

/// Keeps some columns, in a new order and under new names.
class Select final : public flow::Operator
{
public:
    using Columns = std::vector<std::pair<std::string, std::string>>; // new name, name of the input
    static flow::NodeKind kind();

    Select(Columns columns, const flow::ColumnSet& needed);
    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;

private:
    Columns m_columns;
};

} // namespace sluice::operators
