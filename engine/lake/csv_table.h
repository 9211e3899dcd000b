// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <memory>
#include <string>

#include <arrow/table.h>

namespace sluice::lake {

/// Reads a CSV file with a header line, whole, for lookups. Types are inferred from all of it;
/// "", NA, N/A, null and the like are null. Columns have types of the pipeline document.
Result<std::shared_ptr<arrow::Table>> readCsv(const std::string& path);

} // namespace sluice::lake
