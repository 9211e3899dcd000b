// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/partition_path.h"

#include "engine/base/time.h"
#include "engine/columns/decimal_text.h"
#include "engine/lake/lake_error.h"

#include <cctype>

#include <arrow/array/util.h>
#include <arrow/scalar.h>
#include <arrow/util/decimal.h>
#include <simdjson.h>

namespace sluice::lake {
namespace {

constexpr std::string_view kNullFolder = "__HIVE_DEFAULT_PARTITION__";

bool isPlain(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-';
}

void appendEscaped(std::string& out, char c)
{
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    out += '%';
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[static_cast<unsigned char>(c) & 15];
}

std::string escapedName(std::string_view text)
{
    std::string out;
    for (const char c : text)
        isPlain(c) ? out.push_back(c) : appendEscaped(out, c);
    return out;
}

int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// A path and a JSON text must agree about bytes that are not UTF-8: each becomes U+FFFD.
std::string mendedUtf8(std::string_view text)
{
    if (simdjson::validate_utf8(text.data(), text.size()))
        return std::string(text);
    std::string out;
    while (!text.empty()) {
        std::size_t length = 1;
        while (length <= 4 && length <= text.size()
               && !simdjson::validate_utf8(text.data(), length))
            ++length;
        if (length > 4 || length > text.size()) {
            out += "\xEF\xBF\xBD";
            length = 1;
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return out;
}

std::string microsText(std::int64_t us)
{
    std::string text = timestampText(us); // .678Z or .678901Z
    const std::size_t point = text.rfind('.');
    if (text.size() - point == 5)
        text.insert(text.size() - 1, "000");
    return text;
}

template <class ArrayType> auto valueAt(const arrow::Array& values, std::int64_t row)
{
    return static_cast<const ArrayType&>(values).Value(row);
}

std::string valueText(const arrow::Array& values, std::int64_t row)
{
    switch (values.type_id()) {
    case arrow::Type::BOOL: return valueAt<arrow::BooleanArray>(values, row) ? "true" : "false";
    case arrow::Type::INT8: return std::to_string(valueAt<arrow::Int8Array>(values, row));
    case arrow::Type::INT16: return std::to_string(valueAt<arrow::Int16Array>(values, row));
    case arrow::Type::INT32: return std::to_string(valueAt<arrow::Int32Array>(values, row));
    case arrow::Type::INT64: return std::to_string(valueAt<arrow::Int64Array>(values, row));
    case arrow::Type::DATE32: {
        constexpr std::int64_t kDayUs = 86'400'000'000;
        return timestampText(valueAt<arrow::Date32Array>(values, row) * kDayUs).substr(0, 10);
    }
    case arrow::Type::TIMESTAMP: return microsText(valueAt<arrow::TimestampArray>(values, row));
    case arrow::Type::DECIMAL128: {
        const auto& decimals = static_cast<const arrow::Decimal128Array&>(values);
        return decimalText(arrow::Decimal128(decimals.GetValue(row)),
                           static_cast<const arrow::Decimal128Type&>(*values.type()).scale());
    }
    case arrow::Type::STRING:
        return mendedUtf8(static_cast<const arrow::StringArray&>(values).GetView(row));
    default: return {};
    }
}

Result<std::shared_ptr<arrow::Scalar>> parsedScalar(const std::shared_ptr<arrow::DataType>& type,
                                                    const std::string& text,
                                                    const std::string& file)
{
    if (type->id() == arrow::Type::STRING)
        return std::shared_ptr<arrow::Scalar>(std::make_shared<arrow::StringScalar>(text));
    if (type->id() == arrow::Type::DECIMAL128) {
        arrow::Decimal128 value;
        std::int32_t precision = 0;
        std::int32_t scale = 0;
        SLUICE_LAKE_ARROW(arrow::Decimal128::FromString(text, &value, &precision, &scale), file);
        const auto& decimal = static_cast<const arrow::Decimal128Type&>(*type);
        SLUICE_LAKE_ARROW_VALUE(value, value.Rescale(scale, decimal.scale()), file);
        return std::shared_ptr<arrow::Scalar>(
            std::make_shared<arrow::Decimal128Scalar>(value, type));
    }
    SLUICE_LAKE_ARROW_VALUE(auto scalar, arrow::Scalar::Parse(type, text), file);
    return scalar;
}

} // namespace

bool canPartitionBy(const arrow::DataType& type)
{
    switch (type.id()) {
    case arrow::Type::BOOL:
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DECIMAL128:
    case arrow::Type::STRING: return true;
    default: return false;
    }
}

std::optional<std::string> partitionText(const arrow::Array& values, std::int64_t row)
{
    if (values.IsNull(row))
        return std::nullopt;
    std::string text = valueText(values, row);
    return text.empty() ? std::nullopt : std::optional<std::string>(std::move(text));
}

Result<std::shared_ptr<arrow::Array>> partitionColumn(const std::shared_ptr<arrow::DataType>& type,
                                                      const std::optional<std::string>& text,
                                                      std::int64_t rows, const std::string& file)
{
    if (!text) {
        SLUICE_LAKE_ARROW_VALUE(auto nulls, arrow::MakeArrayOfNull(type, rows), file);
        return nulls;
    }
    auto scalar = parsedScalar(type, *text, file);
    if (!scalar)
        return lakeError(ErrorCode::DecodeFailed,
                         "partition value \"" + *text + "\" is not " + typeName(*type), file,
                         "The table's log was damaged or written by a program with a fault.");
    SLUICE_LAKE_ARROW_VALUE(auto array, arrow::MakeArrayFromScalar(**scalar, rows), file);
    return array;
}

std::string partitionFolder(const std::vector<std::string>& columns, const PartitionValues& values)
{
    std::string out;
    for (const std::string& column : columns) {
        const auto value = values.find(column);
        out += escapedName(column) + "=";
        out += value == values.end() || !value->second ? std::string(kNullFolder)
                                                       : escapedName(*value->second);
        out += '/';
    }
    return out;
}

std::string logPath(std::string_view diskPath)
{
    std::string out;
    for (const char c : diskPath)
        isPlain(c) || c == '/' || c == '=' ? out.push_back(c) : appendEscaped(out, c);
    return out;
}

std::string diskPath(std::string_view logPath)
{
    std::string out;
    for (std::size_t i = 0; i < logPath.size(); ++i) {
        const int high = i + 2 < logPath.size() ? hexValue(logPath[i + 1]) : -1;
        const int low = i + 2 < logPath.size() ? hexValue(logPath[i + 2]) : -1;
        if (logPath[i] == '%' && high >= 0 && low >= 0) {
            out += char(high * 16 + low);
            i += 2;
        } else {
            out += logPath[i];
        }
    }
    return out;
}

std::string absolutePath(const std::string& tableFolder, const std::string& logPath)
{
    std::string path = diskPath(logPath);
    if (path.starts_with("file://"))
        path = path.substr(7);
    else if (path.starts_with("file:"))
        path = path.substr(5);
    return path.starts_with("/") ? path : tableFolder + "/" + path;
}

} // namespace sluice::lake
