// SPDX-License-Identifier: Apache-2.0
// What a top-N emits.
#include "engine/columns/types.h"
#include "engine/operators/top_n.h"

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/util.h>
#include <arrow/scalar.h>

namespace sluice::operators {

Result<Batch> topRows(const TopNConfig& config, const arrow::RecordBatch& kept, std::int64_t end,
                      const TopRowsOut& out)
{
    const std::int64_t rows = kept.num_rows();
    arrow::FieldVector fields;
    arrow::ArrayVector columns;
    arrow::Status status;
    const auto add
        = [&](const std::string& name, arrow::Result<std::shared_ptr<arrow::Array>> made) {
              status &= made.status();
              if (!made.ok())
                  return;
              fields.push_back(arrow::field(name, (*made)->type()));
              columns.push_back(std::move(*made));
          };
    if (config.windows == TopWindows::Tumbling) {
        const std::int64_t start = end - config.windowSize.count();
        add("window_start",
            arrow::MakeArrayFromScalar(arrow::TimestampScalar(start, timestampType()), rows));
        add("window_end",
            arrow::MakeArrayFromScalar(arrow::TimestampScalar(end, timestampType()), rows));
    }
    for (const std::string& name : config.emitted)
        add(name, kept.GetColumnByName(name));
    arrow::Int64Builder numbers;
    if (!config.rankAs.empty()) {
        status &= numbers.AppendValues(out.ranks);
        add(config.rankAs, numbers.Finish());
    }
    if (config.windows == TopWindows::None) {
        arrow::StringBuilder words;
        for (const flow::Change change : out.changes)
            status &= words.Append(flow::changeName(change));
        add(flow::kChangeColumn, words.Finish());
    }
    Batch batch;
    if (config.hasEventTime) {
        status &= numbers.AppendValues(out.times);
        std::shared_ptr<arrow::Array> times;
        status &= numbers.Finish(&times);
        batch.eventTimes = std::static_pointer_cast<arrow::Int64Array>(times);
    }
    if (!status.ok())
        return errorFromArrow(status, "top_n");
    batch.columns
        = arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows, std::move(columns));
    return batch;
}

} // namespace sluice::operators
