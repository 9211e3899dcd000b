// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <memory>
#include <string>
#include <string_view>

#include <arrow/type.h>

namespace sluice {

/// The types of a pipeline document and the Arrow types that carry them.
///
///   boolean, byte, short, integer, long (int8..int64), float, double, decimal(p,s) p <= 38,
///   string, binary, date, timestamp (microseconds UTC), json (a subtree kept as text),
///   struct<name: type, ...>, list<type>, map<string, type>
///
/// timestamp(s|ms|us|ns) names the unit of a number in the input; the column is always
/// microseconds UTC. "not null" is read by the schema reader, not here. int, bigint, smallint,
/// tinyint, text, varchar, bool, real, array<> are accepted as other names.
Result<std::shared_ptr<arrow::DataType>> parseType(std::string_view text);

/// Returns the document name of an Arrow type ("decimal(12,2)"), the inverse of parseType.
std::string typeName(const arrow::DataType& type);

/// Returns the type of all points in time: timestamp[us, UTC].
const std::shared_ptr<arrow::DataType>& timestampType();

/// Returns the unit in "timestamp(ms)" in microseconds, scaled by 1000 ("ns" = 1, "us" = 1000,
/// "ms" = 1000000, "s" = 1000000000); 0 if the text names no unit.
std::int64_t timestampUnitNs(std::string_view text);

/// Marks a string column that holds JSON text: a field's metadata {"sluice.json": "1"}.
bool isJsonField(const arrow::Field& field);
std::shared_ptr<arrow::Field> jsonField(const std::string& name);

/// Turns an Arrow status into ours; object says which thing was worked on.
Error errorFromArrow(const arrow::Status& status, std::string object);

} // namespace sluice
