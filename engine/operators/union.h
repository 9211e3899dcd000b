// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/operator.h"

#include <string>
#include <vector>

namespace sluice::operators {

/// Puts the rows of several inputs into one stream. The columns are those of the first input; the
/// others have them too, in any order.
class Union final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    explicit Union(std::vector<std::string> columns)
        : m_columns(std::move(columns))
    {
    }
    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;

private:
    std::vector<std::string> m_columns;
};

} // namespace sluice::operators
