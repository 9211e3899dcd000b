// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::lake {

/// Puts one commit in place, step by step, so that whatever dies in between leaves either the whole
/// commit or none. Names are taken by link(2), which fails if the version exists already.
///
///   prepare   the text is in .tmp-<uuid>, durable
///   publish   <version>.json is there; readers see the commit
///   finish    the name is durable, the temporary one gone
class CommitFile
{
public:
    static Result<CommitFile> prepare(const std::string& logFolder, std::string_view text);
    CommitFile(CommitFile&& other) noexcept;
    CommitFile& operator=(CommitFile&&) = delete;
    /// Removes the temporary file.
    ~CommitFile();

    /// Returns false if the version exists: somebody else was faster.
    Result<bool> publish(std::int64_t version);
    Status finish();

private:
    CommitFile(std::string logFolder, std::string temporary);

    std::string m_logFolder;
    std::string m_temporary;
};

/// Returns "00000000000000000041.json".
std::string commitName(std::int64_t version);
std::string checkpointName(std::int64_t version);

} // namespace sluice::lake
