// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/json_decoder.h"

#include "engine/columns/types.h"
#include "engine/formats/json_reasons.h"

#include <algorithm>

namespace sluice::formats {
namespace od = simdjson::ondemand;

JsonDecoder::JsonDecoder(const RecordLayout& layout, const std::set<std::string>& needed)
{
    arrow::FieldVector fields;
    const std::shared_ptr<arrow::Schema> whole = layout.schema.arrowSchema();
    for (const SchemaColumn& column : layout.schema.columns) {
        if (!needed.contains(column.name))
            continue;
        fields.push_back(whole->GetFieldByName(column.name));
        const std::string key
            = column.path[0].index() == 0 ? std::get<std::string>(column.path[0]) : std::string();
        auto field = std::ranges::find(m_fields, key, &Field::key);
        if (field == m_fields.end())
            field = m_fields.insert(m_fields.end(), Field{.key = key, .nested = {}});
        Shape shape{};
        const bool isFlat
            = column.isTopLevel() && shapeOf(*column.type, shape) && field->flat == kSkipped;
        if (isFlat) {
            field->flat = int(m_flat.size());
            m_order.emplace_back(false, m_flat.size());
            m_flat.emplace_back(column);
        } else {
            field->nested.push_back(m_nested.size());
            m_order.emplace_back(true, m_nested.size());
            m_nested.emplace_back(column);
        }
    }
    m_schema = arrow::schema(std::move(fields));
    moveSharedKeys();
    if (std::vector<ShapeReader> readers = shapeReaders(); layout.learnsShapes && !readers.empty())
        m_shapes.emplace(std::move(readers));
}

// All columns, if each is a flat value under keys; else none, and everything is parsed.
std::vector<ShapeReader> JsonDecoder::shapeReaders()
{
    std::vector<ShapeReader> out;
    for (const auto& [isNested, index] : m_order) {
        ColumnBuffer* flat = isNested ? m_nested[index].flat() : &m_flat[index];
        if (!flat || flat->column().isJson)
            return {};
        ShapeReader& reader = out.emplace_back();
        reader.column = flat;
        for (const PathStep& step : flat->column().path) {
            if (step.index() != 0)
                return {};
            reader.path.push_back(std::get<std::string>(step));
        }
    }
    return out;
}

// On-Demand hands a value out once: a flat column whose key nested ones read too joins them.
void JsonDecoder::moveSharedKeys()
{
    for (Field& field : m_fields) {
        if (field.flat == kSkipped || field.nested.empty())
            continue;
        const auto flat = std::size_t(field.flat);
        const auto order = std::ranges::find(m_order, std::pair(false, flat));
        field.nested.push_back(m_nested.size());
        m_nested.emplace_back(m_flat[flat].column());
        *order = {true, m_nested.size() - 1};
        field.flat = kSkipped;
    }
}

arrow::Status JsonDecoder::beginColumns(const RawRecords& raw)
{
    std::size_t textBytes = 0;
    for (const std::uint32_t length : raw.lengths)
        textBytes += length;
    for (ColumnBuffer& column : m_flat)
        ARROW_RETURN_NOT_OK(
            column.begin(raw.size(), column.shape() == Shape::Text ? textBytes : 0));
    for (NestedColumn& column : m_nested)
        ARROW_RETURN_NOT_OK(column.begin(raw.size(), textBytes));
    return arrow::Status::OK();
}

Result<DecodedRecords> JsonDecoder::decode(const RawRecords& raw)
{
    DecodedRecords out;
    const std::size_t records = raw.size();
    if (const arrow::Status status = beginColumns(raw); !status.ok())
        return errorFromArrow(status, "decoding JSON");
    if (m_shapes)
        m_shapes->begin(raw);

    static_assert(simdjson::SIMDJSON_PADDING <= RawRecords::kPadding);
    const char* end = reinterpret_cast<const char*>(raw.bytes->data()) + raw.bytes->capacity();
    std::size_t row = 0;
    const auto keep = [&](std::size_t first, std::size_t count) {
        for (std::size_t i = first; !out.bad.empty() && i < first + count; ++i)
            out.rows.push_back(std::uint32_t(i));
        row += count;
    };
    for (std::size_t i = 0; i < records; ++i) {
        if (const std::size_t run = m_shapes ? m_shapes->readRun(raw, i, row) : 0; run > 0) {
            keep(i, run);
            i += run - 1;
            continue;
        }
        const std::string_view record = raw.record(i);
        if (decodeAny(record, record.data() + record.size() + RawRecords::kPadding <= end, row)) {
            keep(i, 1);
            continue;
        }
        if (out.bad.empty()) { // from here on rows and records differ
            out.rows.resize(i);
            for (std::size_t k = 0; k < i; ++k)
                out.rows[k] = std::uint32_t(k);
        }
        out.bad.push_back({std::uint32_t(i), std::move(m_reason)});
        m_reason.clear();
    }

    arrow::ArrayVector columns;
    for (const auto& [isNested, index] : m_order) {
        auto column = isNested ? m_nested[index].finish(row) : m_flat[index].finish(row);
        if (!column.ok())
            return errorFromArrow(column.status(), "decoding JSON");
        columns.push_back(std::move(*column));
    }
    out.columns = arrow::RecordBatch::Make(m_schema, std::int64_t(row), std::move(columns));
    return out;
}

// By its shape if it has a known one, else by the parser.
bool JsonDecoder::decodeAny(std::string_view record, bool isPadded, std::size_t row)
{
    if (m_shapes && isPadded && m_shapes->read(record, row))
        return true;
    if (!isPadded) {
        m_copy.assign(record);
        m_copy.append(RawRecords::kPadding, ' ');
        record = std::string_view(m_copy).substr(0, record.size());
    }
    if (!decodeRecord(record, row))
        return false;
    for (NestedColumn& column : m_nested)
        column.keepRow();
    if (m_shapes)
        m_shapes->learn(record, row);
    return true;
}

bool JsonDecoder::reject(std::string reason)
{
    m_reason = std::move(reason);
    return false;
}

bool JsonDecoder::decodeRecord(std::string_view record, std::size_t row)
{
    ++m_serial;
    od::document document;
    if (const auto error
        = m_parser.iterate(record.data(), record.size(), record.size() + simdjson::SIMDJSON_PADDING)
              .get(document))
        return reject(parserReason(error));
    od::object object;
    if (const auto error = document.get_object().get(object))
        return reject(parserReason(error));
    std::size_t at = 0;
    for (auto result : object) {
        od::field field;
        if (const auto error = std::move(result).get(field))
            return reject(parserReason(error));
        if (!readField(field, at++, row))
            return false;
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
        return reject("something follows the JSON object");
    return fillMissing(row);
}

// Returns the index of the field's reader, kSkipped if nobody reads it.
int JsonDecoder::fieldOf(od::field& field, std::size_t at)
{
    const char* raw = field.key().raw();
    if (at < m_expected.size()) {
        const Expected& expected = m_expected[at];
        // The raw key ends at its quote; one with an escape never equals and is looked up below.
        if (std::memcmp(raw, expected.key.data(), expected.key.size()) == 0
            && raw[expected.key.size()] == '"')
            return expected.field;
    }
    std::string_view key;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS)
        return kSkipped;
    const auto found = std::ranges::find(m_fields, key, &Field::key);
    const int index = found == m_fields.end() ? kSkipped : int(found - m_fields.begin());
    constexpr std::size_t kMaxLearned = 256;
    if (at < kMaxLearned && key.find_first_of("\"\\") == std::string_view::npos) {
        if (m_expected.size() <= at)
            m_expected.resize(at + 1);
        m_expected[at] = {std::string(key), index};
    }
    return index;
}

bool JsonDecoder::readField(od::field& field, std::size_t at, std::size_t row)
{
    const int index = fieldOf(field, at);
    if (index == kSkipped)
        return skip(field.value());
    Field& reader = m_fields[std::size_t(index)];
    if (reader.seenIn == m_serial)
        return reject("field \"" + reader.key + "\" stands twice");
    reader.seenIn = m_serial;
    if (!reader.nested.empty())
        return readNested(field.value(), reader, row);
    return readFlat(field.value(), m_flat[std::size_t(reader.flat)], row);
}

// What the parser steps over it takes for whole: a string with a colon behind it would be a key
// further inside, a comma the next item. So the value must at least begin like one.
bool JsonDecoder::skip(od::value& value)
{
    switch (value.raw_json_token().front()) {
    case '"':
        return value.get_raw_json_string().error() == simdjson::SUCCESS
            || reject("a field's value is no JSON");
    case ',':
    case ':':
    case ']':
    case '}': return reject("a field has no value");
    default: return true;
    }
}

bool JsonDecoder::fillMissing(std::size_t row)
{
    for (Field& field : m_fields) {
        if (field.seenIn == m_serial)
            continue;
        if (field.flat != kSkipped && !putNull(m_flat[std::size_t(field.flat)], row))
            return false;
        for (const std::size_t index : field.nested) {
            if (!m_nested[index].readNull(row, m_reason))
                return false;
        }
    }
    return true;
}

} // namespace sluice::formats
