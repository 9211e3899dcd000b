// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/randomness.h"
#include "tests/simulation/pipeline_bed.h"
#include "tests/simulation/run_trace.h"
#include "tests/simulation/simulated_disk.h"
#include "tests/simulation/simulated_queue.h"

#include <memory>
#include <random>
#include <string>

namespace sluice::test {

/// What is broken on purpose.
struct Fault
{
    std::string lostSyncs; // of which paths, as a regular expression; "" = none
    void (*breakPlan)(runtime::Plan&) = nullptr;
};

/// One simulated life of a random pipeline: the real nodes, runtime, files and tables on one
/// thread, everything that is chance elsewhere drawn from a seed. Which task steps next, when its
/// time slice ends, how much a poll may take, when an epoch is asked for, how the input grows
/// (whole lines or half ones), which step of an epoch fails (disk broken, full, half written), when
/// the process dies, and whether the power goes with it. It is started again until it has read all;
/// then the tables must be right.
class Simulation
{
public:
    /// trace: gets all that happens, if it is wanted.
    Simulation(std::uint64_t seed, std::string folder, const Fault& fault = {},
               RunTrace* trace = nullptr);

    /// Returns what is wrong, "" if nothing is.
    std::string run();

    int deaths() const { return m_deaths; }
    int failures() const { return m_failures; }
    int powerCuts() const { return m_powerCuts; }

private:
    enum class End { Died, Failed, Finished };

    End runOnce(bool isLast);
    void startRun(bool isLast);
    void act();
    void armFailPoint();
    bool dies(bool isLast);
    End finish();

    bool chance(std::size_t oneIn) { return m_random() % oneIn == 0; }

    const std::string m_folder;
    const Fault m_fault;
    RunTrace* m_trace;
    std::mt19937_64 m_random;
    SeededRandomness m_randomness;
    SimulatedClock m_clock;
    SimulatedQueue m_queue;
    RandomPipeline m_pipeline;
    PipelineBed m_bed;
    SimulatedDisk m_disk;
    std::unique_ptr<runtime::PipelineRun> m_run;
    flow::Epoch m_epoch = 0;
    std::string m_trouble;
    int m_deaths = 0, m_failures = 0, m_powerCuts = 0;
};

} // namespace sluice::test
