// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <memory>
#include <string>
#include <vector>

#include <arrow/type.h>

namespace sluice::lake {

/// Returns the Delta schemaString of Arrow columns. A type that Delta lacks (unsigned, time,
/// dictionary ...) is ConfigInvalid, naming the column.
Result<std::string> schemaText(const arrow::Schema& schema);

/// Reads a schemaString. Text entries of a field's Delta metadata become its Arrow metadata.
Result<std::shared_ptr<arrow::Schema>> parseSchema(const std::string& text,
                                                   const std::string& table);

/// Returns a schemaString with nullable columns put at the end; what was there is kept as written.
Result<std::string> withAddedColumns(const std::string& schemaText,
                                     const std::vector<std::shared_ptr<arrow::Field>>& fields,
                                     const std::string& table);

/// Returns what keeps a name from being a column ("a space", ...), "" if it may be one. Spark as a
/// writer refuses these characters, so no table of ours has them.
std::string columnNameFault(const std::string& name);

} // namespace sluice::lake
