// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/lake/parquet_file.h"

#include <arrow/record_batch.h>

namespace sluice::lake {

/// Has a column written without a dictionary, because its values hardly repeat: whole numbers,
/// times and decimals as differences, all else plain.
void leaveOutDictionary(const arrow::Field& column, FileSettings& settings);

/// Leaves out the dictionaries of columns of which too few values of a batch repeat: building one
/// costs a lookup a row, and it is given up when it is full. So are those of whole numbers that lie
/// close to each other; texts that begin as the one before are told from the others. False with a
/// small batch, which says too little.
bool chooseEncodings(const arrow::RecordBatch& batch, FileSettings& settings);

} // namespace sluice::lake
