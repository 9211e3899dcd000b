// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregates/counted.h"

#include "engine/operators/aggregates/cell_column.h"
#include "engine/operators/aggregates/values.h"
#include "engine/state/counted_values.h"

namespace sluice::operators {
namespace {

struct LessValue
{
    template <class A, class B> bool operator()(const A& a, const B& b) const
    {
        if constexpr (std::is_same_v<A, B>)
            return isLessValue(a, b);
        else
            return std::string_view(a) < std::string_view(b);
    }
};

template <class Value> class CountedCell : public state::CountedValues<Value, LessValue>
{
    using Base = state::CountedValues<Value, LessValue>;

public:
    void save(ByteWriter& out, bool isWhole = true) { Base::save(out, isWhole, saveValue<Value>); }
    void load(ByteReader& in) { Base::load(in, loadValue<Value>); }
    void combine(const CountedCell& other, std::int64_t sign)
    {
        other.each([&](const Value& value, std::int64_t count) { this->add(value, sign * count); });
    }
};

template <class ArrayType, class Value>
class Counted : public SketchColumn<Counted<ArrayType, Value>, CountedCell<Value>>
{
public:
    using Cell = CountedCell<Value>;

    void add(const AggregateRows& in) override { count(in, 1); }
    Inverse inverse() const override { return Inverse::Exact; }
    void deduct(const AggregateRows& in) override { count(in, -1); }
    void deduct(Cells from, Cells into) override
    {
        for (std::size_t i = 0; i < from.size(); ++i)
            this->m_cells[into[i]].combine(this->m_cells[from[i]], -1);
        this->noteWork(from.size());
    }
    static void mergeCell(Cell& into, const Cell& from) { into.combine(from, 1); }
    void save(Cells cells, ByteWriter& out, flow::SaveKind kind) override
    {
        for (const std::uint32_t cell : cells)
            this->m_cells[cell].save(out, kind == flow::SaveKind::Whole);
    }
    void load(Cells cells, ByteReader& in, flow::SaveKind kind) override
    {
        if (kind == flow::SaveKind::Whole)
            this->clear(cells);
        for (const std::uint32_t cell : cells)
            this->m_cells[cell].load(in);
        this->noteWork(cells.size());
    }

protected:
    bool m_isFiniteOnly = false; // infinities and NaN do not count

    template <class Builder, class Append>
    Result<std::shared_ptr<arrow::Array>> builtOf(const std::shared_ptr<arrow::DataType>& type,
                                                  Cells cells, Append append) const
    {
        return built<Builder>(type, cells.size(), [&](auto& out, std::size_t i) {
            return append(out, this->m_cells[cells[i]]);
        });
    }

private:
    void count(const AggregateRows& in, std::int64_t by)
    {
        forEachValue<ArrayType>(in, [&](std::size_t i, const auto& value) {
            Cell& cell = this->m_cells[in.cells[i]];
            if constexpr (std::is_floating_point_v<Value>)
                if (m_isFiniteOnly && !std::isfinite(value))
                    return;
            if constexpr (std::is_same_v<Value, std::string>)
                cell.add(value, by); // a view: no copy of what is there
            else
                cell.add(keptValue<Value>(value), by);
        });
        this->noteWork(in.count);
    }
};

template <class ArrayType, class Value>
class CountedExtreme final : public Counted<ArrayType, Value>
{
public:
    CountedExtreme(std::shared_ptr<arrow::DataType> type, bool isMax)
        : m_type(std::move(type))
        , m_isMax(isMax)
    {
    }
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        using Builder = typename arrow::TypeTraits<typename ArrayType::TypeClass>::BuilderType;
        return this->template builtOf<Builder>(m_type, cells, [&](auto& out, const auto& cell) {
            const Value* value = m_isMax ? cell.greatest() : cell.least();
            return value ? out.Append(*value) : out.AppendNull();
        });
    }

private:
    const std::shared_ptr<arrow::DataType> m_type;
    const bool m_isMax;
};

template <class ArrayType, class Value>
class CountedDistinct final : public Counted<ArrayType, Value>
{
public:
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        return this->template builtOf<arrow::Int64Builder>(arrow::int64(), cells,
                                                           [](auto& out, const auto& cell) {
                                                               return out.Append(
                                                                   std::int64_t(cell.size()));
                                                           });
    }
};

template <class ArrayType, class Value>
class CountedQuantile final : public Counted<ArrayType, Value>
{
public:
    CountedQuantile(const std::shared_ptr<arrow::DataType>& type, double share)
        : m_share(share)
    {
        this->m_isFiniteOnly = true;
        if (type->id() == arrow::Type::DECIMAL128)
            m_scale = static_cast<const arrow::Decimal128Type&>(*type).scale();
    }
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        return this->template builtOf<arrow::DoubleBuilder>(
            arrow::float64(), cells, [&](auto& out, const auto& cell) {
                const std::int64_t total = cell.total();
                const Value* value = cell.ranked(std::int64_t(m_share * double(total - 1)));
                return value && total > 0 ? out.Append(number(*value)) : out.AppendNull();
            });
    }

private:
    double number(const Value& value) const
    {
        if constexpr (std::is_same_v<Value, arrow::Decimal128>)
            return value.ToDouble(m_scale);
        else if constexpr (std::is_arithmetic_v<Value>)
            return double(value);
        else
            return 0; // no number: refused when the document is checked
    }

    const double m_share;
    std::int32_t m_scale = 0;
};

} // namespace

std::unique_ptr<Aggregate> makeCountedExtreme(const std::shared_ptr<arrow::DataType>& type,
                                              bool isMax)
{
    return withValueType(*type, [&]<class ArrayType, class Value>() -> std::unique_ptr<Aggregate> {
        return std::make_unique<CountedExtreme<ArrayType, Value>>(type, isMax);
    });
}

std::unique_ptr<Aggregate> makeCountedDistinct(const std::shared_ptr<arrow::DataType>& type)
{
    return withValueType(*type, [&]<class ArrayType, class Value>() -> std::unique_ptr<Aggregate> {
        return std::make_unique<CountedDistinct<ArrayType, Value>>();
    });
}

std::unique_ptr<Aggregate> makeCountedQuantile(const std::shared_ptr<arrow::DataType>& type,
                                               double share)
{
    return withValueType(*type, [&]<class ArrayType, class Value>() -> std::unique_ptr<Aggregate> {
        return std::make_unique<CountedQuantile<ArrayType, Value>>(type, share);
    });
}

} // namespace sluice::operators
