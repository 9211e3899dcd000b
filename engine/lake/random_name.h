// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sluice::lake {

/// Returns a random (version 4) UUID: names of files and tables must never meet again.
std::string randomUuid();

} // namespace sluice::lake
