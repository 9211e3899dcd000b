// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/lake/file_output.h"
#include "engine/lake/file_stats.h"

#include <memory>
#include <set>
#include <string>

#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

namespace sluice::lake {

enum class Codec { Zstd, Lz4, Snappy, None };

/// Returns "zstd": the word in options and file names.
const char* codecName(Codec codec);

/// How a table's Parquet files are made. What other engines cannot read is not on offer.
struct FileSettings
{
    Codec codec = Codec::Zstd;
    bool yieldsToLoad = false;          // a file that begins while rows wait takes snappy instead
    int level = 1;                      // zstd only
    std::set<std::string> plainColumns; // no dictionary: values hardly repeat
    std::set<std::string> prefixedColumns;   // plain texts that begin alike (DELTA_BYTE_ARRAY)
    std::set<std::string> packedColumns;     // integers as differences (DELTA_BINARY_PACKED)
    std::set<std::string> unmeasuredColumns; // no least and greatest value: payloads
    std::set<std::string> requiredColumns;   // never null: a table's writer leaves out their levels
};

/// What the log needs to know of a closed file.
struct ClosedFile
{
    std::int64_t bytes = 0;
    std::int64_t rows = 0;
    std::string stats;                    // JSON
    std::set<std::string> crowdedColumns; // their dictionaries overflowed: time lost next time too
    std::shared_ptr<FileOutput> output;   // which may be on its way still: wait() before reading
};

/// One Parquet file being written. One thread. Rows stand in memory, encoded and compressed, until
/// a row group is full; at most kRowGroupBytes of input.
class ParquetFile
{
public:
    static constexpr std::int64_t kRowGroupBytes = 128 << 20;
    static constexpr std::int64_t kRowGroupRows = 1 << 20;
    static constexpr std::int64_t kWriteBatch = 8192; // rows that a column is encoded at a time

    /// Creates a file that must not exist yet; its folder must.
    static Result<std::unique_ptr<ParquetFile>> create(const std::string& path,
                                                       const std::shared_ptr<arrow::Schema>& schema,
                                                       const FileSettings& settings);

    Status write(const arrow::RecordBatch& batch);
    /// Returns the bytes encoded by now; the row group in work does not count.
    std::int64_t bytesWritten() const;
    const std::string& path() const { return m_path; }
    /// Writes the footer and closes; the file is not durable yet, and may not be whole yet.
    Result<ClosedFile> close();

private:
    ParquetFile(std::string path, const arrow::Schema& schema);
    Status startGroupIfFull(const arrow::RecordBatch& batch);

    std::string m_path;
    FileStats m_stats;
    std::shared_ptr<FileOutput> m_stream;
    std::unique_ptr<parquet::arrow::FileWriter> m_writer; // goes first: it may write to the stream
    std::int64_t m_rows = 0;
    std::int64_t m_groupBytes = 0;
};

/// Opens a file for reading on the caller's thread; pages whose bytes do not match their checksum
/// are errors. May throw what the Parquet library throws.
arrow::Result<std::unique_ptr<parquet::arrow::FileReader>> openParquet(const std::string& path);

/// Returns the properties of the Parquet library's writer for settings.
std::shared_ptr<parquet::WriterProperties> writerProperties(const FileSettings& settings);
std::shared_ptr<parquet::ArrowWriterProperties> arrowProperties();

} // namespace sluice::lake
