// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/json_decoder.h"

#include "engine/columns/types.h"
#include "engine/formats/json_reasons.h"
#include "engine/formats/value_text.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

Result<DecodedRecords> JsonDecoder::decode(const RawRecords& raw)
{
    DecodedRecords out;
    const std::size_t records = raw.size();
    std::size_t textBytes = 0;
    for (const std::uint32_t length : raw.lengths)
        textBytes += length;
    for (ColumnBuffer& column : m_flat) {
        if (const arrow::Status status
            = column.begin(records, column.shape() == Shape::Text ? textBytes : 0);
            !status.ok())
            return errorFromArrow(status, "decoding JSON");
    }
    for (NestedColumn& column : m_nested)
        column.begin();

    const char* end = reinterpret_cast<const char*>(raw.bytes->data()) + raw.bytes->capacity();
    std::size_t row = 0;
    for (std::size_t i = 0; i < records; ++i) {
        std::string_view record = raw.record(i);
        if (record.data() + record.size() + simdjson::SIMDJSON_PADDING > end) {
            m_copy.assign(record);
            m_copy.append(simdjson::SIMDJSON_PADDING, ' ');
            record = std::string_view(m_copy).substr(0, record.size());
        }
        if (decodeRecord(record, row)) {
            for (NestedColumn& column : m_nested)
                column.keepRow();
            if (!out.bad.empty())
                out.rows.push_back(std::uint32_t(i));
            ++row;
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
        auto column = isNested ? m_nested[index].finish() : m_flat[index].finish(row);
        if (!column.ok())
            return errorFromArrow(column.status(), "decoding JSON");
        columns.push_back(std::move(*column));
    }
    out.columns = arrow::RecordBatch::Make(m_schema, std::int64_t(row), std::move(columns));
    return out;
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
        return readNested(field.value(), reader);
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

bool JsonDecoder::putNull(ColumnBuffer& column, std::size_t row)
{
    if (!column.column().isNullable)
        return reject(column.column().name + ": a value is required");
    column.setNull(row);
    return true;
}

bool JsonDecoder::misfit(ColumnBuffer& column, std::size_t row, od::value value)
{
    if (column.column().isNullOnError && column.column().isNullable) {
        column.setNull(row);
        return true;
    }
    return reject(column.column().name + ": expected " + typeName(*column.column().type)
                  + ", found " + foundText(value));
}

namespace {

// Steps over a scalar, which the parser only then looks at.
bool isScalar(od::value value, od::json_type type)
{
    od::number number;
    bool flag = false;
    std::string_view text;
    switch (type) {
    case od::json_type::number:
        return value.get_number().get(number) == simdjson::SUCCESS
            || value.get_double().error() == simdjson::SUCCESS; // a whole number of any size
    case od::json_type::boolean: return value.get_bool().get(flag) == simdjson::SUCCESS;
    case od::json_type::string: return value.get_string().get(text) == simdjson::SUCCESS;
    default: return false;
    }
}

} // namespace

bool JsonDecoder::readFlat(od::value value, ColumnBuffer& column, std::size_t row)
{
    if (column.column().isJson) {
        std::string_view json;
        od::json_type type{};
        if (value.type().get(type) != simdjson::SUCCESS)
            return misfit(column, row, value);
        if (type == od::json_type::null && value.is_null().value_unsafe())
            return putNull(column, row);
        if (type == od::json_type::object || type == od::json_type::array) {
            const auto error = type == od::json_type::object
                ? value.get_object().value_unsafe().raw_json().get(json)
                : value.get_array().value_unsafe().raw_json().get(json);
            if (error != simdjson::SUCCESS)
                return reject(parserReason(error));
            if (!isNested(json))
                return reject(column.column().name
                              + ": the value's brackets do not match, or are too deep");
        } else {
            json = trimmedToken(value.raw_json_token());
            if (!isScalar(value, type))
                return reject(column.column().name + ": no JSON value");
        }
        column.setText(row, json);
        return true;
    }
    const std::string_view token = value.raw_json_token();
    if (token.front() == 'n') {
        if (value.is_null().value_unsafe())
            return putNull(column, row);
        return misfit(column, row, value);
    }
    return readScalar(value, column, row);
}

bool JsonDecoder::readScalar(od::value value, ColumnBuffer& column, std::size_t row)
{
    const std::string_view token = value.raw_json_token();
    const bool isText = token.front() == '"';
    std::string_view text;
    std::int64_t whole = 0;
    double real = 0;
    bool flag = false;
    switch (column.shape()) {
    case Shape::Text: {
        if (!isText)
            return misfit(column, row, value);
        const std::string_view quoted = trimmedToken(token);
        if (std::memchr(quoted.data(), '\\', quoted.size()) == nullptr && quoted.size() >= 2) {
            column.setText(row, quoted.substr(1, quoted.size() - 2));
            return value.get_raw_json_string().error() == simdjson::SUCCESS; // step over it
        }
        if (value.get_string().get(text) != simdjson::SUCCESS)
            return reject(column.column().name + ": the string has a broken escape");
        column.setText(row, text);
        return true;
    }
    case Shape::Int64:
        if (value.get_int64().get(whole) != simdjson::SUCCESS)
            return misfit(column, row, value);
        column.setInt64(row, whole);
        return true;
    case Shape::Int8:
    case Shape::Int16:
    case Shape::Int32:
        return (value.get_int64().get(whole) == simdjson::SUCCESS && column.setInteger(row, whole))
            || misfit(column, row, value);
    case Shape::Float:
    case Shape::Double:
        if (value.get_double().get(real) != simdjson::SUCCESS || !std::isfinite(real))
            return misfit(column, row, value);
        column.setDouble(row, real);
        return true;
    case Shape::Bool:
        if (value.get_bool().get(flag) != simdjson::SUCCESS)
            return misfit(column, row, value);
        column.setBool(row, flag);
        return true;
    case Shape::Timestamp:
        if (!isText) {
            if (value.get_int64().get(whole) != simdjson::SUCCESS
                || !column.setFromText(row, trimmedToken(token)))
                return misfit(column, row, value);
            return true;
        }
        break;
    case Shape::Decimal:
        if (!isText) {
            if (value.get_double().get(real) != simdjson::SUCCESS
                || !column.setFromText(row, trimmedToken(token)))
                return misfit(column, row, value);
            return true;
        }
        break;
    case Shape::Date: break;
    }
    // Dates, timestamps and decimals as text.
    if (!isText || value.get_string().get(text) != simdjson::SUCCESS
        || !column.setFromText(row, text)
        || (column.shape() == Shape::Timestamp && text.size() < 10))
        return misfit(column, row, value);
    return true;
}

bool JsonDecoder::readNested(od::value value, const Field& field)
{
    std::string_view json;
    od::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS)
        return reject("no JSON");
    simdjson::error_code error = simdjson::SUCCESS;
    if (type == od::json_type::object)
        error = value.get_object().value_unsafe().raw_json().get(json);
    else if (type == od::json_type::array)
        error = value.get_array().value_unsafe().raw_json().get(json);
    else
        json = trimmedToken(value.raw_json_token());
    simdjson::dom::element element;
    if (error == simdjson::SUCCESS)
        error = m_dom.parse(json.data(), json.size(), true).get(element);
    if (error != simdjson::SUCCESS)
        return reject(field.key + ": " + parserReason(error));
    for (const std::size_t index : field.nested) {
        if (!m_nested[index].read(element, m_reason))
            return false;
    }
    return true;
}

bool JsonDecoder::fillMissing(std::size_t row)
{
    for (Field& field : m_fields) {
        if (field.seenIn == m_serial)
            continue;
        if (field.flat != kSkipped && !putNull(m_flat[std::size_t(field.flat)], row))
            return false;
        for (const std::size_t index : field.nested) {
            if (!m_nested[index].readNull(m_reason))
                return false;
        }
    }
    return true;
}

} // namespace sluice::formats
