// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/text_dictionary.h"

#include "engine/base/words.h"
#include "engine/lake/pages/index_runs.h"
#include "engine/lake/pages/plain_texts.h"
#include "engine/lake/pages/text_values.h"

#include <bit>
#include <cstring>

namespace sluice::lake {
namespace {

constexpr std::size_t kFirstSlots = 256; // few collisions: a mispredicted probe costs most
constexpr std::size_t kWord = 8;         // bytes

// Up to eight bytes as a number. isBehindOthers: eight bytes may be read that end where it does.
std::uint64_t shortWord(std::string_view text, bool isBehindOthers)
{
    if (isBehindOthers)
        return wordEndingAt(text.data() + text.size(), text.size());
    std::uint64_t out = 0;
    if (!text.empty())
        std::memcpy(&out, text.data(), text.size());
    return out;
}

std::uint64_t mixed(std::uint64_t low, std::uint64_t high, std::size_t size)
{
    std::uint64_t out = (low ^ std::rotl(high, 29) ^ size) * 0x9e3779b97f4a7c15ull;
    return out ^ out >> 32;
}

} // namespace

TextDictionary::TextDictionary(std::int64_t mostBytes, std::int64_t pageBytes, TextMeasure measure)
    : m_mostBytes(mostBytes)
    , m_plainPageBytes(pageBytes)
    , m_measure(std::move(measure))
    , m_slots(kFirstSlots)
{
}

// Tries the first slot only, where nearly all are found; kFree if it is another one's.
inline std::uint32_t TextDictionary::indexOfShort(std::string_view text) const
{
    const std::uint64_t low = shortWord(text, true);
    const Slot& there = m_slots[mixed(low, 0, text.size()) & (m_slots.size() - 1)];
    return (there.low == low) & (there.high == 0) & (there.size == text.size()) ? there.index
                                                                                : kFree;
}

std::int64_t TextDictionary::append(const arrow::Array& values, std::int64_t from,
                                    std::int64_t rows)
{
    m_indices.reserve(m_indices.size() + std::size_t(rows));
    if (values.type_id() == arrow::Type::DICTIONARY)
        return appendCoded(values, from, rows);
    const auto* texts = dynamic_cast<const arrow::BinaryArray*>(&values);
    const char* const begin
        = texts && texts->value_data() ? texts->value_data()->data_as<char>() : nullptr;
    return forEachText(values, from, rows, [&](std::string_view text) {
        const bool isBehindOthers
            = begin && std::size_t(text.data() - begin) + text.size() >= kWord;
        std::uint32_t index = isBehindOthers && text.size() <= kWord ? indexOfShort(text) : kFree;
        if (index == kFree)
            index = indexOf(text, isBehindOthers);
        if (index == kFull)
            return false;
        m_indices.push_back(std::uint16_t(index));
        return true;
    });
}

// Looks up each text of the batch's own dictionary once, as long as it is the same one.
std::int64_t TextDictionary::appendCoded(const arrow::Array& values, std::int64_t from,
                                         std::int64_t rows)
{
    const auto& column = static_cast<const arrow::DictionaryArray&>(values);
    const auto& texts = static_cast<const arrow::BinaryArray&>(*column.dictionary());
    if (m_coded != column.dictionary()) {
        m_coded = column.dictionary();
        m_codes.assign(std::size_t(texts.length()), kFree);
    }
    const auto* code = column.indices()->data()->GetValues<std::int32_t>(1);
    const bool hasNulls = column.null_count() > 0;
    for (std::int64_t row = from; row < from + rows; ++row) {
        if (hasNulls && column.IsNull(row))
            continue;
        std::uint32_t& index = m_codes[std::size_t(code[row])];
        if (index >= kFull)
            index = indexOf(texts.GetView(code[row]), false);
        if (index == kFull)
            return row - from;
        m_indices.push_back(std::uint16_t(index));
    }
    return rows;
}

std::uint32_t TextDictionary::indexOf(std::string_view text, bool isBehindOthers)
{
    Slot key{.size = std::uint32_t(text.size())};
    if (text.size() <= kWord) {
        key.low = shortWord(text, isBehindOthers);
    } else if (text.size() <= 2 * kWord) {
        key.low = wordAt(text.data());
        key.high = wordAt(text.data() + text.size() - kWord);
    } else {
        key.low = std::hash<std::string_view>()(text);
    }
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t slot = mixed(key.low, key.high, key.size) & mask;; slot = (slot + 1) & mask) {
        const Slot& there = m_slots[slot];
        if (there.low == key.low && there.high == key.high && there.size == key.size
            && there.index != kFree && (text.size() <= 2 * kWord || holds(there.index, text)))
            return there.index;
        if (there.index == kFree)
            return add(text, key, slot);
    }
}

bool TextDictionary::holds(std::uint32_t index, std::string_view text) const
{
    return m_texts.view(m_starts[index], std::int64_t(text.size())) == text;
}

std::uint32_t TextDictionary::add(std::string_view text, const Slot& key, std::size_t slot)
{
    m_isFull = m_starts.size() == kMostTexts
        || (!m_starts.empty() && m_texts.size() + std::int64_t(text.size()) > m_mostBytes);
    if (m_isFull)
        return kFull;
    const auto index = std::uint32_t(m_starts.size());
    m_texts.appendText(text);
    m_starts.push_back(std::uint32_t(m_texts.size() - std::int64_t(text.size())));
    m_slots[slot] = key;
    m_slots[slot].index = index;
    if (m_starts.size() * 4 > m_slots.size())
        grow();
    return index;
}

void TextDictionary::grow()
{
    std::vector<Slot> old(m_slots.size() * 4);
    old.swap(m_slots);
    const std::size_t mask = m_slots.size() - 1;
    for (const Slot& moved : old) {
        if (moved.index == kFree)
            continue;
        std::size_t slot = mixed(moved.low, moved.high, moved.size) & mask;
        while (m_slots[slot].index != kFree)
            slot = (slot + 1) & mask;
        m_slots[slot] = moved;
    }
}

std::int64_t TextDictionary::pageBytes() const
{
    return std::int64_t(m_indices.size()) * std::bit_width(m_starts.size()) / 8;
}

std::shared_ptr<arrow::Buffer> TextDictionary::takePage()
{
    auto page = encodeIndices(m_indices, m_starts.size());
    m_indices.clear();
    return page;
}

std::unique_ptr<parquet::DictionaryPage> TextDictionary::dictionary()
{
    measure();
    return std::make_unique<parquet::DictionaryPage>(m_texts.take(), std::int32_t(m_starts.size()),
                                                     parquet::Encoding::PLAIN);
}

std::unique_ptr<ValueEncoder> TextDictionary::successor()
{
    return m_isFull ? std::make_unique<PlainTexts>(m_plainPageBytes, m_measure) : nullptr;
}

// Every text of the dictionary stands in some row, so these are the column's bounds.
void TextDictionary::measure()
{
    if (!m_measure.isWanted())
        return;
    for (std::size_t i = 0; i < m_starts.size(); ++i) {
        const std::int64_t end = i + 1 < m_starts.size()
            ? std::int64_t(m_starts[i + 1]) - std::int64_t(sizeof(std::uint32_t))
            : m_texts.size();
        m_measure.observe(m_texts.view(m_starts[i], end - m_starts[i]));
    }
}

} // namespace sluice::lake
