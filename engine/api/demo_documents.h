// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sluice::api {

/// A pipeline document of the demo plant, from resources/demo; @RATE@ stands for records a second.
struct DemoDocument
{
    std::string name, text;
};
const std::vector<DemoDocument>& demoDocuments();

} // namespace sluice::api
