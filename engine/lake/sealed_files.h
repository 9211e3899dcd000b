// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/lake/actions.h"

#include <optional>
#include <string>
#include <vector>

namespace sluice::lake {

/// What a table sink has ready for one epoch; as JSON it is the sink's entry in the manifest:
///
///   {"table":"silver.orders","rows":8192,"maxEventTime":1795491583993000,
///    "watermark":1795491578992000,"files":[{"path":..,"size":..,"modificationTime":..,
///    "partitionValues":{..},"stats":".."}]}
///
/// Times are microseconds UTC; absent when there is none. Enough to commit without the writer.
struct SealedFiles
{
    std::string table;
    std::int64_t rows = 0;
    std::optional<std::int64_t> maxEventTimeUs;
    std::optional<std::int64_t> watermarkUs;
    std::vector<AddFile> files;

    std::int64_t bytes() const;
};

std::string sealedText(const SealedFiles& sealed);
Result<SealedFiles> parseSealed(const std::string& text);

} // namespace sluice::lake
