// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregates/sketches.h"

#include "engine/operators/aggregates/cell_column.h"
#include "engine/operators/aggregates/values.h"
#include "engine/state/distinct_sketch.h"
#include "engine/state/key_codec.h"
#include "engine/state/quantile_sketch.h"

namespace sluice::operators {
namespace {

class Quantile final : public SketchColumn<Quantile, state::QuantileSketch>
{
public:
    explicit Quantile(double share)
        : m_share(share)
    {
    }
    static void mergeCell(state::QuantileSketch& into, const state::QuantileSketch& from)
    {
        into.merge(from);
    }
    void add(const AggregateRows& in) override
    {
        forEachNumber(in, [&](std::size_t i, double value) { m_cells[in.cells[i]].add(value); });
        noteWork(in.count);
    }
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        return built<arrow::DoubleBuilder>(arrow::float64(), cells.size(),
                                           [&](auto& out, std::size_t i) {
                                               const state::QuantileSketch& sketch
                                                   = m_cells[cells[i]];
                                               return sketch.count() == 0
                                                   ? out.AppendNull()
                                                   : out.Append(sketch.quantile(m_share));
                                           });
    }

private:
    const double m_share;
};

class ApproxDistinct final : public SketchColumn<ApproxDistinct, state::DistinctSketch>
{
public:
    explicit ApproxDistinct(const std::shared_ptr<arrow::DataType>& input)
        : m_codec(state::KeyCodec::make({arrow::field("value", input)}).value())
    {
    }
    static void mergeCell(state::DistinctSketch& into, const state::DistinctSketch& from)
    {
        into.merge(from);
    }
    void add(const AggregateRows& in) override
    {
        m_codec.encode({arrow::MakeArray(in.values->data())}, m_keys);
        const bool hasNulls = in.values->null_count() > 0;
        for (std::size_t i = 0; i < in.count; ++i)
            if (!hasNulls || in.values->IsValid(in.row(i)))
                m_cells[in.cells[i]].add(m_keys.hashes[in.row(i)]);
        noteWork(in.count);
    }
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        return built<arrow::Int64Builder>(arrow::int64(), cells.size(),
                                          [&](auto& out, std::size_t i) {
                                              return out.Append(m_cells[cells[i]].estimate());
                                          });
    }

private:
    state::KeyCodec m_codec;
    state::EncodedKeys m_keys;
};

} // namespace

std::unique_ptr<Aggregate> makeQuantile(double share)
{
    return std::make_unique<Quantile>(share);
}

std::unique_ptr<Aggregate> makeApproxDistinct(const std::shared_ptr<arrow::DataType>& input)
{
    return std::make_unique<ApproxDistinct>(input);
}

} // namespace sluice::operators
