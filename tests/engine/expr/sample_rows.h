// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <arrow/record_batch.h>

namespace sluice::expr::test {

/// The rows that the tests of expressions run over: every type, nulls, extremes, odd text.
std::shared_ptr<arrow::RecordBatch> sampleRows();

/// The same rows as a SQL query over VALUES; i numbers them from 0.
std::string sampleRowsSql();

} // namespace sluice::expr::test
