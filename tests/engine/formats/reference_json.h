// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/formats/record_schema.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/array.h>
#include <simdjson.h>

namespace sluice::test {

/// What a record must become: the text of each cell; nullopt: the record is refused.
using ReferenceRow = std::optional<std::vector<std::string>>;

/// Reads records with simdjson's strict DOM parser, a value at a time: slow, and sharing no code
/// with the decoders that are judged by it.
///
/// Fields that no column reads, and columns of type json, need not be valid in all detail for a
/// decoder to accept the record. So there are two answers: what the record says strictly, and what
/// it says when those values are taken away. A decoder must accept what strict accepts and refuse
/// what loose refuses.
class ReferenceJson
{
public:
    ReferenceJson(const formats::RecordLayout& layout, const std::set<std::string>& needed);

    struct Answers
    {
        ReferenceRow strict, loose;
    };
    Answers read(std::string_view record);

    /// Returns the cell that a decoder made, in the same words.
    std::string cellText(std::size_t column, const arrow::Array& cells, std::int64_t row);
    /// Tells whether the cell is the subtree of a json column, which loose knows nothing of.
    bool isJson(std::size_t column) const { return m_columns[column].isJson; }

private:
    ReferenceRow readDocument(const std::string& text, bool withJson);
    std::string withoutUnread(std::string_view record);
    bool isRead(std::string_view key) const;
    std::string minified(std::string_view json);

    std::vector<formats::SchemaColumn> m_columns;
    simdjson::dom::parser m_parser;
    simdjson::dom::parser m_second;
};

} // namespace sluice::test
