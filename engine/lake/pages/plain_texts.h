// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/lake/pages/page_bytes.h"
#include "engine/lake/pages/text_measure.h"
#include "engine/lake/pages/value_encoder.h"

namespace sluice::lake {

/// Texts or bytes as they are, each behind its length (PLAIN).
class PlainTexts final : public ValueEncoder
{
public:
    /// A page is full when it has mostBytes.
    PlainTexts(std::int64_t mostBytes, TextMeasure measure);

    std::int64_t append(const arrow::Array& values, std::int64_t from, std::int64_t rows) override;
    std::int64_t pageBytes() const override { return m_page.size(); }
    parquet::Encoding::type encoding() const override { return parquet::Encoding::PLAIN; }
    std::shared_ptr<arrow::Buffer> takePage() override { return m_page.take(); }
    bool isCompressible() const override { return true; }
    parquet::EncodedStatistics bounds() const override { return m_measure.bounds(); }

private:
    std::int64_t m_mostBytes;
    TextMeasure m_measure;
    PageBytes m_page;
};

} // namespace sluice::lake
