// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sluice::ctl {

/// A query of examples/nexmark: its name ("q5") and its document.
struct NexmarkDocument
{
    std::string name, text;
};
const std::vector<NexmarkDocument>& nexmarkDocuments();

} // namespace sluice::ctl
