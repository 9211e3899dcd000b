// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/formats/column_buffer.h"
#include "engine/formats/json_shapes.h"
#include "engine/formats/nested_column.h"
#include "engine/formats/record_decoder.h"

#include <optional>

#include <simdjson.h>

namespace sluice::formats {

/// JSON objects to columns, in one pass with simdjson On-Demand; records that look like others
/// before them without it, by their JsonShape.
///
/// Each field is first compared with the one that stood at this place in the record before, so a
/// steady stream looks nothing up. Fields that no column reads are skipped: their brackets, quotes
/// and UTF-8 are checked, their values are not. A field that stands twice rejects the record.
class JsonDecoder final : public RecordDecoder
{
public:
    JsonDecoder(const RecordLayout& layout, const std::set<std::string>& needed);
    Result<DecodedRecords> decode(const RawRecords& raw) override;

private:
    using Value = simdjson::ondemand::value;
    static constexpr int kSkipped = -1;

    // A key of the top level and who reads it: one flat column, or nested ones by path.
    struct Field
    {
        std::string key;
        int flat = kSkipped;
        std::vector<std::size_t> nested;
        std::uint64_t seenIn = 0; // serial of the record it was last seen in
    };
    struct Expected
    {
        std::string key;
        int field = kSkipped;
    };

    void moveSharedKeys();
    std::vector<ShapeReader> shapeReaders();
    arrow::Status beginColumns(const RawRecords& raw);
    bool decodeAny(std::string_view record, bool isPadded, std::size_t row);
    bool decodeRecord(std::string_view record, std::size_t row);
    bool readField(simdjson::ondemand::field& field, std::size_t at, std::size_t row);
    int fieldOf(simdjson::ondemand::field& field, std::size_t at);
    bool skip(Value& value);
    bool readFlat(Value value, ColumnBuffer& column, std::size_t row);
    bool readScalar(Value value, ColumnBuffer& column, std::size_t row);
    bool readNested(Value value, const Field& field, std::size_t row);
    bool fillMissing(std::size_t row);
    bool putNull(ColumnBuffer& column, std::size_t row);
    bool misfit(ColumnBuffer& column, std::size_t row, Value value);
    bool reject(std::string reason);

    std::vector<ColumnBuffer> m_flat;
    std::vector<NestedColumn> m_nested;
    std::vector<std::pair<bool, std::size_t>> m_order; // schema order -> (is nested, index)
    std::vector<Field> m_fields;
    std::vector<Expected> m_expected;
    simdjson::ondemand::parser m_parser;
    simdjson::dom::parser m_dom;
    std::optional<JsonShapes> m_shapes;
    std::uint64_t m_serial = 0;
    std::string m_reason;
    std::string m_copy; // a last record without padding behind it
};

} // namespace sluice::formats
