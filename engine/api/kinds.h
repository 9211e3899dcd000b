// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/options.h"

#include <string>
#include <vector>

namespace sluice::api {

/// A node type as forms, completion, `sluicectl nodes` and the reference page need it.
struct NodeKindInfo
{
    std::string name, title, help, category;
    int minInputs = 0, maxInputs = 0; // -1 = any number
    std::vector<OptionSpec> options;
};

/// A function or operator of the expression language, or an aggregate.
struct FunctionInfo
{
    std::string name, category, signature, help, spark;
    std::vector<std::string> aliases;
    bool isAggregate = false;
};

const std::vector<NodeKindInfo>& nodeKinds();
const std::vector<FunctionInfo>& functions();

} // namespace sluice::api
