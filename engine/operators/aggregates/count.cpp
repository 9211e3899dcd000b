// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregates/count.h"

#include "engine/operators/aggregates/cell_column.h"
#include "engine/operators/aggregates/values.h"

namespace sluice::operators {
namespace {

class Count final : public PlainCellColumn<Count, std::int64_t>
{
public:
    static void mergeCell(std::int64_t& into, std::int64_t from) { into += from; }
    void add(const AggregateRows& in) override { count(in, 1); }
    Inverse inverse() const override { return Inverse::Exact; }
    void deduct(const AggregateRows& in) override { count(in, -1); }
    void deduct(Cells from, Cells into) override
    {
        for (std::size_t i = 0; i < from.size(); ++i)
            m_cells[into[i]] -= m_cells[from[i]];
    }
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        return built<arrow::Int64Builder>(arrow::int64(), cells.size(), [&](auto& out, auto i) {
            return out.Append(m_cells[cells[i]]);
        });
    }

private:
    void count(const AggregateRows& in, std::int64_t by)
    {
        if (!in.values || in.values->null_count() == 0) {
            std::int64_t* cells = m_cells.data();
            for (std::size_t i = 0; i < in.count; ++i)
                cells[in.cells[i]] += by;
            return;
        }
        for (std::size_t i = 0; i < in.count; ++i)
            m_cells[in.cells[i]] += in.values->IsValid(in.row(i)) ? by : 0;
    }
};

} // namespace

std::unique_ptr<Aggregate> makeCount()
{
    return std::make_unique<Count>();
}

} // namespace sluice::operators
