// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/lake/pages/page_bytes.h"
#include "engine/lake/pages/text_measure.h"
#include "engine/lake/pages/value_encoder.h"

#include <string>
#include <vector>

namespace sluice::lake {

/// Texts that begin as the one before them did, such as counted ids: how many bytes they share with
/// it, and the others (DELTA_BYTE_ARRAY).
class PrefixedTexts final : public ValueEncoder
{
public:
    /// A page is full when it has mostBytes.
    PrefixedTexts(std::int64_t mostBytes, TextMeasure measure);

    std::int64_t append(const arrow::Array& values, std::int64_t from, std::int64_t rows) override;
    std::int64_t pageBytes() const override;
    parquet::Encoding::type encoding() const override
    {
        return parquet::Encoding::DELTA_BYTE_ARRAY;
    }
    std::shared_ptr<arrow::Buffer> takePage() override;
    bool isCompressible() const override { return false; }
    parquet::EncodedStatistics bounds() const override { return m_measure.bounds(); }

private:
    void appendRest(std::string_view text, std::size_t shared);

    std::int64_t m_mostBytes;
    TextMeasure m_measure;
    std::string m_before; // the last text of the rows before; empty at the beginning of a page
    std::vector<std::int32_t> m_shared, m_lengths; // of the prefixes and of the rests
    PageBytes m_rests;
};

/// Returns how many bytes two texts have in common at their beginning.
std::size_t sharedPrefix(std::string_view a, std::string_view b);

} // namespace sluice::lake
