// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregates/histogram.h"

#include "engine/operators/aggregates/values.h"

#include <algorithm>

#include <arrow/array/array_nested.h>

namespace sluice::operators {
namespace {

class Histogram final : public Aggregate
{
public:
    explicit Histogram(std::vector<double> bounds)
        : m_bounds(std::move(bounds))
        , m_width(m_bounds.size() + 1)
    {
    }
    void resize(std::size_t count) override { m_counts.resize(count * m_width); }
    void clear(Cells cells) override
    {
        for (const std::uint32_t cell : cells)
            std::fill_n(countsOf(cell), m_width, 0);
    }
    void add(const AggregateRows& in) override { count(in, 1); }
    void merge(Cells from, Cells into) override { combine(from, into, 1); }
    Inverse inverse() const override { return Inverse::Exact; }
    void deduct(const AggregateRows& in) override { count(in, -1); }
    void deduct(Cells from, Cells into) override { combine(from, into, -1); }
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        arrow::DoubleBuilder froms, tos;
        arrow::Int64Builder counts;
        arrow::Int32Builder offsets;
        arrow::Status status = offsets.Append(0);
        for (const std::uint32_t cell : cells) {
            for (std::size_t i = 0; i < m_width; ++i) {
                status &= i == 0 ? froms.AppendNull() : froms.Append(m_bounds[i - 1]);
                status &= i == m_bounds.size() ? tos.AppendNull() : tos.Append(m_bounds[i]);
                status &= counts.Append(m_counts[cell * m_width + i]);
            }
            status &= offsets.Append(std::int32_t(counts.length()));
        }
        arrow::ArrayVector parts(3);
        std::shared_ptr<arrow::Array> offsetArray;
        status &= froms.Finish(&parts[0]);
        status &= tos.Finish(&parts[1]);
        status &= counts.Finish(&parts[2]);
        status &= offsets.Finish(&offsetArray);
        if (!status.ok())
            return errorFromArrow(status, "histogram");
        const auto& itemType = static_cast<const arrow::ListType&>(*histogramType()).value_type();
        auto items = std::make_shared<arrow::StructArray>(itemType, parts[2]->length(), parts);
        return std::shared_ptr<arrow::Array>(
            std::make_shared<arrow::ListArray>(histogramType(), std::int64_t(cells.size()),
                                               offsetArray->data()->buffers[1], std::move(items)));
    }
    void save(Cells cells, ByteWriter& out, flow::SaveKind) override
    {
        for (const std::uint32_t cell : cells)
            for (std::size_t i = 0; i < m_width; ++i)
                out.i64(countsOf(cell)[i]);
    }
    void load(Cells cells, ByteReader& in, flow::SaveKind) override
    {
        for (const std::uint32_t cell : cells)
            for (std::size_t i = 0; i < m_width; ++i)
                countsOf(cell)[i] = in.i64();
    }
    std::size_t bytes() const override { return m_counts.capacity() * 8; }

private:
    std::int64_t* countsOf(std::uint32_t cell) { return m_counts.data() + cell * m_width; }
    void count(const AggregateRows& in, std::int64_t by)
    {
        forEachNumber(in, [&](std::size_t i, double value) {
            const auto above = std::isnan(value)
                ? m_bounds.end()
                : std::upper_bound(m_bounds.begin(), m_bounds.end(), value);
            countsOf(in.cells[i])[above - m_bounds.begin()] += by;
        });
    }
    void combine(Cells from, Cells into, std::int64_t sign)
    {
        for (std::size_t k = 0; k < from.size(); ++k)
            for (std::size_t i = 0; i < m_width; ++i)
                countsOf(into[k])[i] += sign * countsOf(from[k])[i];
    }

    const std::vector<double> m_bounds;
    const std::size_t m_width;
    std::vector<std::int64_t> m_counts;
};

} // namespace

const std::shared_ptr<arrow::DataType>& histogramType()
{
    static const std::shared_ptr<arrow::DataType> type
        = arrow::list(arrow::field("element",
                                   arrow::struct_({arrow::field("from", arrow::float64()),
                                                   arrow::field("to", arrow::float64()),
                                                   arrow::field("count", arrow::int64())})));
    return type;
}

std::unique_ptr<Aggregate> makeHistogram(std::vector<double> bounds)
{
    return std::make_unique<Histogram>(std::move(bounds));
}

} // namespace sluice::operators
