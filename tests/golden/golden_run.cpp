// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/golden_run.h"

#include "engine/api/node_catalog.h"
#include "engine/base/checksum.h"
#include "engine/base/durable_file.h"
#include "engine/lake/table_sink.h"

#include <cstdio>
#include <cstdlib>

namespace sluice::test {
namespace {

constexpr WallTime kStart{1'700'000'600'000'000};

} // namespace

GoldenRun::GoldenRun(const std::string& folder)
    : m_randomness(fingerprint(readFile(folder + "/in.jsonl").value())) // other names in each run
    , m_lake(folder + "/lake", folder)
    , m_random(1)
    , m_clock(1, kStart)
    , m_queue(m_random)
{
    runtime::RunEnvironment environment;
    environment.services = {.clock = &m_clock,
                            .connections = this,
                            .tables = &m_lake,
                            .lakeFolder = folder + "/lake",
                            .documentFolder = folder};
    environment.stateFolder = folder + "/state";
    environment.scheduler = &m_queue;
    environment.hasThread = false;
    environment.makeRejectSink
        = [](Verdict verdict,
             const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Sink>> {
        return lake::makeRejectSink(runtime::rejectTable(verdict, create.pipeline),
                                    create.services->lakeFolder, create.pipeline,
                                    verdictName(verdict), *create.services->clock);
    };
    Diagnostics diagnostics("pipeline.yaml");
    runtime::Plan plan
        = runtime::planPipeline(readFile(folder + "/pipeline.yaml").value(), "pipeline.yaml",
                                api::nodeCatalog(), environment.services, diagnostics);
    if (diagnostics.hasErrors()) {
        std::fprintf(stderr, "%s\n", diagnostics.text().c_str());
        std::exit(1);
    }
    m_run = std::make_unique<runtime::PipelineRun>(std::move(plan), std::move(environment));
}

Result<flow::Connection> GoldenRun::connection(const std::string& name) const
{
    return Error{.code = ErrorCode::ConfigUnknown,
                 .message = "no connections here",
                 .object = name,
                 .hint = {},
                 .cause = {}};
}

template <class Condition> void GoldenRun::stepUntil(bool isEpochDue, Condition isDone)
{
    for (int steps = 0; steps < 200'000 && !isDone() && !m_run->isOver(); ++steps) {
        m_run->step(isEpochDue);
        if (m_queue.hasReady())
            m_queue.stepAny();
        else
            m_clock.advance(std::chrono::milliseconds(100));
        m_queue.fireTimers(m_clock.steadyNow().ns);
    }
}

void GoldenRun::endEpoch()
{
    stepUntil(false, [this] { return m_run->hasBeenIdle(std::chrono::seconds(2)); });
    const flow::Epoch before = m_run->status().epoch;
    stepUntil(true, [&] { return m_run->status().epoch > before; });
}

void GoldenRun::toTheEnd()
{
    stepUntil(true, [this] { return m_run->hasBeenIdle(std::chrono::seconds(2)); });
    m_run->requestStop(true);
    stepUntil(true, [] { return false; });
}

} // namespace sluice::test
