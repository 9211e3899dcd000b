// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregates/distinct.h"

#include "engine/operators/aggregates/cell_column.h"
#include "engine/operators/aggregates/values.h"
#include "engine/state/key_hash.h"
#include "engine/state/value_set.h"

namespace sluice::operators {
namespace {

template <class Word>
class DistinctColumn : public SketchColumn<DistinctColumn<Word>, state::ValueSet<Word>>
{
public:
    static void mergeCell(state::ValueSet<Word>& into, const state::ValueSet<Word>& from)
    {
        into.merge(from);
    }
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        return built<arrow::Int64Builder>(arrow::int64(), cells.size(),
                                          [&](auto& out, std::size_t i) {
                                              return out.Append(
                                                  std::int64_t(this->m_cells[cells[i]].size()));
                                          });
    }
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
    }
};

template <class ArrayType, class Value>
class FixedDistinct final : public DistinctColumn<std::uint64_t>
{
public:
    void add(const AggregateRows& in) override
    {
        forEachValue<ArrayType>(in, [&](std::size_t i, auto value) {
            m_cells[in.cells[i]].insert(wordOf(Value(value)));
        });
        noteWork(in.count);
    }

private:
    static std::uint64_t wordOf(Value value)
    {
        if constexpr (std::is_floating_point_v<Value>) {
            // Both zeros are one value, and so is every NaN.
            const double real = value == 0 ? 0 : std::isnan(value) ? std::nan("") : double(value);
            std::uint64_t bits = 0;
            std::memcpy(&bits, &real, sizeof bits);
            return bits;
        } else {
            return std::uint64_t(std::int64_t(value));
        }
    }
};

class HashedDistinct final : public DistinctColumn<state::WideWord>
{
public:
    explicit HashedDistinct(const std::shared_ptr<arrow::DataType>& input)
        : m_hasher(state::KeyCodec::make({arrow::field("value", input)}).value(), kSecondSeed)
    {
    }
    void add(const AggregateRows& in) override
    {
        const auto hashes = m_hasher.of({arrow::MakeArray(in.values->data())});
        const bool hasNulls = in.values->null_count() > 0;
        for (std::size_t i = 0; i < in.count; ++i) {
            const std::uint32_t row = in.row(i);
            if (!hasNulls || in.values->IsValid(row))
                m_cells[in.cells[i]].insert({hashes[row].first, hashes[row].second});
        }
        noteWork(in.count);
    }

private:
    static constexpr std::uint64_t kSecondSeed = 0x51ce;

    state::KeyHasher m_hasher;
};

} // namespace

std::unique_ptr<Aggregate> makeCountDistinct(const std::shared_ptr<arrow::DataType>& input)
{
    return withValueType(*input, [&]<class ArrayType, class Value>() -> std::unique_ptr<Aggregate> {
        if constexpr (std::is_arithmetic_v<Value>)
            return std::make_unique<FixedDistinct<ArrayType, Value>>();
        else
            return std::make_unique<HashedDistinct>(input);
    });
}

} // namespace sluice::operators
