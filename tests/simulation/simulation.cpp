// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulation.h"

#include "engine/base/fail_point.h"

#include <array>

namespace sluice::test {
namespace {

constexpr std::size_t kRecords = 600;
constexpr int kMaxDeaths = 8;
constexpr int kStepsAtMost = 200'000;

} // namespace

Simulation::Simulation(std::uint64_t seed, std::string folder, const Fault& fault, RunTrace* trace)
    : m_folder(std::move(folder))
    , m_fault(fault)
    , m_trace(trace)
    , m_random(seed)
    , m_randomness(seed)
    , m_clock(seed, {1'700'000'600'000'000})
    , m_queue(m_random)
    , m_pipeline(seed, kRecords)
    , m_bed(m_folder, m_pipeline)
    , m_disk(m_folder, m_random)
{
    if (!m_fault.lostSyncs.empty())
        m_disk.loseSyncsOf(m_fault.lostSyncs);
}

std::string Simulation::run()
{
    for (End end = End::Died; end != End::Finished && m_trouble.empty();) {
        const bool isLast = m_deaths + m_failures >= kMaxDeaths;
        end = runOnce(isLast);
        m_deaths += end == End::Died ? 1 : 0;
        m_failures += end == End::Failed ? 1 : 0;
        if (end == End::Failed && isLast && m_run)
            m_trouble = "failed without a cause: " + m_run->status().reason;
        m_run.reset();
        if (end != End::Finished && chance(2)) {
            m_disk.cutPower();
            ++m_powerCuts;
        }
        if (m_trace)
            m_trace->seeFiles(m_folder);
        if (m_trouble.empty())
            m_trouble = m_bed.checks.trouble();
    }
    return m_trouble.empty() ? m_bed.compare() : m_trouble;
}

void Simulation::startRun(bool isLast)
{
    static constexpr std::array<std::size_t, 4> kBudgets{1, 7, 60, 4096};
    runtime::RunEnvironment environment = m_bed.environment(m_clock);
    environment.scheduler = &m_queue;
    environment.hasThread = false;
    environment.pollBudget.rows = kBudgets[m_random() % kBudgets.size()];
    if (m_trace)
        environment.watchEdge
            = [this, watch = std::move(environment.watchEdge)](const std::string& from,
                                                               const std::string& to,
                                                               const runtime::Message& message) {
                  watch(from, to, message);
                  m_trace->see(from, to, message);
              };
    Result<runtime::Plan> plan = m_bed.plan(m_clock);
    if (!plan) {
        m_trouble = plan.error().text();
        return;
    }
    if (m_fault.breakPlan)
        m_fault.breakPlan(*plan);
    m_run = std::make_unique<runtime::PipelineRun>(std::move(*plan), std::move(environment));
    if (!isLast && chance(2))
        armFailPoint();
}

void Simulation::armFailPoint()
{
    static constexpr std::array<const char*, 3> kActions{"error", "full_disk", "short_write"};
    const auto names = failPointNames();
    const std::string text = std::string(names[m_random() % names.size()]) + "="
        + kActions[m_random() % kActions.size()] + "@" + std::to_string(1 + m_random() % 5);
    if (const Status set = setFailPoints(text); !set)
        m_trouble = set.error().text();
}

bool Simulation::dies(bool isLast)
{
    return !isLast && chance(150);
}

Simulation::End Simulation::runOnce(bool isLast)
{
    startRun(isLast);
    if (!m_run)
        return End::Failed;
    End end = End::Died;
    for (int steps = 0; !dies(isLast); ++steps) {
        if (m_run->isOver()) {
            end = End::Failed;
            break;
        }
        if (m_bed.hasAllLines() && (isLast || chance(40))) {
            end = finish();
            break;
        }
        act();
        if (steps > kStepsAtMost) {
            m_trouble = "does not come to an end";
            break;
        }
    }
    if (m_run->status().epoch != 0 && m_run->status().epoch < m_epoch)
        m_trouble = "epoch " + std::to_string(m_run->status().epoch) + " came after "
            + std::to_string(m_epoch);
    m_epoch = std::max(m_epoch, m_run->status().epoch);
    if (const Status off = setFailPoints(""); !off)
        m_trouble = off.error().text();
    return end;
}

// One thing happens.
void Simulation::act()
{
    const std::size_t what = m_random() % 16;
    if (what < 10 && m_queue.hasReady()) {
        m_queue.stepAny();
    } else if (what < 13) {
        m_run->step(chance(4));
    } else if (what < 14) {
        m_bed.addLines(m_random() % 60, chance(3));
    } else {
        m_clock.advance(std::chrono::milliseconds(m_random() % 300));
        m_queue.fireTimers(m_clock.steadyNow().ns);
    }
}

// Nothing more comes: the sources find that out, then the run is stopped as by --until-idle.
Simulation::End Simulation::finish()
{
    const auto settle = [this](auto isDone) {
        for (int steps = 0; steps < kStepsAtMost && !isDone() && !m_run->isOver(); ++steps) {
            m_run->step(chance(8));
            if (m_queue.hasReady())
                m_queue.stepAny();
            else
                m_clock.advance(std::chrono::milliseconds(100));
            m_queue.fireTimers(m_clock.steadyNow().ns);
        }
    };
    settle([this] { return m_run->hasBeenIdle(std::chrono::seconds(2)); });
    m_run->requestStop(true);
    settle([] { return false; });
    return m_run->status().phase == runtime::RunPhase::Finished ? End::Finished : End::Failed;
}

} // namespace sluice::test
