// SPDX-License-Identifier: Apache-2.0
// How a JsonShape is learned from a record.
#include "engine/formats/digits.h"
#include "engine/formats/json_shape.h"

#include <algorithm>

namespace sluice::formats {

// Walks over a record once and takes it apart.
class ShapeLearner
{
public:
    ShapeLearner(std::string_view record, const std::vector<ShapeReader>& readers)
        : m_record(record)
        , m_readers(readers)
        , m_isFound(readers.size(), false)
    {
    }

    std::optional<JsonShape> learn()
    {
        if (!object(1) || m_isShared)
            return std::nullopt;
        skipSpace();
        if (m_at != m_record.size())
            return std::nullopt;
        endStep({});
        m_shape.m_bytes.append(RawRecords::kPadding, '\0');
        for (std::size_t i = 0; i < m_readers.size(); ++i) {
            if (m_isFound[i])
                continue;
            if (!m_readers[i].column->column().isNullable)
                return std::nullopt;
            m_shape.m_missing.push_back(m_readers[i].column);
        }
        return std::move(m_shape);
    }

private:
    static constexpr std::size_t kMaxSteps = 512;
    static constexpr int kMaxDepth = 16;
    static constexpr std::int64_t kMillisecondNs = 1'000'000, kMicrosInMillisecond = 1000;

    char next() const { return m_at < m_record.size() ? m_record[m_at] : '\0'; }
    bool take(char c)
    {
        skipSpace();
        if (next() != c)
            return false;
        ++m_at;
        return true;
    }
    void skipSpace()
    {
        while (next() == ' ' || next() == '\t' || next() == '\r' || next() == '\n')
            ++m_at;
    }
    // Passes over a string without escapes.
    bool string(std::string_view& text)
    {
        if (!take('"'))
            return false;
        const std::size_t begin = m_at;
        while (m_at < m_record.size() && next() != '"' && next() != '\\')
            ++m_at;
        text = m_record.substr(begin, m_at - begin);
        return take('"');
    }

    bool object(int depth)
    {
        std::vector<std::string_view> keys;
        if (depth > kMaxDepth || !take('{'))
            return false;
        if (take('}'))
            return true;
        do {
            std::string_view key;
            if (!string(key) || !take(':')
                || std::find(keys.begin(), keys.end(), key) != keys.end())
                return false;
            keys.push_back(key);
            m_path.emplace_back(key);
            if (!value(depth))
                return false;
            m_path.pop_back();
        } while (take(','));
        return take('}');
    }

    bool value(int depth)
    {
        skipSpace();
        if (next() == '{')
            return !readerHere() && object(depth + 1);
        if (next() == '[' || m_shape.m_steps.size() == kMaxSteps)
            return false;
        JsonShape::Step step;
        step.isDeep = depth > 1;
        step.column = readerHere();
        const bool isText = next() == '"';
        if (!step.column)
            step.kind = isText ? JsonShape::Kind::SkipText : JsonShape::Kind::SkipOther;
        else if (!describe(step, isText))
            return false;
        endStep(step);
        std::string_view text;
        const bool isRead = isText ? string(text) : passWord();
        m_end = m_at;
        return isRead;
    }

    bool passWord()
    {
        const std::size_t begin = m_at;
        while (next() != ',' && next() != '}' && next() != ' ' && next() != '\t' && next() != '\r'
               && next() != '\n' && m_at < m_record.size())
            ++m_at;
        return m_at > begin;
    }

    // The column whose value stands here; a value for two is left to the parser.
    ColumnBuffer* readerHere()
    {
        ColumnBuffer* out = nullptr;
        for (std::size_t i = 0; i < m_readers.size(); ++i) {
            if (m_readers[i].path != m_path)
                continue;
            m_isShared = m_isShared || out;
            out = m_readers[i].column;
            m_isFound[i] = true;
        }
        return out;
    }

    static bool describe(JsonShape::Step& step, bool isText)
    {
        using Kind = JsonShape::Kind;
        switch (step.column->shape()) {
        case Shape::Text: step.kind = Kind::Text; return true;
        case Shape::Bool: step.kind = Kind::Bool; return true;
        case Shape::Int8:
        case Shape::Int16: step.kind = Kind::Integer; return true;
        case Shape::Int32: step.kind = Kind::Int32; return true;
        case Shape::Int64: step.kind = Kind::Int64; return true;
        case Shape::Float:
        case Shape::Double: step.kind = Kind::Real; return true;
        case Shape::Date: step.kind = Kind::Date; return true;
        case Shape::Timestamp:
            step.kind = Kind::Timestamp;
            if (!isText && step.column->column().numberUnitNs == kMillisecondNs) {
                step.kind = Kind::Millis;
                step.factor = kMicrosInMillisecond;
            }
            return true;
        case Shape::Decimal: {
            const auto& type
                = static_cast<const arrow::Decimal128Type&>(*step.column->column().type);
            step.kind = Kind::Decimal;
            step.scale = type.scale();
            step.limit = kPowersOfTen[std::size_t(std::min<std::int32_t>(type.precision(), 18))];
            return type.scale() >= 0 && type.scale() <= 18;
        }
        }
        return false;
    }

    // What stood since the last value belongs before this one.
    void endStep(JsonShape::Step step)
    {
        step.between = std::uint32_t(m_shape.m_bytes.size());
        step.length = std::uint32_t(m_at - m_end);
        m_shape.m_bytes += m_record.substr(m_end, m_at - m_end);
        m_shape.m_steps.push_back(step);
        m_end = m_at;
    }

    const std::string_view m_record;
    const std::vector<ShapeReader>& m_readers;
    std::vector<bool> m_isFound;
    bool m_isShared = false; // some value is read by two columns
    JsonShape m_shape;
    std::vector<std::string> m_path;
    std::size_t m_at = 0;
    std::size_t m_end = 0; // of the last value
};

std::optional<JsonShape> JsonShape::learn(std::string_view record,
                                          const std::vector<ShapeReader>& readers)
{
    return ShapeLearner(record, readers).learn();
}

} // namespace sluice::formats
