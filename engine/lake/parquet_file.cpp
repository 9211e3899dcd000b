// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/parquet_file.h"

#include "engine/columns/batch.h"
#include "engine/columns/recycling_pool.h"
#include "engine/lake/lake_error.h"
#include "engine/lake/pages/paged_file.h"

#include <exception>

#include <arrow/io/file.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/file_reader.h>

namespace sluice::lake {
namespace {

arrow::Compression::type compressionOf(Codec codec)
{
    switch (codec) {
    case Codec::Zstd: return arrow::Compression::ZSTD;
    case Codec::Lz4: return arrow::Compression::LZ4; // the Parquet name of this is LZ4_RAW
    case Codec::Snappy: return arrow::Compression::SNAPPY;
    case Codec::None: return arrow::Compression::UNCOMPRESSED;
    }
    return arrow::Compression::UNCOMPRESSED;
}

// A column chunk whose data pages are not all dictionary encoded gave up its dictionary half way.
std::set<std::string> crowdedColumns(const parquet::FileMetaData& file)
{
    std::set<std::string> out;
    for (int group = 0; group < file.num_row_groups(); ++group) {
        const auto rows = file.RowGroup(group);
        for (int column = 0; column < rows->num_columns(); ++column) {
            const auto chunk = rows->ColumnChunk(column);
            if (!chunk->has_dictionary_page())
                continue;
            for (const parquet::PageEncodingStats& pages : chunk->encoding_stats())
                if (pages.page_type != parquet::PageType::DICTIONARY_PAGE
                    && pages.encoding == parquet::Encoding::PLAIN)
                    out.insert(chunk->path_in_schema()->ToDotString());
        }
    }
    return out;
}

} // namespace

const char* codecName(Codec codec)
{
    switch (codec) {
    case Codec::Zstd: return "zstd";
    case Codec::Lz4: return "lz4";
    case Codec::Snappy: return "snappy";
    case Codec::None: return "none";
    }
    return "none";
}

std::shared_ptr<parquet::WriterProperties> writerProperties(const FileSettings& settings)
{
    parquet::WriterProperties::Builder builder;
    builder.version(parquet::ParquetVersion::PARQUET_2_6);
    builder.data_page_version(parquet::ParquetDataPageVersion::V2);
    builder.max_row_group_length(ParquetFile::kRowGroupRows);
    builder.write_batch_size(ParquetFile::kWriteBatch);
    builder.memory_pool(recyclingPool());
    builder.enable_store_decimal_as_integer();
    builder.disable_write_page_index();
    builder.enable_page_checksum();
    builder.set_size_statistics_level(parquet::SizeStatisticsLevel::None);
    builder.compression(compressionOf(settings.codec));
    if (settings.codec == Codec::Zstd)
        builder.compression_level(settings.level);
    for (const std::string& column : settings.plainColumns)
        builder.disable_dictionary(column);
    for (const std::string& column : settings.prefixedColumns) {
        builder.disable_dictionary(column);
        builder.encoding(column, parquet::Encoding::DELTA_BYTE_ARRAY);
    }
    for (const std::string& column : settings.packedColumns) {
        builder.disable_dictionary(column);
        builder.encoding(column, parquet::Encoding::DELTA_BINARY_PACKED);
    }
    for (const std::string& column : settings.unmeasuredColumns)
        builder.disable_statistics(column);
    return builder.build();
}

std::shared_ptr<parquet::ArrowWriterProperties> arrowProperties()
{
    parquet::ArrowWriterProperties::Builder builder;
    builder.coerce_timestamps(arrow::TimeUnit::MICRO);
    builder.set_use_threads(false);
    return builder.build();
}

arrow::Result<std::unique_ptr<parquet::arrow::FileReader>> openParquet(const std::string& path)
{
    ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path));
    parquet::ReaderProperties properties;
    properties.set_page_checksum_verification(true);
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Open(std::move(file), properties));
    ARROW_ASSIGN_OR_RAISE(auto reader, builder.Build());
    reader->set_use_threads(false);
    return reader;
}

ParquetFile::ParquetFile(std::string path, const arrow::Schema& schema)
    : m_path(std::move(path))
    , m_stats(schema)
{
}

Result<std::unique_ptr<ParquetFile>>
ParquetFile::create(const std::string& path, const std::shared_ptr<arrow::Schema>& schema,
                    const FileSettings& settings)
{
    std::unique_ptr<ParquetFile> file(new ParquetFile(path, *schema));
    SLUICE_LAKE_ARROW_VALUE(file->m_stream, FileOutput::create(path), path);
    SLUICE_LAKE_ARROW_VALUE(file->m_writer,
                            openPagedFile(schema, file->m_stream, writerProperties(settings),
                                          arrowProperties()),
                            path);
    return file;
}

Status ParquetFile::write(const arrow::RecordBatch& batch)
{
    try {
        SLUICE_TRY(startGroupIfFull(batch));
        SLUICE_LAKE_ARROW(m_writer->WriteRecordBatch(batch), m_path);
    } catch (const std::exception& failure) {
        return errorFromArrow(arrow::Status::IOError(failure.what()), m_path);
    }
    m_stats.observe(batch);
    m_rows += batch.num_rows();
    return ok();
}

Status ParquetFile::startGroupIfFull(const arrow::RecordBatch& batch)
{
    m_groupBytes += recordBatchBytes(batch);
    if (m_groupBytes < kRowGroupBytes)
        return ok();
    if (m_rows > 0)
        SLUICE_LAKE_ARROW(m_writer->NewBufferedRowGroup(), m_path);
    m_groupBytes = 0;
    return ok();
}

std::int64_t ParquetFile::bytesWritten() const
{
    const auto at = m_stream->Tell();
    return at.ok() ? *at : 0;
}

Result<ClosedFile> ParquetFile::close()
{
    ClosedFile out;
    try {
        // Our days count by the proleptic Gregorian calendar. Spark believes that of dates before
        // 1582 and times before 1900 only if the footer names a Spark from 3.0 on.
        const auto calendar = arrow::key_value_metadata({"org.apache.spark.version"}, {"3.5.0"});
        SLUICE_LAKE_ARROW(m_writer->AddKeyValueMetadata(calendar), m_path);
        SLUICE_LAKE_ARROW(m_writer->Close(), m_path);
        const auto footer = m_writer->metadata();
        out.stats = m_stats.text(*footer, m_rows);
        out.crowdedColumns = crowdedColumns(*footer);
    } catch (const std::exception& failure) {
        return errorFromArrow(arrow::Status::IOError(failure.what()), m_path);
    }
    SLUICE_LAKE_ARROW_VALUE(out.bytes, m_stream->Tell(), m_path);
    SLUICE_LAKE_ARROW(m_stream->Close(), m_path);
    out.output = m_stream;
    out.rows = m_rows;
    return out;
}

} // namespace sluice::lake
