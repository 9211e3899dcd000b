// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregates/extremes.h"

#include "engine/operators/aggregates/cell_column.h"
#include "engine/operators/aggregates/values.h"

namespace sluice::operators {
namespace {

template <class Value> struct ExtremeCell
{
    Value value{};
    std::uint8_t isSet = 0;
};

// What cells that hold one value of a column have in common.
template <class Self, class Cell, class ArrayType> class ValueColumn : public CellColumn<Self, Cell>
{
public:
    explicit ValueColumn(std::shared_ptr<arrow::DataType> type)
        : m_type(std::move(type))
    {
    }
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        using Builder = typename arrow::TypeTraits<typename ArrayType::TypeClass>::BuilderType;
        return built<Builder>(m_type, cells.size(), [&](auto& out, std::size_t i) {
            const Cell& cell = this->m_cells[cells[i]];
            return cell.isSet ? out.Append(cell.value) : out.AppendNull();
        });
    }

private:
    std::shared_ptr<arrow::DataType> m_type;
};

template <class ArrayType, class Value>
class Extreme final : public ValueColumn<Extreme<ArrayType, Value>, ExtremeCell<Value>, ArrayType>
{
    using Base = ValueColumn<Extreme, ExtremeCell<Value>, ArrayType>;
    using Cell = ExtremeCell<Value>;

public:
    Extreme(std::shared_ptr<arrow::DataType> type, bool isMax)
        : Base(std::move(type))
        , m_isMax(isMax)
    {
    }
    void mergeCell(Cell& into, const Cell& from) const
    {
        if (from.isSet)
            put(into, from.value);
    }
    void add(const AggregateRows& in) override
    {
        forEachValue<ArrayType>(in, [&](std::size_t i, const auto& value) {
            put(this->m_cells[in.cells[i]], keptValue<Value>(value));
        });
    }
    void save(Cells cells, ByteWriter& out, flow::SaveKind) override
    {
        for (const std::uint32_t cell : cells) {
            out.u8(this->m_cells[cell].isSet);
            saveValue(this->m_cells[cell].value, out);
        }
    }
    void load(Cells cells, ByteReader& in, flow::SaveKind) override
    {
        for (const std::uint32_t cell : cells) {
            this->m_cells[cell].isSet = in.u8();
            loadValue(this->m_cells[cell].value, in);
        }
    }

private:
    void put(Cell& cell, const Value& value) const
    {
        if (cell.isSet
            && (m_isMax ? !isLessValue(cell.value, value) : !isLessValue(value, cell.value)))
            return;
        cell.value = value;
        cell.isSet = 1;
    }

    const bool m_isMax;
};

template <class Value> struct FirstCell
{
    std::int64_t time = 0;
    std::uint64_t arrival = 0; // number of the row in this node's life
    Value value{};
    std::uint8_t isSet = 0;
};

template <class ArrayType, class Value>
class First final : public ValueColumn<First<ArrayType, Value>, FirstCell<Value>, ArrayType>
{
    using Base = ValueColumn<First, FirstCell<Value>, ArrayType>;
    using Cell = FirstCell<Value>;

public:
    First(std::shared_ptr<arrow::DataType> type, bool isLast)
        : Base(std::move(type))
        , m_isLast(isLast)
    {
    }
    void mergeCell(Cell& into, const Cell& from) const
    {
        if (from.isSet && (!into.isSet || isBetter(from.time, from.arrival, into)))
            into = from;
    }
    void add(const AggregateRows& in) override
    {
        forEachValue<ArrayType>(in, [&](std::size_t i, const auto& value) {
            Cell& cell = this->m_cells[in.cells[i]];
            const std::int64_t time = in.times ? in.times[in.row(i)] : 0;
            const std::uint64_t arrival = m_arrivals + i;
            if (cell.isSet && !isBetter(time, arrival, cell))
                return;
            cell = {time, arrival, keptValue<Value>(value), 1};
        });
        m_arrivals += in.count;
    }
    void save(Cells cells, ByteWriter& out, flow::SaveKind) override
    {
        out.u64(m_arrivals);
        for (const std::uint32_t number : cells) {
            const Cell& cell = this->m_cells[number];
            out.u8(cell.isSet);
            if (!cell.isSet)
                continue;
            out.i64(cell.time);
            out.u64(cell.arrival);
            saveValue(cell.value, out);
        }
    }
    void load(Cells cells, ByteReader& in, flow::SaveKind) override
    {
        m_arrivals = std::max(m_arrivals, in.u64());
        for (const std::uint32_t number : cells) {
            Cell& cell = this->m_cells[number];
            cell = {};
            cell.isSet = in.u8();
            if (!cell.isSet)
                continue;
            cell.time = in.i64();
            cell.arrival = in.u64();
            loadValue(cell.value, in);
        }
    }

private:
    bool isBetter(std::int64_t time, std::uint64_t arrival, const Cell& than) const
    {
        if (time != than.time)
            return m_isLast ? time > than.time : time < than.time;
        return m_isLast ? arrival > than.arrival : arrival < than.arrival;
    }

    const bool m_isLast;
    std::uint64_t m_arrivals = 0;
};

} // namespace

std::unique_ptr<Aggregate> makeExtreme(const std::shared_ptr<arrow::DataType>& type, bool isMax)
{
    return withValueType(*type, [&]<class ArrayType, class Value>() {
        return std::unique_ptr<Aggregate>(std::make_unique<Extreme<ArrayType, Value>>(type, isMax));
    });
}

std::unique_ptr<Aggregate> makeFirst(const std::shared_ptr<arrow::DataType>& type, bool isLast)
{
    return withValueType(*type, [&]<class ArrayType, class Value>() {
        return std::unique_ptr<Aggregate>(std::make_unique<First<ArrayType, Value>>(type, isLast));
    });
}

} // namespace sluice::operators
