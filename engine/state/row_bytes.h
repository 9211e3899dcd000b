// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/base/result.h"

#include <memory>

#include <arrow/record_batch.h>

namespace sluice::state {

/// Writes rows with their schema, as one Arrow IPC stream behind its length.
Status writeRows(const arrow::RecordBatch& rows, ByteWriter& out);
/// Reads what writeRows wrote; the rows hold their bytes. DecodeFailed on anything else.
Result<std::shared_ptr<arrow::RecordBatch>> readRows(ByteReader& in);

} // namespace sluice::state
