// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/pipeline_bed.h"

#include "engine/api/node_catalog.h"
#include "engine/base/durable_file.h"
#include "engine/lake/table_sink.h"
#include "tests/simulation/table_oracle.h"

#include <algorithm>
#include <fstream>

#include <QTest>

namespace sluice::test {

PipelineBed::PipelineBed(std::string folder, const RandomPipeline& pipeline, std::size_t written)
    : m_folder(std::move(folder))
    , m_pipeline(pipeline)
    , m_written(written)
{
    if (!makeFolder(m_folder + "/lake") || !makeFolder(m_folder + "/state"))
        qFatal("cannot make %s", m_folder.c_str());
    std::ofstream(m_folder + "/keys.csv") << pipeline.lookupCsv();
    std::ofstream(m_folder + "/in.jsonl", std::ios::app).flush();
    m_catalog.emplace(m_folder + "/lake", m_folder);
}

void PipelineBed::addLines(std::size_t count, bool isTorn)
{
    std::ofstream out(m_folder + "/in.jsonl", std::ios::app);
    out << std::exchange(m_rest, {});
    const auto& lines = m_pipeline.lines();
    for (; count > 0 && m_written < lines.size(); --count, ++m_written)
        out << lines[m_written] << "\n";
    if (isTorn && m_written < lines.size()) {
        const std::string& line = lines[m_written++];
        out << line.substr(0, line.size() / 2);
        m_rest = line.substr(line.size() / 2) + "\n";
    }
}

Result<flow::Connection> PipelineBed::connection(const std::string& name) const
{
    return Error{.code = ErrorCode::ConfigUnknown,
                 .message = "no connections here",
                 .object = name};
}

flow::Services PipelineBed::services(const Clock& clock) const
{
    return {.clock = &clock,
            .connections = this,
            .tables = &*m_catalog,
            .lakeFolder = m_folder + "/lake",
            .documentFolder = m_folder};
}

Result<runtime::Plan> PipelineBed::plan(const Clock& clock)
{
    m_catalog.emplace(m_folder + "/lake", m_folder);
    Diagnostics diagnostics("p.yaml");
    runtime::Plan out = runtime::planPipeline(m_pipeline.document(), "p.yaml", api::nodeCatalog(),
                                              services(clock), diagnostics);
    if (diagnostics.hasErrors())
        return Error{.code = ErrorCode::ConfigInvalid,
                     .message = diagnostics.text(),
                     .object = m_pipeline.document()};
    return out;
}

runtime::RunEnvironment PipelineBed::environment(const Clock& clock)
{
    runtime::RunEnvironment out;
    out.services = services(clock);
    out.stateFolder = m_folder + "/state/p";
    out.makeRejectSink
        = [](Verdict verdict,
             const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Sink>> {
        return lake::makeRejectSink(runtime::rejectTable(verdict, create.pipeline),
                                    create.services->lakeFolder, create.pipeline,
                                    verdictName(verdict), *create.services->clock);
    };
    checks.beginRun();
    out.watchEdge = [this](const std::string& from, const std::string& to,
                           const runtime::Message& message) { checks.see(from, to, message); };
    return out;
}

std::string PipelineBed::compare() const
{
    TableOracle oracle(m_pipeline, m_folder + "/in.jsonl", m_folder + "/keys.csv");
    return oracle.compare(*m_catalog);
}

} // namespace sluice::test
