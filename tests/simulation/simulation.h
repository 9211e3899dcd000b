// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/pipeline_bed.h"
#include "tests/simulation/simulated_queue.h"

#include <memory>
#include <random>
#include <string>

namespace sluice::test {

/// One simulated life of a random pipeline: the real nodes, runtime, files and tables on one
/// thread, everything that is chance elsewhere drawn from a seed. Which task steps next, when its
/// time slice ends, how much a poll may take, when an epoch is asked for, how the input grows
/// (whole lines or half ones), which step of an epoch fails (disk broken, full, half written), when
/// the process dies. It is started again until it has read all; then the tables must be right.
class Simulation
{
public:
    Simulation(std::uint64_t seed, std::string folder);

    /// Returns what is wrong, "" if nothing is.
    std::string run();

    int deaths() const { return m_deaths; }
    int failures() const { return m_failures; }

private:
    enum class End { Died, Failed, Finished };

    End runOnce(bool isLast);
    void startRun(bool isLast);
    void act();
    void armFailPoint();
    bool dies(bool isLast);
    End finish();

    bool chance(std::size_t oneIn) { return m_random() % oneIn == 0; }

    std::mt19937_64 m_random;
    SimulatedClock m_clock;
    SimulatedQueue m_queue;
    RandomPipeline m_pipeline;
    PipelineBed m_bed;
    std::unique_ptr<runtime::PipelineRun> m_run;
    flow::Epoch m_epoch = 0;
    std::string m_trouble;
    int m_deaths = 0, m_failures = 0;
};

} // namespace sluice::test
