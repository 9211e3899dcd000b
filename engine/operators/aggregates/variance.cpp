// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregates/variance.h"

#include "engine/operators/aggregates/cell_column.h"
#include "engine/operators/aggregates/values.h"

#include <algorithm>

namespace sluice::operators {
namespace {

struct SpreadCell
{
    std::int64_t count = 0;
    double mean = 0;
    double squares = 0; // sum of (value - mean)^2
};

class Variance final : public PlainCellColumn<Variance, SpreadCell>
{
public:
    explicit Variance(Spread spread)
        : m_spread(spread)
    {
    }
    static void mergeCell(SpreadCell& into, const SpreadCell& from)
    {
        if (from.count == 0)
            return;
        const double count = double(into.count + from.count);
        const double apart = from.mean - into.mean;
        into.squares
            += from.squares + apart * apart * double(into.count) * double(from.count) / count;
        into.mean += apart * double(from.count) / count;
        into.count += from.count;
    }
    void add(const AggregateRows& in) override
    {
        forEachNumber(in, [&](std::size_t i, double value) {
            SpreadCell& cell = m_cells[in.cells[i]];
            const double apart = value - cell.mean;
            cell.mean += apart / double(++cell.count);
            cell.squares += apart * (value - cell.mean);
        });
    }
    Inverse inverse() const override { return Inverse::Rounded; }
    void deduct(const AggregateRows& in) override
    {
        forEachNumber(in, [&](std::size_t i, double value) {
            deductCell(m_cells[in.cells[i]], {1, value, 0});
        });
    }
    void deduct(Cells from, Cells into) override
    {
        for (std::size_t i = 0; i < from.size(); ++i)
            deductCell(m_cells[into[i]], m_cells[from[i]]);
    }
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        const bool isSample
            = m_spread == Spread::VarianceOfSample || m_spread == Spread::DeviationOfSample;
        const bool isRoot
            = m_spread == Spread::DeviationOfSample || m_spread == Spread::DeviationOfPopulation;
        return built<arrow::DoubleBuilder>(
            arrow::float64(), cells.size(), [&](auto& out, std::size_t i) {
                const SpreadCell& cell = m_cells[cells[i]];
                const std::int64_t divisor = isSample ? cell.count - 1 : cell.count;
                if (divisor <= 0)
                    return out.AppendNull();
                const double variance = cell.squares / double(divisor);
                return out.Append(isRoot ? std::sqrt(variance) : variance);
            });
    }

private:
    static void deductCell(SpreadCell& from, const SpreadCell& what)
    {
        const std::int64_t left = from.count - what.count;
        if (left <= 0 || what.count == 0) {
            if (what.count > 0)
                from = {};
            return;
        }
        const double mean
            = (from.mean * double(from.count) - what.mean * double(what.count)) / double(left);
        const double apart = what.mean - mean;
        from.squares = std::max(0.0,
                                from.squares - what.squares
                                    - apart * apart * double(left) * double(what.count)
                                        / double(from.count));
        from.mean = mean;
        from.count = left;
    }

    const Spread m_spread;
};

} // namespace

std::unique_ptr<Aggregate> makeVariance(Spread spread)
{
    return std::make_unique<Variance>(spread);
}

} // namespace sluice::operators
