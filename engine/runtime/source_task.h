// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/source.h"
#include "engine/runtime/alignment.h"
#include "engine/runtime/node_task.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace sluice::runtime {

/// Runs a source: polls while there is room, ends epochs when the coordinator asks.
class SourceTask final : public NodeTask
{
public:
    SourceTask(TaskQueue& queue, int depth, std::string node, const Clock& clock,
               RunReporter& reporter, std::unique_ptr<flow::Source> source,
               const flow::PollBudget& budget = {});

    /// The source is not polled: only kept records come through it. Before the first step.
    void readsOnlyKept() { m_isStopped = true; }

    /// Hands over an epoch request; any thread.
    void requestEpoch(EpochRequestPtr request);
    /// Tells the source that a position is committed; any thread, done on the next step.
    void positionCommitted(std::string position);
    /// Returns the source's trouble as of the last step; any thread.
    std::string trouble() const;
    /// Lets the source wait for others; before the first step.
    void alignWith(std::shared_ptr<const Alignment> alignment)
    {
        m_alignments.push_back(std::move(alignment));
    }
    const SourceProgress& progress() const { return m_progress; }

private:
    StepOutcome step() override;
    void advanceWatermark(EventTime watermark) override;
    void setIdle(bool isIdle) override;
    bool mustWait();
    void noteOutcome(flow::PollOutcome outcome);
    void endEpoch(const EpochRequestPtr& request);
    void readAgain(const EpochRequest& request);
    void countIn();
    void passCommitted();
    void noteTrouble();

    std::unique_ptr<flow::Source> m_source;
    const flow::PollBudget m_budget;
    flow::PollOutcome m_lastOutcome = flow::PollOutcome::More;
    SourceProgress m_progress;
    std::vector<std::shared_ptr<const Alignment>> m_alignments;
    bool m_isStopped = false;
    bool m_isWaiting = false; // for others, by an alignment
    mutable std::mutex m_mutex;
    EpochRequestPtr m_request;
    std::string m_committed;
    std::string m_trouble;
};

} // namespace sluice::runtime
