// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/operator.h"

#include <string>

namespace sluice::operators {

/// Turns the items of a list column into rows. A row whose list is empty or null leaves no row, or
/// with keep_empty one with null.
class Unnest final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    Unnest(std::string column, std::string as, bool keepsEmpty);
    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;

private:
    std::string m_column, m_as;
    bool m_keepsEmpty;
};

} // namespace sluice::operators
