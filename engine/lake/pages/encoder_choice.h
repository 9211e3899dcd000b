// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/lake/pages/value_encoder.h"

#include <memory>

#include <arrow/type.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

namespace sluice::lake {

/// Returns our encoder for a column of a file, as the properties ask for; null if the library's
/// writer shall do it: columns below the top level, and types and encodings that we have none for.
std::unique_ptr<ValueEncoder> chooseEncoder(const arrow::Schema& file,
                                            const parquet::ColumnDescriptor& column,
                                            const parquet::WriterProperties& properties);

} // namespace sluice::lake
