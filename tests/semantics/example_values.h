// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/document.h"

#include <optional>
#include <string>

#include <arrow/type.h>

namespace sluice::test {

/// Reads a point of time of an example, microseconds since the epoch: "12:00", "12:00:10.5" (of the
/// 1st of January 2026) or with a date before it.
std::optional<std::int64_t> exampleTime(const std::string& text);

/// Returns a value of an example as the JSON that encodeJsonValue writes for it in a column of that
/// type.
std::string exampleJson(const DocumentNode& value, const arrow::DataType& type);

/// Returns a row, {name: value}, as the JSON object that encodeJsonRow writes: the columns of the
/// schema in their order. A name that the schema does not have, or a column without a value, is put
/// into findings.
std::string exampleRow(const DocumentNode& row, const arrow::Schema& schema, std::string& findings);

} // namespace sluice::test
