// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/lake/pages/value_encoder.h"

#include <type_traits>
#include <vector>

namespace sluice::lake {

/// Whole numbers, times and decimals of up to 18 digits as differences (DELTA_BINARY_PACKED).
/// Value: the physical type, std::int32_t or std::int64_t.
template <class Value> class PackedIntegers final : public ValueEncoder
{
public:
    using Statistics = parquet::TypedStatistics<
        std::conditional_t<sizeof(Value) == 4, parquet::Int32Type, parquet::Int64Type>>;

    /// Statistics may be null.
    explicit PackedIntegers(std::shared_ptr<Statistics> statistics);

    /// Whether arrays of a type can be appended.
    static bool takes(const arrow::DataType& type);

    std::int64_t append(const arrow::Array& values, std::int64_t from, std::int64_t rows) override;
    std::int64_t pageBytes() const override;
    parquet::Encoding::type encoding() const override
    {
        return parquet::Encoding::DELTA_BINARY_PACKED;
    }
    std::shared_ptr<arrow::Buffer> takePage() override;
    bool isCompressible() const override { return false; }
    parquet::EncodedStatistics bounds() const override;

private:
    std::shared_ptr<Statistics> m_statistics;
    std::vector<Value> m_values; // of the page
};

} // namespace sluice::lake
