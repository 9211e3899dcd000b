// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/commands.h"
#include "engine/api/pipeline_sampler.h"
#include "engine/api/snapshot.h"
#include "engine/runtime/pipeline_run.h"

#include <memory>
#include <optional>
#include <string>

namespace sluice::api {

/// A pipeline of the workspace: its newest document, and its run if it has one. Control thread.
class PipelineSlot
{
public:
    PipelineSlot(std::string name, int version, std::string documentPath, std::string text);

    const std::string& name() const { return m_name; }
    int version() const { return m_version; }
    const std::string& documentPath() const { return m_documentPath; }
    const std::string& text() const { return m_text; }
    bool isRunning() const { return m_run != nullptr; }
    const runtime::PipelineRun* run() const { return m_run.get(); }

    void setDocument(int version, std::string documentPath, std::string text);
    /// Starts a run; there must be none.
    void start(runtime::Plan plan, runtime::RunEnvironment environment, SeriesStore& series);
    void requestStop(bool isInputOver);
    /// See PipelineRun; there must be a run.
    void lookForReplay() { m_run->lookForReplay(); }
    void cancelReplay() { m_run->cancelReplay(); }
    /// Why the last run failed, "" if it did not.
    std::string stateReason() const { return m_last ? m_last->stateReason : std::string(); }
    /// How many records the sources of the last run brought.
    std::uint64_t rowsIn() const { return m_last ? m_last->rowsIn : 0; }
    bool isStopRequested() const { return m_run && m_isStopRequested; }
    /// Keeps what a failed check said, to be shown as the state.
    void fail(const std::string& reason);

    /// Samples a running pipeline and notices its end. Returns true when the run ended just now.
    bool sample(std::int64_t steadyNs, std::int64_t wallUs, PipelineSnapshot& out);

private:
    std::string m_name;
    int m_version;
    std::string m_documentPath, m_text;
    std::unique_ptr<runtime::PipelineRun> m_run;
    std::unique_ptr<PipelineSampler> m_sampler;
    bool m_isStopRequested = false;
    std::optional<PipelineSnapshot> m_last; // of the run that ended
};

} // namespace sluice::api
