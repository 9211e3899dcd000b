// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregates/top_values.h"

#include "engine/operators/aggregates/cell_column.h"
#include "engine/operators/aggregates/values.h"
#include "engine/state/frequent_items.h"
#include "engine/state/key_codec.h"

#include <arrow/array/array_nested.h>

namespace sluice::operators {
namespace {

class TopValues final : public SketchColumn<TopValues, state::FrequentItems>
{
public:
    TopValues(const std::shared_ptr<arrow::DataType>& input, std::size_t k)
        : m_codec(state::KeyCodec::make({arrow::field("value", input)}).value())
        , m_type(topValuesType(input))
        , m_k(k)
    {
    }
    static void mergeCell(state::FrequentItems& into, const state::FrequentItems& from)
    {
        into.merge(from);
    }
    void add(const AggregateRows& in) override
    {
        m_codec.encode({arrow::MakeArray(in.values->data())}, m_keys);
        const bool hasNulls = in.values->null_count() > 0;
        for (std::size_t i = 0; i < in.count; ++i) {
            const std::uint32_t row = in.row(i);
            if (!hasNulls || in.values->IsValid(row))
                m_cells[in.cells[i]].add(m_keys.key(row), m_keys.hashes[row]);
        }
        noteWork(in.count);
    }
    Result<std::shared_ptr<arrow::Array>> results(Cells cells) const override
    {
        std::vector<std::string_view> keys;
        arrow::Int64Builder counts;
        arrow::Int32Builder offsets;
        arrow::Status status = offsets.Append(0);
        for (const std::uint32_t cell : cells) {
            for (const auto* item : m_cells[cell].top(m_k)) {
                keys.push_back(item->value);
                status &= counts.Append(std::int64_t(item->count));
            }
            status &= offsets.Append(std::int32_t(keys.size()));
        }
        std::shared_ptr<arrow::Array> countArray, offsetArray;
        status &= counts.Finish(&countArray);
        status &= offsets.Finish(&offsetArray);
        if (!status.ok())
            return errorFromArrow(status, "top_k");
        SLUICE_TRY(auto values, m_codec.decode(keys));
        const auto& itemType = static_cast<const arrow::ListType&>(*m_type).value_type();
        auto items
            = std::make_shared<arrow::StructArray>(itemType, std::int64_t(keys.size()),
                                                   arrow::ArrayVector{values[0], countArray});
        return std::shared_ptr<arrow::Array>(
            std::make_shared<arrow::ListArray>(m_type, std::int64_t(cells.size()),
                                               offsetArray->data()->buffers[1], std::move(items)));
    }

private:
    state::KeyCodec m_codec;
    state::EncodedKeys m_keys;
    std::shared_ptr<arrow::DataType> m_type;
    const std::size_t m_k;
};

} // namespace

std::shared_ptr<arrow::DataType> topValuesType(const std::shared_ptr<arrow::DataType>& input)
{
    return arrow::list(arrow::field("element",
                                    arrow::struct_({arrow::field("value", input),
                                                    arrow::field("count", arrow::int64())})));
}

std::unique_ptr<Aggregate> makeTopValues(const std::shared_ptr<arrow::DataType>& input,
                                         std::size_t k)
{
    return std::make_unique<TopValues>(input, k);
}

} // namespace sluice::operators
