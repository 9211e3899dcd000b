// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregates/sums.h"

#include "engine/base/int128.h"
#include "engine/operators/aggregates/cell_column.h"
#include "engine/operators/aggregates/values.h"

namespace sluice::operators {
namespace {

struct ExactCell
{
    Int128 sum = 0;
    std::int64_t count = 0;
    std::int64_t unused = 0; // the place that alignment takes, with a value of its own in files
};

template <class F> void forEachWhole(const AggregateRows& in, F f)
{
    switch (in.values->type_id()) {
    case arrow::Type::INT8: forEachValue<arrow::Int8Array>(in, f); break;
    case arrow::Type::INT16: forEachValue<arrow::Int16Array>(in, f); break;
    case arrow::Type::INT32: forEachValue<arrow::Int32Array>(in, f); break;
    case arrow::Type::INT64: forEachValue<arrow::Int64Array>(in, f); break;
    default:
        forEachValue<arrow::Decimal128Array>(in, [&](std::size_t i, std::string_view bytes) {
            Int128 value = 0;
            std::memcpy(&value, bytes.data(), sizeof value);
            f(i, value);
        });
    }
}

class ExactSum final : public PlainCellColumn<ExactSum, ExactCell>
{
public:
    ExactSum(const arrow::DataType& input, std::shared_ptr<arrow::DataType> output)
        : m_output(std::move(output))
        , m_scale(input.id() == arrow::Type::DECIMAL128
                      ? static_cast<const arrow::Decimal128Type&>(input).scale()
                      : 0)
    {
    }
    static void mergeCell(ExactCell& into, const ExactCell& from)
    {
        into.sum += from.sum;
        into.count += from.count;
    }
    void add(const AggregateRows& in) override
    {
        forEachWhole(in, [&](std::size_t i, Int128 value) {
            ExactCell& cell = m_cells[in.cells[i]];
            cell.sum += value;
            ++cell.count;
        });
    }
    Inverse inverse() const override { return Inverse::Exact; }
    void deduct(const AggregateRows& in) override
    {
        forEachWhole(in, [&](std::size_t i, Int128 value) {
            ExactCell& cell = m_cells[in.cells[i]];
            cell.sum -= value;
            --cell.count;
        });
    }
    void deduct(Cells from, Cells into) override
    {
        for (std::size_t i = 0; i < from.size(); ++i) {
            m_cells[into[i]].sum -= m_cells[from[i]].sum;
            m_cells[into[i]].count -= m_cells[from[i]].count;
        }
    }
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        switch (m_output->id()) {
        case arrow::Type::INT64:
            return resultsBy<arrow::Int64Builder>(cells, [](const ExactCell& cell) {
                return std::int64_t(cell.sum);
            });
        case arrow::Type::DOUBLE:
            return resultsBy<arrow::DoubleBuilder>(cells, [&](const ExactCell& cell) {
                const double divisor = std::pow(10.0, m_scale);
                return double(cell.sum) / divisor / double(cell.count);
            });
        default:
            return resultsBy<arrow::Decimal128Builder>(cells, [](const ExactCell& cell) {
                return arrow::Decimal128(std::int64_t(cell.sum >> 64), std::uint64_t(cell.sum));
            });
        }
    }

private:
    template <class Builder, class F>
    Result<std::shared_ptr<arrow::Array>> resultsBy(Cells cells, F valueOf) const
    {
        return built<Builder>(m_output, cells.size(), [&](auto& out, std::size_t i) {
            const ExactCell& cell = m_cells[cells[i]];
            return cell.count == 0 ? out.AppendNull() : out.Append(valueOf(cell));
        });
    }

    std::shared_ptr<arrow::DataType> m_output;
    int m_scale;
};

struct RealCell
{
    double sum = 0, lost = 0;
    std::int64_t count = 0;

    void add(double value)
    {
        const double next = sum + value;
        lost += std::abs(sum) >= std::abs(value) ? (sum - next) + value : (value - next) + sum;
        sum = next;
    }
    double total() const { return std::isfinite(sum) ? sum + lost : sum; }
};

class RealSum final : public PlainCellColumn<RealSum, RealCell>
{
public:
    explicit RealSum(bool isAverage)
        : m_isAverage(isAverage)
    {
    }
    static void mergeCell(RealCell& into, const RealCell& from)
    {
        into.add(from.sum);
        into.lost += from.lost;
        into.count += from.count;
    }
    void add(const AggregateRows& in) override
    {
        forEachNumber(in, [&](std::size_t i, double value) {
            m_cells[in.cells[i]].add(value);
            ++m_cells[in.cells[i]].count;
        });
    }
    Inverse inverse() const override { return Inverse::Rounded; }
    void deduct(const AggregateRows& in) override
    {
        forEachNumber(in, [&](std::size_t i, double value) {
            RealCell& cell = m_cells[in.cells[i]];
            cell.add(-value);
            if (--cell.count == 0)
                cell = {}; // what rounding left is nobody's
        });
    }
    void deduct(Cells from, Cells into) override
    {
        for (std::size_t i = 0; i < from.size(); ++i) {
            RealCell& cell = m_cells[into[i]];
            cell.add(-m_cells[from[i]].sum);
            cell.lost -= m_cells[from[i]].lost;
            cell.count -= m_cells[from[i]].count;
        }
    }
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        return built<arrow::DoubleBuilder>(
            arrow::float64(), cells.size(), [&](auto& out, std::size_t i) {
                const RealCell& cell = m_cells[cells[i]];
                if (cell.count == 0)
                    return out.AppendNull();
                return out.Append(m_isAverage ? cell.total() / double(cell.count) : cell.total());
            });
    }

private:
    bool m_isAverage;
};

} // namespace

std::unique_ptr<Aggregate> makeExactSum(const std::shared_ptr<arrow::DataType>& input,
                                        std::shared_ptr<arrow::DataType> output)
{
    return std::make_unique<ExactSum>(*input, std::move(output));
}

std::unique_ptr<Aggregate> makeRealSum(bool isAverage)
{
    return std::make_unique<RealSum>(isAverage);
}

} // namespace sluice::operators
