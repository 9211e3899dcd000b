// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/randomness.h"
#include "engine/lake/table_catalog.h"
#include "engine/runtime/pipeline_run.h"
#include "tests/simulation/simulated_queue.h"

#include <memory>
#include <random>
#include <string>

namespace sluice::test {

/// A run of the pipeline in a folder (pipeline.yaml, in.jsonl, state, lake) on the caller's thread;
/// the same folder gives the same run.
class GoldenRun final : private flow::ConnectionDirectory
{
public:
    explicit GoldenRun(const std::string& folder);

    /// Reads all that there is and ends an epoch.
    void endEpoch();
    /// Reads all that there is, closes the windows and ends the run.
    void toTheEnd();
    runtime::RunStatus status() const { return m_run->status(); }
    const lake::LakeCatalog& lake() const { return m_lake; }

private:
    Result<flow::Connection> connection(const std::string& name) const override;
    std::vector<std::string> connectionNames() const override { return {}; }
    template <class Condition> void stepUntil(bool isEpochDue, Condition isDone);

    const SeededRandomness m_randomness;
    lake::LakeCatalog m_lake;
    std::mt19937_64 m_random;
    SimulatedClock m_clock;
    SimulatedQueue m_queue;
    std::unique_ptr<runtime::PipelineRun> m_run; // ends before the queue
};

} // namespace sluice::test
