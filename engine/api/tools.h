// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <functional>
#include <string>
#include <vector>

namespace sluice::api {

/// What the command line needs besides the engine; each call stands alone and may take a while.

/// Writes a runnable document from a sample (JSON lines or CSV): types with the evidence for them
/// as comments, the likely event time and key, first rules as warnings.
Result<std::string> documentFromSample(const std::string& samplePath);

/// Secrets of a workspace's vault; the passphrase comes from the environment.
Result<std::vector<std::string>> secretNames(const std::string& workspace);
Status putSecret(const std::string& workspace, const std::string& name, const std::string& value);
Status removeSecret(const std::string& workspace, const std::string& name);

/// Runs SQL over the lake of a workspace and hands rows over as JSON objects, one at a time.
Status sqlAsJson(const std::string& workspace, const std::string& sql,
                 const std::function<void(const std::string&)>& row);

} // namespace sluice::api
