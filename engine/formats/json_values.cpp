// SPDX-License-Identifier: Apache-2.0
// How the parser's values get into columns: the half of JsonDecoder behind the keys.
#include "engine/columns/types.h"
#include "engine/formats/json_decoder.h"
#include "engine/formats/json_reasons.h"

#include <cmath>

namespace sluice::formats {
namespace od = simdjson::ondemand;

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

bool JsonDecoder::readNested(od::value value, const Field& field, std::size_t row)
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
        if (!m_nested[index].read(element, row, m_reason))
            return false;
    }
    return true;
}

} // namespace sluice::formats
