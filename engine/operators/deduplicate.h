// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/operator.h"
#include "engine/operators/state_bound.h"
#include "engine/state/key_codec.h"
#include "engine/state/seen_set.h"

#include <string>
#include <vector>

namespace sluice::operators {

/// Passes the first row of a key within a horizon of event time; the key is forgotten when the
/// watermark is past its time plus the horizon. What was seen is part of the checkpoint.
class Deduplicate final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    Deduplicate(std::vector<std::string> keys, state::KeyCodec codec, Micros within,
                StateBound bound);

    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;
    Status onWatermark(EventTime watermark, flow::NodeContext& context) override;
    Result<flow::SaveKind> save(ByteWriter& out, flow::SaveKind wanted) override;
    EventTime savedUntil() const override { return m_seen.savedUntil(); }
    Status load(ByteReader& in, flow::SaveKind kind) override;
    Status loadLog(std::span<const SharedBytes> files) override { return m_seen.load(files); }

private:
    Status tell(flow::NodeContext& context);

    std::vector<std::string> m_keys;
    state::KeyHasher m_hasher;
    state::SeenSet m_seen;
    StateBound m_bound;
    EventTime m_watermark = EventTime::min();
};

} // namespace sluice::operators
