// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/int128.h"
#include "engine/expr/program.h"

#include <string>

namespace sluice::expr {

bool isInteger(const arrow::DataType& type);
bool isFloating(const arrow::DataType& type);
bool isDecimal(const arrow::DataType& type);
bool isNumeric(const arrow::DataType& type);
bool isText(const arrow::DataType& type);
bool isNullType(const arrow::DataType& type);
bool isTimestamp(const arrow::DataType& type);
bool isDate(const arrow::DataType& type);
bool isInterval(const arrow::DataType& type);

/// Returns the name for messages: typeName(), and "interval".
std::string displayName(const arrow::DataType& type);
/// Returns what typeof() says: DuckDB's name, "DECIMAL(12,2)".
std::string sqlTypeName(const arrow::DataType& type);

/// The smallest decimal that holds every value of a type; null for a type that is not exact.
TypePtr decimalFor(const arrow::DataType& type);
int precisionOf(const arrow::DataType& decimal);
int scaleOf(const arrow::DataType& decimal);

/// 10^digits, digits <= 38.
Int128 powerOfTen(int digits);

/// The type that values of both convert to without being asked; nullptr if there is none.
TypePtr commonType(const TypePtr& a, const TypePtr& b);

/// The type an expression works with for a column of an Arrow type: unsigned and half numbers are
/// widened, every timestamp is microseconds UTC. nullptr: such columns can only be passed on.
TypePtr workingType(const TypePtr& type);

} // namespace sluice::expr
