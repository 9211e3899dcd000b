// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/lake/pages/text_values.h"
#include "engine/lake/text_bounds.h"

#include <parquet/statistics.h>

namespace sluice::lake {

/// The least and the greatest of a column's texts, if they are wanted. One thread.
class TextMeasure
{
public:
    explicit TextMeasure(bool isWanted)
        : m_isWanted(isWanted)
    {
    }

    bool isWanted() const { return m_isWanted; }

    void observe(const arrow::Array& values, std::int64_t from, std::int64_t rows)
    {
        if (!m_isWanted || rows == 0)
            return;
        if (values.type_id() == arrow::Type::STRING)
            return m_bounds.observe(
                static_cast<const arrow::StringArray&>(*values.Slice(from, rows)));
        forEachText(values, from, rows, [this](std::string_view text) {
            m_bounds.observe(text);
            return true;
        });
    }
    void observe(std::string_view text) { m_bounds.observe(text); }

    parquet::EncodedStatistics bounds() const
    {
        parquet::EncodedStatistics out;
        if (m_bounds.least() && m_bounds.greatest())
            out.set_min(*m_bounds.least()).set_max(*m_bounds.greatest());
        return out;
    }

private:
    bool m_isWanted;
    TextBounds m_bounds;
};

} // namespace sluice::lake
