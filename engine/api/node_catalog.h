// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_registry.h"

namespace sluice::api {

/// Returns every node kind there is; made once, on the first call.
const flow::NodeRegistry& nodeCatalog();

} // namespace sluice::api
