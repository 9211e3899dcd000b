// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/column_encoding.h"

#include "engine/lake/pages/prefixed_texts.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>
#include <vector>

#include <arrow/array.h>
#include <arrow/util/bit_util.h>

namespace sluice::lake {
namespace {

constexpr std::int64_t kSample = 4096;
constexpr int kFewBits = 2;         // more for a value, if no table must be kept for it
constexpr std::size_t kRepeats = 4; // a value stands so often in the sample, or it does not repeat

// Whether the file has integers for a column's values.
bool isWhole(const arrow::DataType& type)
{
    switch (type.id()) {
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP: return true;
    case arrow::Type::DECIMAL128:
        return static_cast<const arrow::Decimal128Type&>(type).precision() <= 18;
    default: return false;
    }
}

// The bytes of the first values; nothing for types whose values are no run of bytes.
std::vector<std::string_view> sampleOf(const arrow::Array& column)
{
    std::vector<std::string_view> out;
    const std::int64_t rows = std::min(column.length(), kSample);
    if (arrow::is_base_binary_like(column.type_id())) {
        const auto& texts = static_cast<const arrow::BinaryArray&>(column);
        for (std::int64_t row = 0; row < rows; ++row)
            if (texts.IsValid(row))
                out.push_back(texts.GetView(row));
        return out;
    }
    const auto* fixed = dynamic_cast<const arrow::FixedWidthType*>(column.type().get());
    if (!fixed || fixed->bit_width() % 8 != 0 || column.type_id() == arrow::Type::DICTIONARY)
        return out;
    const auto width = std::size_t(fixed->bit_width() / 8);
    const auto* bytes = reinterpret_cast<const char*>(column.data()->buffers[1]->data())
        + std::size_t(column.offset()) * width;
    for (std::int64_t row = 0; row < rows; ++row)
        if (column.IsValid(row))
            out.emplace_back(bytes + std::size_t(row) * width, width);
    return out;
}

bool isText(const arrow::DataType& type)
{
    return type.id() == arrow::Type::STRING || type.id() == arrow::Type::BINARY;
}

// Whether most of a text is as in the one before.
bool beginAlike(const std::vector<std::string_view>& texts)
{
    std::size_t shared = 0, bytes = 0;
    for (std::size_t i = 1; i < texts.size(); ++i) {
        shared += sharedPrefix(texts[i - 1], texts[i]);
        bytes += texts[i].size();
    }
    return shared * 2 > bytes;
}

std::int64_t wholeNumber(std::string_view bytes)
{
    std::int64_t out = 0;
    std::memcpy(&out, bytes.data(), std::min(sizeof out, bytes.size()));
    const auto unused = int(sizeof out - std::min(sizeof out, bytes.size())) * 8;
    return std::int64_t(std::uint64_t(out) << unused) >> unused;
}

// Whether differences of these values take about as few bits as their indices would.
bool lieClose(const std::vector<std::string_view>& distinct)
{
    if (distinct.empty())
        return false;
    std::int64_t least = wholeNumber(distinct.front()), greatest = least;
    for (const std::string_view bytes : distinct) {
        least = std::min(least, wholeNumber(bytes));
        greatest = std::max(greatest, wholeNumber(bytes));
    }
    const int differenceBits
        = int(std::bit_width(std::uint64_t(greatest) - std::uint64_t(least))) + 1;
    return differenceBits <= int(std::bit_width(distinct.size() - 1)) + kFewBits;
}

} // namespace

void leaveOutDictionary(const arrow::Field& column, FileSettings& settings)
{
    if (isWhole(*column.type()))
        settings.packedColumns.insert(column.name());
    else
        settings.plainColumns.insert(column.name());
}

bool chooseEncodings(const arrow::RecordBatch& batch, FileSettings& settings)
{
    if (batch.num_rows() < kSample / 4)
        return false;
    for (int i = 0; i < batch.num_columns(); ++i) {
        const arrow::Field& field = *batch.schema()->field(i);
        std::vector<std::string_view> sample = sampleOf(*batch.column(i));
        const std::size_t values = sample.size();
        const bool isAlike = isText(*field.type()) && beginAlike(sample);
        std::ranges::sort(sample);
        sample.erase(std::unique(sample.begin(), sample.end()), sample.end());
        const std::size_t distinct = sample.size();
        const bool isDense = isWhole(*field.type()) && lieClose(sample);
        if (values == 0 || (distinct * kRepeats <= values && !isDense))
            continue;
        leaveOutDictionary(field, settings);
        if (isAlike)
            settings.prefixedColumns.insert(field.name());
    }
    return true;
}

} // namespace sluice::lake
