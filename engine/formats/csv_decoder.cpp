// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/csv_decoder.h"

#include "engine/columns/types.h"
#include "engine/formats/json_decoder.h"

#include <algorithm>

#include <arrow/util/utf8.h>

namespace sluice::formats {

CsvDecoder::CsvDecoder(const RecordLayout& layout, const std::set<std::string>& needed)
    : m_layout(layout)
{
    arrow::FieldVector fields;
    const std::shared_ptr<arrow::Schema> whole = layout.schema.arrowSchema();
    for (std::size_t i = 0; i < layout.schema.columns.size(); ++i) {
        const SchemaColumn& column = layout.schema.columns[i];
        if (!needed.contains(column.name))
            continue;
        fields.push_back(whole->field(int(i)));
        m_columns.emplace_back(column);
        m_fieldOf.push_back(int(i));
    }
    m_fieldCount = layout.schema.columns.size();
    m_schema = arrow::schema(std::move(fields));
    arrow::util::InitializeUTF8();
}

std::vector<std::string> CsvDecoder::setHeader(std::string_view line)
{
    std::vector<std::string> missing;
    if (line.starts_with("\xEF\xBB\xBF"))
        line.remove_prefix(3);
    if (!split(line))
        return {"(the header line is broken)"};
    m_fieldCount = m_parts.size();
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        const SchemaColumn& column = m_columns[i].column();
        const std::string name = column.path[0].index() == 0 ? column.key() : column.name;
        const auto found = std::ranges::find(m_parts, name, &Part::text);
        m_fieldOf[i] = found == m_parts.end() ? -1 : int(found - m_parts.begin());
        if (found == m_parts.end())
            missing.push_back(name);
    }
    return missing;
}

// Splits a record into m_parts; false if a quote is not closed or text follows one.
bool CsvDecoder::split(std::string_view record)
{
    m_parts.clear();
    m_unquoted.clear();
    m_unquoted.reserve(record.size()); // views into it must stay valid
    if (record.ends_with('\r'))
        record.remove_suffix(1);
    std::size_t at = 0;
    for (;;) {
        Part part;
        if (at < record.size() && record[at] == m_layout.quote) {
            part.wasQuoted = true;
            const std::size_t begin = m_unquoted.size();
            for (++at;; ++at) {
                if (at >= record.size())
                    return false;
                if (record[at] != m_layout.quote)
                    m_unquoted += record[at];
                else if (at + 1 < record.size() && record[at + 1] == m_layout.quote)
                    m_unquoted += record[at++];
                else
                    break;
            }
            ++at;
            part.text = std::string_view(m_unquoted).substr(begin);
            if (at < record.size() && record[at] != m_layout.delimiter)
                return false;
        } else {
            const std::size_t end = std::min(record.find(m_layout.delimiter, at), record.size());
            part.text = record.substr(at, end - at);
            at = end;
        }
        m_parts.push_back(part);
        if (at >= record.size())
            return true;
        ++at; // the delimiter; one at the end is followed by an empty field
    }
}

bool CsvDecoder::isNull(std::string_view text, bool wasQuoted) const
{
    return !wasQuoted && std::ranges::find(m_layout.nullValues, text) != m_layout.nullValues.end();
}

bool CsvDecoder::decodeRecord(std::string_view record, std::size_t row)
{
    if (!split(record)) {
        m_reason = "a quoted field is not closed, or text follows it";
        return false;
    }
    if (m_parts.size() != m_fieldCount) {
        m_reason = "expected " + std::to_string(m_fieldCount) + " fields, found "
            + std::to_string(m_parts.size());
        return false;
    }
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        ColumnBuffer& column = m_columns[i];
        const SchemaColumn& declared = column.column();
        const Part part = m_fieldOf[i] < 0 ? Part{} : m_parts[std::size_t(m_fieldOf[i])];
        if (m_fieldOf[i] < 0 || isNull(part.text, part.wasQuoted)) {
            if (!declared.isNullable) {
                m_reason = declared.name + ": a value is required";
                return false;
            }
            column.setNull(row);
            continue;
        }
        const bool isText = column.shape() == Shape::Text;
        const bool fits = isText
            ? arrow::util::ValidateUTF8(reinterpret_cast<const std::uint8_t*>(part.text.data()),
                                        std::int64_t(part.text.size()))
            : true;
        if (fits && column.setFromText(row, part.text))
            continue;
        if (declared.isNullOnError && declared.isNullable) {
            column.setNull(row);
            continue;
        }
        m_reason = fits ? declared.name + ": expected " + typeName(*declared.type) + ", found \""
                + std::string(part.text.substr(0, 40)) + "\""
                        : declared.name + ": the bytes are not UTF-8";
        return false;
    }
    return true;
}

Result<DecodedRecords> CsvDecoder::decode(const RawRecords& raw)
{
    DecodedRecords out;
    std::size_t textBytes = 0;
    for (const std::uint32_t length : raw.lengths)
        textBytes += length;
    for (ColumnBuffer& column : m_columns) {
        if (const arrow::Status status = column.begin(raw.size(), textBytes); !status.ok())
            return errorFromArrow(status, "decoding CSV");
    }
    std::size_t row = 0;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (decodeRecord(raw.record(i), row)) {
            out.rows.push_back(std::uint32_t(i));
            ++row;
        } else {
            out.bad.push_back({std::uint32_t(i), std::move(m_reason)});
            m_reason.clear();
        }
    }
    if (out.bad.empty())
        out.rows.clear();
    arrow::ArrayVector columns;
    for (ColumnBuffer& column : m_columns) {
        auto array = column.finish(row);
        if (!array.ok())
            return errorFromArrow(array.status(), "decoding CSV");
        columns.push_back(std::move(*array));
    }
    out.columns = arrow::RecordBatch::Make(m_schema, std::int64_t(row), std::move(columns));
    return out;
}

std::unique_ptr<RecordDecoder> makeDecoder(const RecordLayout& layout,
                                           const std::set<std::string>& needed)
{
    if (layout.format == RecordFormat::Csv)
        return std::make_unique<CsvDecoder>(layout, needed);
    return std::make_unique<JsonDecoder>(layout, needed);
}

} // namespace sluice::formats
