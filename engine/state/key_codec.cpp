// SPDX-License-Identifier: Apache-2.0
#include "engine/state/key_codec.h"

#include "engine/columns/types.h"
#include "engine/state/hash_bytes.h"
#include "engine/state/text_keys.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include <arrow/array.h>
#include <arrow/builder.h>

namespace sluice::state {
namespace {

std::uint64_t word(const char* from, std::size_t size)
{
    std::uint64_t out = 0;
    std::memcpy(&out, from, size);
    return out;
}

template <class T> void putRaw(char*& to, T value)
{
    std::memcpy(to, &value, sizeof value);
    to += sizeof value;
}

std::size_t widthOf(const arrow::DataType& type)
{
    return type.id() == arrow::Type::DECIMAL128 ? 16 : 8;
}

bool isText(const arrow::DataType& type)
{
    return type.id() == arrow::Type::STRING || type.id() == arrow::Type::BINARY;
}

std::int64_t realBits(double value)
{
    if (value == 0)
        value = 0; // both zeros are one key
    if (std::isnan(value))
        value = std::nan("");
    std::int64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

// The values of a column that is not text, as they stand in a key: calls use(get), get(row) returns
// 8 bytes, of a decimal 16.
template <class ArrayType, class Use> void useIntegers(const arrow::Array& column, const Use& use)
{
    const auto& typed = static_cast<const ArrayType&>(column);
    use([&](std::int64_t row) { return std::int64_t(typed.Value(row)); });
}
template <class ArrayType, class Use> void useReals(const arrow::Array& column, const Use& use)
{
    const auto& typed = static_cast<const ArrayType&>(column);
    use([&](std::int64_t row) { return realBits(double(typed.Value(row))); });
}
template <class Use> void useFixed(const arrow::Array& column, const Use& use)
{
    switch (column.type_id()) {
    case arrow::Type::BOOL: return useIntegers<arrow::BooleanArray>(column, use);
    case arrow::Type::INT8: return useIntegers<arrow::Int8Array>(column, use);
    case arrow::Type::INT16: return useIntegers<arrow::Int16Array>(column, use);
    case arrow::Type::INT32: return useIntegers<arrow::Int32Array>(column, use);
    case arrow::Type::DATE32: return useIntegers<arrow::Date32Array>(column, use);
    case arrow::Type::INT64: return useIntegers<arrow::Int64Array>(column, use);
    case arrow::Type::TIMESTAMP: return useIntegers<arrow::TimestampArray>(column, use);
    case arrow::Type::FLOAT: return useReals<arrow::FloatArray>(column, use);
    case arrow::Type::DOUBLE: return useReals<arrow::DoubleArray>(column, use);
    default: {
        const auto& typed = static_cast<const arrow::Decimal128Array&>(column);
        use([&](std::int64_t row) {
            std::array<char, 16> out{};
            std::memcpy(out.data(), typed.GetValue(row), out.size());
            return out;
        });
    }
    }
}

// Puts one column behind what each row has so far; cursors point to the end of each row's key.
template <class Get> void putFixed(const arrow::Array& column, std::vector<char*>& cursors, Get get)
{
    const bool hasNulls = column.null_count() > 0;
    for (std::size_t row = 0; row < cursors.size(); ++row) {
        char*& to = cursors[row];
        if (hasNulls && column.IsNull(std::int64_t(row))) {
            *to++ = 0;
            continue;
        }
        *to++ = 1;
        putRaw(to, get(std::int64_t(row)));
    }
}

void putTexts(const arrow::BinaryArray& column, std::vector<char*>& cursors)
{
    const bool hasNulls = column.null_count() > 0;
    for (std::size_t row = 0; row < cursors.size(); ++row) {
        char*& to = cursors[row];
        if (hasNulls && column.IsNull(std::int64_t(row))) {
            *to++ = 0;
            continue;
        }
        const std::string_view text = column.GetView(std::int64_t(row));
        *to++ = 1;
        putRaw(to, std::uint32_t(text.size()));
        std::memcpy(to, text.data(), text.size());
        to += text.size();
    }
}

void putColumn(const arrow::Array& column, std::vector<char*>& cursors)
{
    if (isText(*column.type()))
        putTexts(static_cast<const arrow::BinaryArray&>(column), cursors);
    else
        useFixed(column, [&](auto get) { putFixed(column, cursors, get); });
}

// Reads one column of a key; false when the bytes end.
bool skipColumn(std::string_view& key, const arrow::DataType& type, bool& isNull,
                std::string_view& value)
{
    if (key.empty())
        return false;
    isNull = key.front() == 0;
    key.remove_prefix(1);
    if (isNull)
        return true;
    std::size_t size = widthOf(type);
    if (isText(type)) {
        if (key.size() < 4)
            return false;
        size = std::size_t(word(key.data(), 4));
        key.remove_prefix(4);
    }
    if (key.size() < size)
        return false;
    value = key.substr(0, size);
    key.remove_prefix(size);
    return true;
}

template <class Builder> arrow::Status appendNumber(arrow::ArrayBuilder& to, std::string_view value)
{
    auto& builder = static_cast<Builder&>(to);
    return builder.Append(typename Builder::value_type(std::int64_t(word(value.data(), 8))));
}

arrow::Status appendReal(arrow::ArrayBuilder& to, std::string_view value)
{
    double real = 0;
    std::memcpy(&real, value.data(), sizeof real);
    return to.type()->id() == arrow::Type::FLOAT
        ? static_cast<arrow::FloatBuilder&>(to).Append(float(real))
        : static_cast<arrow::DoubleBuilder&>(to).Append(real);
}

arrow::Status appendValue(arrow::ArrayBuilder& to, std::string_view value)
{
    switch (to.type()->id()) {
    case arrow::Type::BOOL: return static_cast<arrow::BooleanBuilder&>(to).Append(value[0] != 0);
    case arrow::Type::INT8: return appendNumber<arrow::Int8Builder>(to, value);
    case arrow::Type::INT16: return appendNumber<arrow::Int16Builder>(to, value);
    case arrow::Type::INT32: return appendNumber<arrow::Int32Builder>(to, value);
    case arrow::Type::DATE32: return appendNumber<arrow::Date32Builder>(to, value);
    case arrow::Type::INT64: return appendNumber<arrow::Int64Builder>(to, value);
    case arrow::Type::TIMESTAMP: return appendNumber<arrow::TimestampBuilder>(to, value);
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE: return appendReal(to, value);
    case arrow::Type::DECIMAL128:
        return static_cast<arrow::Decimal128Builder&>(to).Append(
            arrow::Decimal128(reinterpret_cast<const std::uint8_t*>(value.data())));
    default: return static_cast<arrow::BinaryBuilder&>(to).Append(value);
    }
}

// A key of one number, the same bytes in one pass.
void encodeOneNumber(const arrow::Array& column, EncodedKeys& out)
{
    const auto rows = std::size_t(column.length());
    useFixed(column, [&](auto get) {
        constexpr std::size_t kSize = 1 + sizeof(get(0));
        out.bytes.resize(rows * kSize);
        out.offsets.resize(rows + 1);
        out.hashes.resize(rows);
        char* to = out.bytes.data();
        for (std::size_t row = 0; row < rows; ++row) {
            const auto value = get(std::int64_t(row));
            out.offsets[row] = std::uint32_t(row * kSize);
            *to++ = 1;
            putRaw(to, value);
            if constexpr (sizeof value == 8) // without a look at what was just written
                out.hashes[row]
                    = FoldedHash::end(FoldedHash::begin(0), 1 | std::uint64_t(value) << 8,
                                      std::uint64_t(value), kSize);
            else
                out.hashes[row] = hashBytes({to - kSize, kSize});
        }
        out.offsets[rows] = std::uint32_t(rows * kSize);
    });
}

} // namespace

bool isKeyType(const arrow::DataType& type)
{
    switch (type.id()) {
    case arrow::Type::BOOL:
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
    case arrow::Type::DECIMAL128:
    case arrow::Type::STRING:
    case arrow::Type::BINARY: return true;
    default: return false;
    }
}

Result<KeyCodec> KeyCodec::make(std::vector<std::shared_ptr<arrow::Field>> fields)
{
    for (const auto& field : fields)
        if (!isKeyType(*field->type()))
            return Error{.code = ErrorCode::Unsupported,
                         .message = "a " + typeName(*field->type()) + " cannot be a key",
                         .object = field->name(),
                         .hint = "Take a field of it out with derive.",
                         .cause = {}};
    KeyCodec out;
    out.m_fields = std::move(fields);
    return out;
}

void KeyCodec::encode(const std::vector<std::shared_ptr<arrow::Array>>& columns,
                      EncodedKeys& out) const
{
    const auto isWholeText = [](const std::shared_ptr<arrow::Array>& column) {
        return isText(*column->type()) && column->null_count() == 0;
    };
    if (!columns.empty() && std::ranges::all_of(columns, isWholeText))
        return encodeTexts(columns, out);
    if (columns.size() == 1 && columns[0]->null_count() == 0)
        return encodeOneNumber(*columns[0], out);
    const std::size_t rows = columns.empty() ? 0 : std::size_t(columns.front()->length());
    std::size_t fixed = 0;
    for (const auto& field : m_fields)
        fixed += 1 + (isText(*field->type()) ? 4 : widthOf(*field->type()));
    // First the place of each row: its fixed part and its texts, as if nothing were null.
    std::vector<std::size_t> starts(rows + 1, 0);
    for (std::size_t row = 0; row < rows; ++row)
        starts[row + 1] = fixed;
    for (const auto& column : columns) {
        if (!isText(*column->type()))
            continue;
        const auto& texts = static_cast<const arrow::BinaryArray&>(*column);
        for (std::size_t row = 0; row < rows; ++row)
            starts[row + 1] += std::size_t(texts.value_length(std::int64_t(row)));
    }
    for (std::size_t row = 0; row < rows; ++row)
        starts[row + 1] += starts[row];
    out.bytes.resize(starts[rows]);
    std::vector<char*> cursors(rows);
    for (std::size_t row = 0; row < rows; ++row)
        cursors[row] = out.bytes.data() + starts[row];
    for (const auto& column : columns)
        putColumn(*column, cursors);
    // Then close the gaps that nulls left.
    out.offsets.resize(rows + 1);
    out.hashes.resize(rows);
    std::size_t end = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        char* from = out.bytes.data() + starts[row];
        const auto size = std::size_t(cursors[row] - from);
        if (from != out.bytes.data() + end)
            std::memmove(out.bytes.data() + end, from, size);
        out.offsets[row] = std::uint32_t(end);
        out.hashes[row] = hashBytes({out.bytes.data() + end, size});
        end += size;
    }
    out.offsets[rows] = std::uint32_t(end);
    out.bytes.resize(end);
}

Result<std::vector<std::shared_ptr<arrow::Array>>>
KeyCodec::decode(const std::vector<std::string_view>& keys) const
{
    std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders;
    for (const auto& field : m_fields)
        builders.push_back(arrow::MakeBuilder(field->type()).ValueOrDie());
    const Error damaged{.code = ErrorCode::DecodeFailed,
                        .message = "a stored key is damaged",
                        .object = {},
                        .hint = {},
                        .cause = {}};
    for (std::string_view key : keys) {
        for (const auto& builder : builders) {
            bool isNull = false;
            std::string_view value;
            if (!skipColumn(key, *builder->type(), isNull, value))
                return damaged;
            const arrow::Status status
                = isNull ? builder->AppendNull() : appendValue(*builder, value);
            if (!status.ok())
                return errorFromArrow(status, "keys");
        }
        if (!key.empty())
            return damaged;
    }
    std::vector<std::shared_ptr<arrow::Array>> out;
    for (const auto& builder : builders) {
        auto array = builder->Finish();
        if (!array.ok())
            return errorFromArrow(array.status(), "keys");
        out.push_back(std::move(*array));
    }
    return out;
}

} // namespace sluice::state
