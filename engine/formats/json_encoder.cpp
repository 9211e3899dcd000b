// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/json_encoder.h"

#include "engine/base/json_writer.h"
#include "engine/base/time.h"
#include "engine/columns/decimal_text.h"
#include "engine/columns/types.h"

#include <array>
#include <charconv>
#include <cmath>

#include <arrow/array/array_decimal.h>
#include <arrow/array/array_nested.h>
#include <arrow/scalar.h>

namespace sluice::formats {
namespace {

template <class Number> void putNumber(Number value, std::string& out)
{
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
}

template <class Real> void putReal(Real value, std::string& out)
{
    if (std::isfinite(value))
        putNumber(value, out);
    else
        out += "null";
}

template <class ArrayType> auto valueOf(const arrow::Array& values, std::int64_t row)
{
    return static_cast<const ArrayType&>(values).Value(row);
}

void putList(const arrow::ListArray& lists, std::int64_t row, std::string& out)
{
    out += '[';
    for (std::int64_t i = lists.value_offset(row); i < lists.value_offset(row + 1); ++i) {
        if (i > lists.value_offset(row))
            out += ',';
        encodeJsonValue(*lists.values(), i, false, out);
    }
    out += ']';
}

void putMap(const arrow::MapArray& maps, std::int64_t row, std::string& out)
{
    out += '{';
    for (std::int64_t i = maps.value_offset(row); i < maps.value_offset(row + 1); ++i) {
        if (i > maps.value_offset(row))
            out += ',';
        encodeJsonValue(*maps.keys(), i, false, out);
        out += ':';
        encodeJsonValue(*maps.items(), i, false, out);
    }
    out += '}';
}

void putStruct(const arrow::StructArray& structs, std::int64_t row, std::string& out)
{
    out += '{';
    for (int i = 0; i < structs.num_fields(); ++i) {
        if (i > 0)
            out += ',';
        appendJsonString(out, structs.type()->field(i)->name());
        out += ':';
        encodeJsonValue(*structs.field(i), row, isJsonField(*structs.type()->field(i)), out);
    }
    out += '}';
}

} // namespace

void encodeJsonValue(const arrow::Array& values, std::int64_t row, bool isJson, std::string& out)
{
    if (values.IsNull(row)) {
        out += "null";
        return;
    }
    switch (values.type_id()) {
    case arrow::Type::BOOL:
        out += valueOf<arrow::BooleanArray>(values, row) ? "true" : "false";
        return;
    case arrow::Type::INT8: putNumber(int(valueOf<arrow::Int8Array>(values, row)), out); return;
    case arrow::Type::INT16: putNumber(valueOf<arrow::Int16Array>(values, row), out); return;
    case arrow::Type::INT32: putNumber(valueOf<arrow::Int32Array>(values, row), out); return;
    case arrow::Type::INT64: putNumber(valueOf<arrow::Int64Array>(values, row), out); return;
    case arrow::Type::FLOAT: putReal(valueOf<arrow::FloatArray>(values, row), out); return;
    case arrow::Type::DOUBLE: putReal(valueOf<arrow::DoubleArray>(values, row), out); return;
    case arrow::Type::DECIMAL128: {
        const auto& decimals = static_cast<const arrow::Decimal128Array&>(values);
        out += decimalText(arrow::Decimal128(decimals.GetValue(row)),
                           static_cast<const arrow::Decimal128Type&>(*values.type()).scale());
        return;
    }
    case arrow::Type::DATE32:
        out += '"'
            + timestampText(std::int64_t(valueOf<arrow::Date32Array>(values, row)) * 86'400'000'000)
                  .substr(0, 10)
            + '"';
        return;
    case arrow::Type::TIMESTAMP:
        out += '"' + timestampText(valueOf<arrow::TimestampArray>(values, row)) + '"';
        return;
    case arrow::Type::STRING: {
        const auto text = static_cast<const arrow::StringArray&>(values).GetView(row);
        if (isJson)
            out += text;
        else
            appendJsonString(out, text);
        return;
    }
    case arrow::Type::BINARY:
        appendJsonString(out, static_cast<const arrow::BinaryArray&>(values).GetView(row));
        return;
    case arrow::Type::LIST: putList(static_cast<const arrow::ListArray&>(values), row, out); return;
    case arrow::Type::MAP: putMap(static_cast<const arrow::MapArray&>(values), row, out); return;
    case arrow::Type::STRUCT:
        putStruct(static_cast<const arrow::StructArray&>(values), row, out);
        return;
    default: break;
    }
    // Types that only SQL makes (unsigned and huge numbers, times of day, intervals).
    const auto scalar = values.GetScalar(row);
    const std::string text = scalar.ok() ? (*scalar)->ToString() : std::string();
    if (arrow::is_integer(values.type_id()) || arrow::is_decimal(values.type_id()))
        out += text;
    else
        appendJsonString(out, text);
}

void encodeJsonRow(const arrow::RecordBatch& batch, std::int64_t row, std::string& out)
{
    out += '{';
    for (int i = 0; i < batch.num_columns(); ++i) {
        if (i > 0)
            out += ',';
        const auto& field = batch.schema()->field(i);
        appendJsonString(out, field->name());
        out += ':';
        encodeJsonValue(*batch.column(i), row, isJsonField(*field), out);
    }
    out += '}';
}

void encodeJsonLines(const arrow::RecordBatch& batch, std::string& out)
{
    for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
        encodeJsonRow(batch, row, out);
        out += '\n';
    }
}

} // namespace sluice::formats
