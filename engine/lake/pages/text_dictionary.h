// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/lake/pages/page_bytes.h"
#include "engine/lake/pages/text_measure.h"
#include "engine/lake/pages/value_encoder.h"

#include <string_view>
#include <vector>

namespace sluice::lake {

/// Texts that repeat: each once in a dictionary, pages of bit-packed indices (RLE_DICTIONARY). A
/// text of up to 16 bytes is found by two words, without a call. When the dictionary is full, its
/// successor writes plain texts.
class TextDictionary final : public ValueEncoder
{
public:
    static constexpr std::size_t kMostTexts = 1 << 16;

    /// mostBytes: of the dictionary; pageBytes: of a page of the plain texts behind it.
    TextDictionary(std::int64_t mostBytes, std::int64_t pageBytes, TextMeasure measure);

    std::int64_t append(const arrow::Array& values, std::int64_t from, std::int64_t rows) override;
    std::int64_t pageBytes() const override;
    parquet::Encoding::type encoding() const override { return parquet::Encoding::RLE_DICTIONARY; }
    std::shared_ptr<arrow::Buffer> takePage() override;
    bool isCompressible() const override { return false; }
    std::unique_ptr<parquet::DictionaryPage> dictionary() override;
    std::unique_ptr<ValueEncoder> successor() override;
    parquet::EncodedStatistics bounds() const override { return m_measure.bounds(); }

private:
    struct alignas(32) Slot // a power of two: found by a shift
    {
        std::uint64_t low = 0, high = 0; // the text, or its hash if it is longer
        std::uint32_t size = 0;
        std::uint32_t index = kFree;
    };
    static constexpr std::uint32_t kFree = ~0u;
    static constexpr std::uint32_t kFull = kFree - 1;

    std::uint32_t indexOfShort(std::string_view text) const;
    std::uint32_t indexOf(std::string_view text, bool isBehindOthers);
    std::uint32_t add(std::string_view text, const Slot& key, std::size_t slot);
    bool holds(std::uint32_t index, std::string_view text) const;
    void grow();
    std::int64_t appendCoded(const arrow::Array& values, std::int64_t from, std::int64_t rows);
    void measure();

    const std::int64_t m_mostBytes, m_plainPageBytes;
    TextMeasure m_measure;
    bool m_isFull = false;
    std::vector<Slot> m_slots;
    std::vector<std::uint32_t> m_starts; // of the texts in m_texts
    PageBytes m_texts;                   // as the dictionary's page has them
    std::vector<std::uint16_t> m_indices;
    std::shared_ptr<arrow::Array> m_coded; // the dictionary that came last with a batch,
    std::vector<std::uint32_t> m_codes;    // and its texts' indices here
};

} // namespace sluice::lake
