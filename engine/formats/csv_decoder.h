// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/formats/column_buffer.h"
#include "engine/formats/record_decoder.h"

namespace sluice::formats {

/// CSV lines (RFC 4180: quotes may hold delimiters, line ends and doubled quotes) to columns. With
/// a header, columns are found by name: the source hands over each file's header line; without
/// one, the schema's columns stand in their order.
class CsvDecoder final : public RecordDecoder
{
public:
    CsvDecoder(const RecordLayout& layout, const std::set<std::string>& needed);
    Result<DecodedRecords> decode(const RawRecords& raw) override;

    /// Sets the header line that the next records have. Returns the columns that it lacks.
    std::vector<std::string> setHeader(std::string_view line);

private:
    bool split(std::string_view record);
    bool decodeRecord(std::string_view record, std::size_t row);
    bool isNull(std::string_view text, bool wasQuoted) const;

    RecordLayout m_layout;
    std::vector<ColumnBuffer> m_columns;
    std::vector<int> m_fieldOf;   // column -> field; -1 = not in this file
    std::size_t m_fieldCount = 0; // that a record must have
    struct Part
    {
        std::string_view text;
        bool wasQuoted = false;
    };
    std::vector<Part> m_parts;
    std::string m_unquoted; // text of quoted fields with doubled quotes
    std::string m_reason;
};

} // namespace sluice::formats
