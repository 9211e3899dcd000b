// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/sink.h"

#include <string>

namespace sluice::connectors {

/// Takes rows, counts them and their bytes epoch by epoch, and keeps nothing: for benchmarks, where
/// the cost of storage is not what is asked for.
class BlackholeSink final : public flow::Sink
{
public:
    static flow::NodeKind kind();

    Status open() override { return ok(); }
    Status write(const Batch& batch, flow::NodeContext& context) override;
    Result<flow::SealedEpoch> seal(flow::Epoch epoch) override;
    Status makeDurable(const flow::SealedEpoch&) override { return ok(); }
    Status commit(const flow::SealedEpoch&) override { return ok(); }
    std::string target() const override { return {}; }

private:
    std::int64_t m_rows = 0, m_bytes = 0; // of the epoch being written
};

} // namespace sluice::connectors
