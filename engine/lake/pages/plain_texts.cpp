// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/plain_texts.h"

#include "engine/lake/pages/text_values.h"

namespace sluice::lake {

PlainTexts::PlainTexts(TextMeasure measure)
    : m_measure(std::move(measure))
{
}

std::int64_t PlainTexts::append(const arrow::Array& values, std::int64_t from, std::int64_t rows)
{
    m_measure.observe(values, from, rows);
    return forEachText(values, from, rows, [this](std::string_view text) {
        m_page.appendText(text);
        return true;
    });
}

} // namespace sluice::lake
