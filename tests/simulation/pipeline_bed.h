// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/lake/table_catalog.h"
#include "engine/runtime/pipeline_run.h"
#include "tests/simulation/edge_checks.h"
#include "tests/simulation/random_pipeline.h"

#include <memory>
#include <optional>
#include <string>

namespace sluice::test {

/// A folder with a random pipeline's input and lake, in which it can be started again and again.
class PipelineBed final : private flow::ConnectionDirectory
{
public:
    /// written: lines that are in the folder's input already.
    PipelineBed(std::string folder, const RandomPipeline& pipeline, std::size_t written = 0);

    /// Adds lines to the input; the last may be left without its end, which the next call writes.
    void addLines(std::size_t count, bool isTorn);
    bool hasAllLines() const { return m_written == m_pipeline.lines().size() && m_rest.empty(); }

    /// What a run needs; scheduler and the rest are the caller's.
    runtime::RunEnvironment environment(const Clock& clock);
    /// Makes the plan anew; an Error if the folder is in a state that the document does not fit.
    Result<runtime::Plan> plan(const Clock& clock);

    /// Compares every table with what DuckDB makes of the input; "" if nothing differs.
    std::string compare() const;

    EdgeChecks checks;

private:
    Result<flow::Connection> connection(const std::string& name) const override;
    std::vector<std::string> connectionNames() const override { return {}; }
    flow::Services services(const Clock& clock) const;

    const std::string m_folder;
    const RandomPipeline& m_pipeline;
    std::optional<lake::LakeCatalog> m_catalog; // begins anew with each plan, as with each process
    std::size_t m_written;
    std::string m_rest; // the second half of a torn line
};

} // namespace sluice::test
