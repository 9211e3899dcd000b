// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <arrow/array.h>
#include <arrow/record_batch.h>

namespace sluice::formats {

/// Appends a row of a batch as one JSON object, without a line end. Decimals are plain numbers,
/// times ISO 8601 in UTC, json columns stay JSON, bytes that are not UTF-8 become U+FFFD, not a
/// number and infinity are null.
void encodeJsonRow(const arrow::RecordBatch& batch, std::int64_t row, std::string& out);
/// Appends all rows, a line each.
void encodeJsonLines(const arrow::RecordBatch& batch, std::string& out);
/// Appends one value.
void encodeJsonValue(const arrow::Array& values, std::int64_t row, bool isJson, std::string& out);

} // namespace sluice::formats
