// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/paged_file.h"

#include "engine/lake/pages/encoder_choice.h"
#include "engine/lake/pages/paged_column.h"

#include <vector>

#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/schema.h>
#include <parquet/column_writer.h>
#include <parquet/exception.h>
#include <parquet/file_writer.h>
#include <parquet/metadata.h>

namespace sluice::lake {
namespace {

using Sink = std::shared_ptr<arrow::io::OutputStream>;
using Properties = std::shared_ptr<parquet::WriterProperties>;

[[noreturn]] void refuseUnbuffered()
{
    throw parquet::ParquetException("only buffered row groups are written");
}

// The columns of a row group, in memory until it is closed.
class RowGroup final : public parquet::RowGroupWriter::Contents
{
public:
    RowGroup(const Sink& sink, const Properties& properties, const arrow::Schema& schema,
             parquet::RowGroupMetaDataBuilder* metadata, std::int16_t ordinal)
        : m_metadata(metadata)
        , m_ordinal(ordinal)
    {
        for (int i = 0; i < metadata->num_columns(); ++i)
            m_columns.push_back(openColumn(sink, properties, schema, i));
    }

    int num_columns() const override { return int(m_columns.size()); }
    std::int64_t num_rows() const override
    {
        return m_columns.empty() ? 0 : m_columns.front()->rows_written();
    }
    parquet::ColumnWriter* NextColumn() override { refuseUnbuffered(); }
    parquet::ColumnWriter* column(int i) override { return m_columns.at(std::size_t(i)).get(); }
    int current_column() const override { return m_metadata->current_column(); }

    void Close() override
    {
        if (std::exchange(m_isClosed, true))
            return;
        std::int64_t bytes = 0;
        for (const auto& column : m_columns) {
            if (column->rows_written() != num_rows())
                throw parquet::ParquetException("the columns of a row group differ in length");
            column->Close();
            bytes += column->total_bytes_written();
        }
        m_metadata->set_num_rows(num_rows());
        m_metadata->Finish(bytes, m_ordinal);
    }

    std::int64_t total_bytes_written() const override
    {
        return total(&parquet::ColumnWriter::total_bytes_written);
    }
    std::int64_t total_compressed_bytes() const override
    {
        return total(&parquet::ColumnWriter::total_compressed_bytes);
    }
    std::int64_t total_compressed_bytes_written() const override
    {
        return total(&parquet::ColumnWriter::total_compressed_bytes_written);
    }
    parquet::RowGroupWriter::BufferedStats EstimatedBufferedStats() const override
    {
        return {.value_bytes = total(&parquet::ColumnWriter::estimated_buffered_value_bytes)};
    }
    bool buffered() const override { return true; }

private:
    std::shared_ptr<parquet::ColumnWriter> openColumn(const Sink& sink,
                                                      const Properties& properties,
                                                      const arrow::Schema& schema, int ordinal)
    {
        parquet::ColumnChunkMetaDataBuilder* chunk = m_metadata->NextColumnChunk();
        const auto path = chunk->descr()->path();
        parquet::CodecOptions fallback;
        const parquet::CodecOptions* codec
            = properties->codec_options(path) ? properties->codec_options(path).get() : &fallback;
        auto encoder = chooseEncoder(schema, *chunk->descr(), *properties);
        const bool isBuffered = !encoder; // our columns hold their pages themselves
        auto pages = parquet::PageWriter::Open(sink, properties->compression(path), chunk,
                                               m_ordinal, std::int16_t(ordinal),
                                               properties->memory_pool(), isBuffered, nullptr,
                                               nullptr, properties->page_checksum_enabled(),
                                               nullptr, nullptr, *codec);
        if (encoder)
            return std::make_shared<PagedColumn>(chunk, std::move(pages), properties.get(),
                                                 std::move(encoder));
        return parquet::ColumnWriter::Make(chunk, std::move(pages), properties.get());
    }

    template <class Count> std::int64_t total(Count count) const
    {
        std::int64_t out = 0;
        for (const auto& column : m_columns)
            out += (*column.*count)();
        return out;
    }

    parquet::RowGroupMetaDataBuilder* m_metadata;
    std::int16_t m_ordinal;
    std::vector<std::shared_ptr<parquet::ColumnWriter>> m_columns;
    bool m_isClosed = false;
};

class File final : public parquet::ParquetFileWriter::Contents
{
public:
    File(const std::shared_ptr<parquet::schema::GroupNode>& root, Sink sink, Properties properties,
         std::shared_ptr<arrow::Schema> columns)
        : Contents(root, nullptr)
        , m_sink(std::move(sink))
        , m_properties(std::move(properties))
        , m_columns(std::move(columns))
        , m_metadata(parquet::FileMetaDataBuilder::Make(schema(), m_properties))
    {
        PARQUET_THROW_NOT_OK(m_sink->Write(parquet::kParquetMagic, sizeof parquet::kParquetMagic));
    }

    parquet::RowGroupWriter* AppendRowGroup() override { refuseUnbuffered(); }

    parquet::RowGroupWriter* AppendBufferedRowGroup() override
    {
        endRowGroup();
        m_group = std::make_unique<parquet::RowGroupWriter>(
            std::make_unique<RowGroup>(m_sink, m_properties, *m_columns,
                                       m_metadata->AppendRowGroup(), std::int16_t(m_groups)));
        ++m_groups;
        return m_group.get();
    }

    void Close() override
    {
        if (std::exchange(m_isClosed, true))
            return;
        endRowGroup();
        file_metadata_ = m_metadata->Finish(key_value_metadata_);
        parquet::WriteFileMetaData(*file_metadata_, m_sink.get());
    }

    std::int64_t num_rows() const override { return m_rows; }
    int num_columns() const override { return schema()->num_columns(); }
    int num_row_groups() const override { return m_groups; }
    const Properties& properties() const override { return m_properties; }

    void
    AddKeyValueMetadata(const std::shared_ptr<const arrow::KeyValueMetadata>& metadata) override
    {
        key_value_metadata_
            = key_value_metadata_ ? key_value_metadata_->Merge(*metadata) : metadata;
    }

private:
    void endRowGroup()
    {
        if (!m_group)
            return;
        m_rows += m_group->num_rows();
        m_group->Close();
        m_group.reset();
    }

    Sink m_sink;
    Properties m_properties;
    std::shared_ptr<arrow::Schema> m_columns;
    std::unique_ptr<parquet::FileMetaDataBuilder> m_metadata;
    std::unique_ptr<parquet::RowGroupWriter> m_group;
    std::int64_t m_rows = 0;
    int m_groups = 0;
    bool m_isClosed = false;
};

} // namespace

arrow::Result<std::unique_ptr<parquet::arrow::FileWriter>>
openPagedFile(const std::shared_ptr<arrow::Schema>& schema,
              std::shared_ptr<arrow::io::OutputStream> sink,
              std::shared_ptr<parquet::WriterProperties> properties,
              const std::shared_ptr<parquet::ArrowWriterProperties>& arrowProperties)
{
    std::shared_ptr<parquet::SchemaDescriptor> descriptor;
    ARROW_RETURN_NOT_OK(
        parquet::arrow::ToParquetSchema(schema.get(), *properties, *arrowProperties, &descriptor));
    arrow::MemoryPool* const pool = properties->memory_pool();
    std::unique_ptr<parquet::arrow::FileWriter> out;
    BEGIN_PARQUET_CATCH_EXCEPTIONS
    const auto root
        = std::static_pointer_cast<parquet::schema::GroupNode>(descriptor->schema_root());
    auto file = std::make_unique<parquet::ParquetFileWriter>();
    file->Open(std::make_unique<File>(root, std::move(sink), std::move(properties), schema));
    ARROW_RETURN_NOT_OK(
        parquet::arrow::FileWriter::Make(pool, std::move(file), schema, arrowProperties, &out));
    END_PARQUET_CATCH_EXCEPTIONS
    return out;
}

} // namespace sluice::lake
