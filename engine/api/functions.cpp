// SPDX-License-Identifier: Apache-2.0
#include "engine/api/kinds.h"

#include "engine/expr/catalogue.h"
#include "engine/operators/aggregates/catalogue.h"

namespace sluice::api {

const std::vector<FunctionInfo>& functions()
{
    static const std::vector<FunctionInfo> all = [] {
        std::vector<FunctionInfo> out;
        for (const expr::CatalogueEntry& entry : expr::catalogue())
            out.push_back({.name = entry.name,
                           .category = entry.category,
                           .signature = entry.signature,
                           .help = entry.help,
                           .spark = entry.spark,
                           .aliases = entry.aliases,
                           .isAggregate = entry.isAggregate});
        for (const operators::AggregateInfo& info : operators::aggregateFunctions())
            out.push_back({.name = info.name,
                           .category = "aggregate",
                           .signature = info.signature,
                           .help = info.help,
                           .spark = info.spark,
                           .aliases = {},
                           .isAggregate = true});
        return out;
    }();
    return all;
}

} // namespace sluice::api
