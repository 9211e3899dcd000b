// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/plain_texts.h"

#include "engine/lake/pages/text_values.h"

namespace sluice::lake {

PlainTexts::PlainTexts(std::int64_t mostBytes, TextMeasure measure)
    : m_mostBytes(mostBytes)
    , m_measure(std::move(measure))
{
}

std::int64_t PlainTexts::append(const arrow::Array& values, std::int64_t from, std::int64_t rows)
{
    const std::int64_t taken = forEachText(values, from, rows, [this](std::string_view text) {
        if (m_page.size() >= m_mostBytes)
            return false;
        m_page.appendText(text);
        return true;
    });
    m_measure.observe(values, from, taken);
    return taken;
}

} // namespace sluice::lake
