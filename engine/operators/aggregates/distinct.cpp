// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregates/distinct.h"

#include "engine/operators/aggregates/cell_column.h"
#include "engine/operators/aggregates/values.h"
#include "engine/state/key_codec.h"
#include "engine/state/value_set.h"

#include <algorithm>
#include <span>
#include <vector>

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

protected:
    // Words on their way into sets. Three misses a word, each of which needs the one before: they
    // are made for a block of words at a time.
    struct Pending
    {
        std::uint32_t cell;
        Word word;
    };
    void insertAll()
    {
        constexpr std::size_t kBlock = 64;
        for (std::size_t begin = 0; begin < m_pending.size(); begin += kBlock) {
            const auto block
                = std::span(m_pending).subspan(begin, std::min(kBlock, m_pending.size() - begin));
            for (const Pending& each : block)
                __builtin_prefetch(&this->m_cells[each.cell]);
            for (const Pending& each : block)
                this->m_cells[each.cell].prefetchPlace(each.word);
            for (const Pending& each : block)
                this->m_cells[each.cell].prefetchWord(each.word);
            for (const Pending& each : block)
                this->m_cells[each.cell].insert(each.word);
        }
        m_pending.clear();
    }
    std::vector<Pending> m_pending;
};

template <class ArrayType, class Value>
class FixedDistinct final : public DistinctColumn<std::uint64_t>
{
public:
    void add(const AggregateRows& in) override
    {
        forEachValue<ArrayType>(in, [&](std::size_t i, auto value) {
            m_pending.push_back({in.cells[i], wordOf(Value(value))});
        });
        insertAll();
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
        : m_codec(state::KeyCodec::make({arrow::field("value", input)}).value())
    {
    }
    void add(const AggregateRows& in) override
    {
        m_codec.encode({arrow::MakeArray(in.values->data())}, m_keys);
        const bool hasNulls = in.values->null_count() > 0;
        constexpr std::uint64_t kSecondSeed = 0x51ce;
        for (std::size_t i = 0; i < in.count; ++i) {
            const std::uint32_t row = in.row(i);
            if (!hasNulls || in.values->IsValid(row))
                m_pending.push_back(
                    {in.cells[i],
                     {m_keys.hashes[row], state::hashBytes(m_keys.key(row), kSecondSeed)}});
        }
        insertAll();
        noteWork(in.count);
    }

private:
    state::KeyCodec m_codec;
    state::EncodedKeys m_keys;
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
