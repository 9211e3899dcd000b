// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/sink.h"

#include <string>

namespace sluice::connectors {

/// Writes rows as JSON lines, one file an epoch: <folder>/part-<epoch>.jsonl. A file is written
/// under a hidden name and renamed when its epoch commits, so that a reader of the folder sees each
/// row once and only whole files.
class FileSink final : public flow::Sink
{
public:
    static flow::NodeKind kind();

    FileSink(std::string folder, std::string node);

    Status open() override;
    Status write(const Batch& batch, flow::NodeContext& context) override;
    Result<flow::SealedEpoch> seal(flow::Epoch epoch) override;
    Status makeDurable(const flow::SealedEpoch& sealed) override;
    Status commit(const flow::SealedEpoch& sealed) override;
    std::string target() const override { return m_folder; }

private:
    std::string hiddenPath(flow::Epoch epoch) const;
    std::string finalPath(flow::Epoch epoch) const;

    const std::string m_folder, m_node;
    std::string m_text; // of the epoch being written
    std::int64_t m_rows = 0;
};

} // namespace sluice::connectors
