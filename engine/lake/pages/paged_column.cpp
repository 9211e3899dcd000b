// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/paged_column.h"

#include "engine/columns/recycling_pool.h"
#include "engine/lake/pages/varint.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <parquet/exception.h>
#include <parquet/schema.h>

namespace sluice::lake {

PagedColumn::PagedColumn(parquet::ColumnChunkMetaDataBuilder* metadata,
                         std::unique_ptr<parquet::PageWriter> pages,
                         const parquet::WriterProperties* properties,
                         std::unique_ptr<ValueEncoder> encoder)
    : m_metadata(metadata)
    , m_pages(std::move(pages))
    , m_properties(properties)
    , m_encoder(std::move(encoder))
    , m_hasDictionary(m_encoder->encoding() == parquet::Encoding::RLE_DICTIONARY)
{
}

PagedColumn::~PagedColumn() = default;

arrow::Status PagedColumn::WriteArrow(const std::int16_t* /*defLevels*/,
                                      const std::int16_t* /*repLevels*/, std::int64_t levels,
                                      const arrow::Array& values,
                                      parquet::ArrowWriteContext* /*context*/, bool /*isNullable*/)
{
    if (values.length() != levels)
        return arrow::Status::Invalid("a flat column with ", levels, " levels for ",
                                      values.length(), " values");
    const bool isRequired = m_metadata->descr()->max_definition_level() == 0;
    if (isRequired && values.null_count() > 0)
        return arrow::Status::Invalid("a null in the required column ",
                                      m_metadata->descr()->path()->ToDotString());
    BEGIN_PARQUET_CATCH_EXCEPTIONS
    for (std::int64_t at = 0; at < levels;) {
        const std::int64_t rows = std::min({levels - at, m_properties->write_batch_size(),
                                            m_properties->max_rows_per_page() - m_pageRows});
        append(values, at, rows);
        at += rows;
        if (m_pageRows >= m_properties->max_rows_per_page()
            || m_encoder->pageBytes() >= m_properties->data_pagesize())
            flushPage();
    }
    END_PARQUET_CATCH_EXCEPTIONS
    return arrow::Status::OK();
}

void PagedColumn::append(const arrow::Array& values, std::int64_t from, std::int64_t rows)
{
    for (;;) {
        const std::int64_t taken = m_encoder->append(values, from, rows);
        keepLevels(values, from, taken);
        if (taken == rows)
            return;
        from += taken;
        rows -= taken;
        flushPage();
        if (auto successor = m_encoder->successor()) {
            m_dictionary = m_encoder->dictionary();
            m_hasFallenBack = true;
            m_isWorthCompressing = true;
            m_encoder = std::move(successor);
        }
    }
}

void PagedColumn::keepLevels(const arrow::Array& values, std::int64_t from, std::int64_t rows)
{
    m_pageRows += rows;
    m_rows += rows;
    if (values.null_count() == 0) {
        if (!m_levels.empty())
            m_levels.resize(std::size_t(m_pageRows), 1);
        return;
    }
    m_levels.resize(std::size_t(m_pageRows - rows), 1);
    for (std::int64_t row = from; row < from + rows; ++row) {
        const bool isNull = values.IsNull(row);
        m_levels.push_back(isNull ? 0 : 1);
        m_pageNulls += isNull ? 1 : 0;
    }
}

void PagedColumn::flushPage()
{
    if (m_pageRows == 0)
        return;
    const auto encoding = m_encoder->encoding();
    const auto values = m_encoder->takePage();
    const auto levels = levelBytes();
    std::shared_ptr<arrow::Buffer> body = values;
    const bool isCompressed = compress(*values);
    if (isCompressed)
        body = m_compressed;
    const std::int64_t head = levels ? levels->size() : 0;
    if (head > 0 || isCompressed) {
        PARQUET_ASSIGN_OR_THROW(std::shared_ptr<arrow::Buffer> whole,
                                arrow::AllocateBuffer(head + body->size(), recyclingPool()));
        if (head > 0)
            std::memcpy(whole->mutable_data(), levels->data(), std::size_t(head));
        std::memcpy(whole->mutable_data() + head, body->data(), std::size_t(body->size()));
        body = whole;
    }
    m_held.push_back(std::make_unique<parquet::DataPageV2>(
        body, std::int32_t(m_pageRows), std::int32_t(m_pageNulls), std::int32_t(m_pageRows),
        encoding, std::int32_t(head), 0, head + values->size(), isCompressed));
    m_heldBytes += body->size();
    m_nulls += m_pageNulls;
    m_pageRows = m_pageNulls = 0;
    m_levels.clear();
}

// Returns whether the compressed page is the smaller one. What is packed to bits may shrink or not:
// the first page tells, because a codec that gains nothing costs as much.
bool PagedColumn::compress(const arrow::Buffer& values)
{
    constexpr std::int64_t kLeastGain = 16; // of so many parts, one
    if (!m_pages->has_compressor() || !m_isWorthCompressing || values.size() == 0)
        return false;
    if (!m_compressed) {
        PARQUET_ASSIGN_OR_THROW(m_compressed, arrow::AllocateResizableBuffer(0, recyclingPool()));
    }
    m_pages->Compress(values, m_compressed.get());
    const std::int64_t gain = values.size() - m_compressed->size();
    m_isWorthCompressing = m_encoder->isCompressible() || gain * kLeastGain > values.size();
    return gain > 0;
}

// Definition levels: 1 where there is a value.
std::shared_ptr<arrow::Buffer> PagedColumn::levelBytes() const
{
    if (m_metadata->descr()->max_definition_level() == 0)
        return nullptr;
    if (m_pageNulls == 0) { // one run of ones
        std::array<std::uint8_t, 12> run{};
        std::uint8_t* end = writeVarint(std::uint64_t(m_pageRows) << 1, run.data());
        *end++ = 1;
        return arrow::Buffer::FromString(
            std::string(reinterpret_cast<const char*>(run.data()), std::size_t(end - run.data())));
    }
    const int room
        = parquet::LevelEncoder::MaxBufferSize(parquet::Encoding::RLE, 1, int(m_levels.size()));
    std::string bytes(std::size_t(room), '\0');
    parquet::LevelEncoder encoder;
    encoder.Init(parquet::Encoding::RLE, 1, int(m_levels.size()),
                 reinterpret_cast<std::uint8_t*>(bytes.data()), room);
    encoder.Encode(int(m_levels.size()), m_levels.data());
    bytes.resize(std::size_t(encoder.len()));
    return arrow::Buffer::FromString(std::move(bytes));
}

std::int64_t PagedColumn::Close()
{
    if (m_isClosed)
        return m_bytes;
    m_isClosed = true;
    flushPage();
    if (m_hasDictionary && !m_hasFallenBack)
        m_dictionary = m_encoder->dictionary();
    if (m_dictionary)
        m_bytes += m_pages->WriteDictionaryPage(*m_dictionary);
    for (const auto& page : m_held)
        m_bytes += m_pages->WriteDataPage(*page);
    m_held.clear();
    m_heldBytes = 0;
    const auto path = m_metadata->descr()->path();
    if (m_rows > 0 && m_properties->statistics_enabled(path)) {
        parquet::EncodedStatistics statistics = m_encoder->bounds();
        statistics.set_null_count(m_nulls);
        statistics.ApplyStatSizeLimits(m_properties->max_statistics_size(path));
        statistics.set_is_signed(m_metadata->descr()->sort_order() == parquet::SortOrder::SIGNED);
        m_metadata->SetStatistics(statistics);
    }
    m_pages->Close(m_hasDictionary, m_hasFallenBack);
    return m_bytes;
}

parquet::Type::type PagedColumn::type() const
{
    return m_metadata->descr()->physical_type();
}

const parquet::ColumnDescriptor* PagedColumn::descr() const
{
    return m_metadata->descr();
}

std::int64_t PagedColumn::total_compressed_bytes() const
{
    return m_heldBytes;
}

std::int64_t PagedColumn::total_compressed_bytes_written() const
{
    return m_pages->total_compressed_bytes_written();
}

std::int64_t PagedColumn::estimated_buffered_value_bytes() const
{
    return m_encoder->pageBytes();
}

void PagedColumn::AddKeyValueMetadata(
    const std::shared_ptr<const arrow::KeyValueMetadata>& metadata)
{
    m_metadata->SetKeyValueMetadata(metadata);
}

void PagedColumn::ResetKeyValueMetadata()
{
    m_metadata->SetKeyValueMetadata(nullptr);
}

} // namespace sluice::lake
