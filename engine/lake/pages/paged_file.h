// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/type.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

namespace sluice::lake {

/// Opens a Parquet file whose flat columns of texts and packed whole numbers go through our own
/// encoders (see PagedColumn), all others through the library's. Only buffered row groups
/// (NewBufferedRowGroup, WriteRecordBatch). One thread.
arrow::Result<std::unique_ptr<parquet::arrow::FileWriter>>
openPagedFile(const std::shared_ptr<arrow::Schema>& schema,
              std::shared_ptr<arrow::io::OutputStream> sink,
              std::shared_ptr<parquet::WriterProperties> properties,
              const std::shared_ptr<parquet::ArrowWriterProperties>& arrowProperties);

} // namespace sluice::lake
