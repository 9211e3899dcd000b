// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/blackhole_sink.h"

#include <utility>

namespace sluice::connectors {

flow::NodeKind BlackholeSink::kind()
{
    return {.name = "blackhole_sink",
            .title = "Black hole",
            .help = "Counts rows and keeps nothing; for measuring what comes before it.",
            .category = flow::NodeCategory::Sink,
            .minInputs = 1,
            .maxInputs = 1,
            .options = {},
            .bind = [](const flow::BindContext& context) {
                flow::BoundNode bound;
                bound.summary = "keeps nothing";
                const auto columns
                    = context.inputs.empty() ? nullptr : context.inputs.front().columns;
                bound.neededInput = [columns](const flow::ColumnSet&) {
                    return columns ? flow::allColumns(*columns) : flow::ColumnSet();
                };
                bound.createSink
                    = [](const flow::CreateContext&) -> Result<std::unique_ptr<flow::Sink>> {
                    return std::unique_ptr<flow::Sink>(std::make_unique<BlackholeSink>());
                };
                return bound;
            }};
}

Status BlackholeSink::write(const Batch& batch, flow::NodeContext&)
{
    m_rows += batch.rows();
    m_bytes += batchBytes(batch);
    return ok();
}

Result<flow::SealedEpoch> BlackholeSink::seal(flow::Epoch epoch)
{
    return flow::SealedEpoch{.epoch = epoch,
                             .entry = "{}",
                             .rows = std::exchange(m_rows, 0),
                             .bytes = std::exchange(m_bytes, 0)};
}

} // namespace sluice::connectors
