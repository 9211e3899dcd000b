// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/flow/context.h"

#include <cstdint>
#include <string>

namespace sluice::flow {

using Epoch = std::int64_t; // counts from 1 over the life of a pipeline

/// What a sink has ready for one epoch. entry is JSON text that the manifest keeps: enough to
/// finish the commit after a crash, by another process.
struct SealedEpoch
{
    Epoch epoch = 0;
    std::string entry;
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
};

/// A node that writes rows out exactly once, epoch by epoch.
///
/// Order for epoch e: write()* and seal(e) on the task's thread; then on the coordinator's thread
/// makeDurable(e), [the manifest is made durable], commit(e). write() for e+1 may run meanwhile.
/// After a crash: recover(entry) for the newest manifest, then open writing again.
class Sink
{
public:
    virtual ~Sink() = default;

    /// Creates or checks the target; called once before anything else.
    virtual Status open() = 0;
    virtual Status write(const Batch& batch, NodeContext& context) = 0;

    /// Ends the epoch: what was written belongs to it. Quick; no waiting for the disk.
    virtual Result<SealedEpoch> seal(Epoch epoch) = 0;
    /// Waits until the sealed bytes are on stable storage.
    virtual Status makeDurable(const SealedEpoch& sealed) = 0;
    /// Makes the epoch visible. Idempotent: doing it again after a crash changes nothing.
    virtual Status commit(const SealedEpoch& sealed) = 0;

    /// Returns the newest epoch that the target itself says is committed; 0 = none. Valid after
    /// open(). Guards against a manifest that is older than its tables.
    virtual Epoch committedEpoch() const { return 0; }

    /// Returns the table or topic written, as the user calls it.
    virtual std::string target() const = 0;
};

} // namespace sluice::flow
