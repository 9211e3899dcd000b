// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/lake/actions.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/array.h>

namespace sluice::lake {

/// Tells whether rows can be parted by values of a type.
bool canPartitionBy(const arrow::DataType& type);

/// Returns a value as the log writes it: dates 2026-11-24, timestamps ISO UTC with microseconds,
/// booleans true/false; nullopt for null and for the empty text, which readers disagree about.
std::optional<std::string> partitionText(const arrow::Array& values, std::int64_t row);

/// Returns a column of rows times the same value, read from its text.
Result<std::shared_ptr<arrow::Array>> partitionColumn(const std::shared_ptr<arrow::DataType>& type,
                                                      const std::optional<std::string>& text,
                                                      std::int64_t rows, const std::string& file);

/// Returns the folder of a partition below the table, "country=DE/day=2026-11-24/", "" for none.
std::string partitionFolder(const std::vector<std::string>& columns, const PartitionValues& values);

/// Turns a path on disk into the URI that the log holds ("%" becomes "%25"), and back.
std::string logPath(std::string_view diskPath);
std::string diskPath(std::string_view logPath);

/// Returns where a file of the log stands: paths of the log are relative to the table, or absolute.
std::string absolutePath(const std::string& tableFolder, const std::string& logPath);

} // namespace sluice::lake
