// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/prefixed_texts.h"

#include "engine/base/words.h"
#include "engine/lake/pages/delta_packing.h"
#include "engine/lake/pages/text_values.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sluice::lake {
namespace {

constexpr std::size_t kWord = 8;

std::size_t equalBytes(std::uint64_t difference)
{
    return std::size_t(std::countr_zero(difference)) / 8;
}

} // namespace

std::size_t sharedPrefix(std::string_view a, std::string_view b)
{
    const std::size_t size = std::min(a.size(), b.size());
    std::size_t at = 0;
    for (; at + kWord <= size; at += kWord)
        if (const std::uint64_t differs = wordAt(a.data() + at) ^ wordAt(b.data() + at))
            return at + equalBytes(differs);
    if (at == size)
        return size;
    if (size >= kWord) { // the last word again, with bytes that are known to be equal
        at = size - kWord;
        const std::uint64_t differs = wordAt(a.data() + at) ^ wordAt(b.data() + at);
        return differs ? at + equalBytes(differs) : size;
    }
    while (at < size && a[at] == b[at])
        ++at;
    return at;
}

PrefixedTexts::PrefixedTexts(std::int64_t mostBytes, TextMeasure measure)
    : m_mostBytes(mostBytes)
    , m_measure(std::move(measure))
{
}

std::int64_t PrefixedTexts::append(const arrow::Array& values, std::int64_t from, std::int64_t rows)
{
    m_shared.reserve(m_shared.size() + std::size_t(rows));
    m_lengths.reserve(m_lengths.size() + std::size_t(rows));
    std::string_view before = m_before;
    const std::int64_t taken = forEachText(values, from, rows, [&](std::string_view text) {
        if (m_rests.size() >= m_mostBytes)
            return false;
        const std::size_t shared = sharedPrefix(before, text);
        m_shared.push_back(std::int32_t(shared));
        m_lengths.push_back(std::int32_t(text.size() - shared));
        appendRest(text, shared);
        before = text;
        return true;
    });
    m_before = std::string(before);
    m_measure.observe(values, from, taken);
    return taken;
}

// A short rest is moved as one word that ends where the text does: no call for a size that is not
// known.
void PrefixedTexts::appendRest(std::string_view text, std::size_t shared)
{
    const std::size_t rest = text.size() - shared;
    std::uint8_t* out = m_rests.room(std::int64_t(rest + kWord));
    if (rest <= kWord && rest > 0 && text.size() >= kWord) {
        const std::uint64_t last = wordEndingAt(text.data() + text.size(), rest);
        std::memcpy(out, &last, sizeof last);
    } else if (rest > 0) {
        std::memcpy(out, text.data() + shared, rest);
    }
    m_rests.wrote(std::int64_t(rest));
}

std::int64_t PrefixedTexts::pageBytes() const
{
    return m_rests.size() + std::int64_t(m_lengths.size()); // about a byte for both lengths
}

std::shared_ptr<arrow::Buffer> PrefixedTexts::takePage()
{
    PageBytes page;
    for (const auto* numbers : {&m_shared, &m_lengths}) {
        std::uint8_t* const start
            = page.room(std::int64_t(deltaPackedRoom<std::int32_t>(numbers->size())));
        page.wrote(writeDeltaPacked<std::int32_t>(*numbers, start) - start);
    }
    const auto rests = m_rests.take();
    if (rests->size() > 0)
        std::memcpy(page.room(rests->size()), rests->data(), std::size_t(rests->size()));
    page.wrote(rests->size());
    m_shared.clear();
    m_lengths.clear();
    m_before.clear();
    return page.take();
}

} // namespace sluice::lake
