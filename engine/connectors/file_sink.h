// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/sink.h"

#include <string>

namespace sluice::connectors {

/// Writes rows as JSON lines, one file an epoch: <folder>/part-<epoch>.jsonl. A file is written
/// under a hidden name and renamed when its epoch commits, so that a reader of the folder sees each
/// row once and only whole files; it may take them away. What has been published is noted in
/// <folder>/.<node>.epoch. The sealed entry names the folder: an epoch is finished where it was
/// sealed, though the document has another path by now.
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
    std::string hiddenPath(const std::string& folder, flow::Epoch epoch) const;
    std::string notePath(const std::string& folder) const;
    Status checkPublished(const std::string& folder, flow::Epoch epoch) const;

    const std::string m_folder, m_node;
    std::string m_text; // of the epoch being written
    std::int64_t m_rows = 0;
};

} // namespace sluice::connectors
