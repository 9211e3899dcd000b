// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/column_encoding.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include <arrow/array.h>
#include <arrow/util/bit_util.h>

namespace sluice::lake {
namespace {

constexpr std::int64_t kSample = 4096;
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
        std::vector<std::string_view> sample = sampleOf(*batch.column(i));
        const std::size_t values = sample.size();
        std::ranges::sort(sample);
        const auto repeated = std::ranges::unique(sample);
        if (values > 0 && (values - repeated.size()) * kRepeats > values)
            leaveOutDictionary(*batch.schema()->field(i), settings);
    }
    return true;
}

} // namespace sluice::lake
