// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/lake/pages/value_encoder.h"

#include <memory>
#include <vector>

#include <parquet/column_writer.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

namespace sluice::lake {

/// A flat column of a row group in our own encoders: it cuts pages, keeps nulls as levels, holds
/// the pages until the row group ends, and then gives them to the Parquet library, which writes
/// their headers and checksums. It stands in for the library's column writer behind its interface.
/// One thread.
class PagedColumn final : public parquet::ColumnWriter
{
public:
    /// The pages go to the file itself, not to a buffer.
    PagedColumn(parquet::ColumnChunkMetaDataBuilder* metadata,
                std::unique_ptr<parquet::PageWriter> pages,
                const parquet::WriterProperties* properties, std::unique_ptr<ValueEncoder> encoder);
    ~PagedColumn() override;

    arrow::Status WriteArrow(const std::int16_t* defLevels, const std::int16_t* repLevels,
                             std::int64_t levels, const arrow::Array& values,
                             parquet::ArrowWriteContext* context, bool isNullable) override;
    std::int64_t Close() override;

    parquet::Type::type type() const override;
    const parquet::ColumnDescriptor* descr() const override;
    std::int64_t rows_written() const override { return m_rows; }
    std::int64_t total_compressed_bytes() const override;
    std::int64_t total_bytes_written() const override { return m_bytes; }
    std::int64_t total_compressed_bytes_written() const override;
    std::int64_t estimated_buffered_value_bytes() const override;
    std::int64_t estimated_buffered_def_level_bytes() const override { return 0; }
    std::int64_t estimated_buffered_rep_level_bytes() const override { return 0; }
    std::int64_t estimated_buffered_dict_bytes() const override { return 0; }
    const parquet::WriterProperties* properties() override { return m_properties; }
    void
    AddKeyValueMetadata(const std::shared_ptr<const arrow::KeyValueMetadata>& metadata) override;
    void ResetKeyValueMetadata() override;

private:
    void append(const arrow::Array& values, std::int64_t from, std::int64_t rows);
    void keepLevels(const arrow::Array& values, std::int64_t from, std::int64_t rows);
    void flushPage();
    bool compress(const arrow::Buffer& values);
    std::shared_ptr<arrow::Buffer> levelBytes() const;

    parquet::ColumnChunkMetaDataBuilder* m_metadata;
    std::unique_ptr<parquet::PageWriter> m_pages;
    const parquet::WriterProperties* m_properties;
    std::unique_ptr<ValueEncoder> m_encoder;
    std::shared_ptr<arrow::ResizableBuffer> m_compressed;

    std::vector<std::int16_t> m_levels; // of the page; empty while it has no null
    std::int64_t m_pageRows = 0;
    std::int64_t m_pageNulls = 0;

    bool m_isWorthCompressing = true;
    bool m_hasDictionary = false, m_hasFallenBack = false, m_isClosed = false;
    std::unique_ptr<parquet::DictionaryPage> m_dictionary;
    std::vector<std::unique_ptr<parquet::DataPageV2>> m_held; // until the row group ends
    std::int64_t m_heldBytes = 0;
    std::int64_t m_rows = 0, m_nulls = 0, m_bytes = 0;
};

} // namespace sluice::lake
