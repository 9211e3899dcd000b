// SPDX-License-Identifier: Apache-2.0
#include "engine/flow/node_kind.h"

namespace sluice::flow {

const char* nodeCategoryName(NodeCategory category)
{
    switch (category) {
    case NodeCategory::Source: return "source";
    case NodeCategory::Transform: return "transform";
    case NodeCategory::Quality: return "quality";
    case NodeCategory::Join: return "join";
    case NodeCategory::Window: return "window";
    case NodeCategory::Sink: return "sink";
    }
    return "transform";
}

std::vector<std::string> columnNames(const arrow::Schema& schema)
{
    return schema.field_names();
}

ColumnSet allColumns(const arrow::Schema& schema)
{
    const std::vector<std::string> names = schema.field_names();
    return {names.begin(), names.end()};
}

} // namespace sluice::flow
