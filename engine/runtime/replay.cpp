// SPDX-License-Identifier: Apache-2.0
// How rejects come back: the half of PipelineRun that hands kept records to their sources, a part
// an epoch, and commits with that epoch which ones they were. A part is read if and only if its
// epoch counts, so a crash at any moment neither loses nor repeats a record.
#include "engine/runtime/pipeline_run.h"

#include "engine/base/fail_point.h"
#include "engine/runtime/replay_batches.h"

#include <algorithm>

namespace sluice::runtime {
namespace {

// Of one epoch: small enough to be in memory twice and to keep the epoch short.
constexpr std::size_t kMostRecords = 20'000;
constexpr std::size_t kMostBytes = 16 << 20;

const std::string kSealedName = "(replayed)"; // no node can be called so

// The table of replayed rejects is written beside the tasks; nothing is counted.
class BesideTasks final : public flow::NodeContext
{
public:
    explicit BesideTasks(const Clock& clock)
        : m_clock(clock)
    {
    }
    void emit(Batch) override { }
    void emitTo(std::size_t, Batch) override { }
    void reject(const Batch&, std::span<const std::uint32_t>, Verdict,
                const flow::RejectReason&) override
    {
    }
    void rejectRecord(const std::shared_ptr<const RawRecords>&, std::uint32_t, Verdict,
                      const flow::RejectReason&) override
    {
    }
    void count(Verdict, std::uint64_t) override { }
    NodeCounters& counters() override { return m_counters; }
    const Clock& clock() const override { return m_clock; }
    EventTime watermark() const override { return EventTime::min(); }

private:
    const Clock& m_clock;
    NodeCounters m_counters;
};

} // namespace

void PipelineRun::lookForReplay()
{
    const std::lock_guard lock(m_mutex);
    m_looksForReplay = true;
}

void PipelineRun::cancelReplay()
{
    const std::lock_guard lock(m_mutex);
    m_cancelsReplay = true;
}

Status PipelineRun::openReplayed()
{
    if (m_replayedSink)
        return ok();
    if (!m_environment.makeReplayedSink)
        return Error{.code = ErrorCode::Unsupported,
                     .message = "nothing can be replayed here",
                     .object = m_plan.pipeline,
                     .hint = {},
                     .cause = {}};
    m_replayedSink = m_environment.makeReplayedSink();
    return m_replayedSink->open();
}

// The manifest is durable, so the records that it counts as replayed are; the table may not know.
Status PipelineRun::finishReplayed(const Manifest& manifest)
{
    const auto sealed = manifest.sealed.find(kSealedName);
    if (sealed == manifest.sealed.end())
        return ok();
    SLUICE_TRY(openReplayed());
    flow::SealedEpoch epoch;
    epoch.epoch = manifest.epoch;
    epoch.entry = sealed->second;
    return m_replayedSink->commit(epoch);
}

void PipelineRun::giveUpReplay(std::string why)
{
    m_replays.removeAll();
    m_load.reset();
    warn("the replay is given up: " + why);
    const std::lock_guard lock(m_mutex);
    m_status.replay.trouble = std::move(why);
}

// Reads a load that waits; one that was read to its end before a crash is only removed.
void PipelineRun::findLoad()
{
    Result<std::optional<ReplayLoad>> found = m_replays.waiting();
    if (!found) {
        giveUpReplay(found.error().text());
        return;
    }
    if (!*found)
        return;
    ReplayLoad& load = **found;
    const auto read = m_manifest.replays.find(load.key);
    const std::size_t done = read == m_manifest.replays.end() ? 0 : std::size_t(read->second);
    {
        const std::lock_guard lock(m_mutex);
        m_status.replay = {load.id, load.key, done, load.records.size(), {}};
    }
    if (done >= load.records.size()) {
        m_replays.remove(load.key);
        return;
    }
    for (const KeptRecord& record : load.records) {
        if (const auto way = wayBack(m_plan, record.source, record.node); !way) {
            giveUpReplay(way.error().text());
            return;
        }
    }
    m_load = std::move(load);
    m_loadNext = done;
}

void PipelineRun::takeReplay(EpochRequest& request)
{
    bool looks = false, cancels = false;
    {
        const std::lock_guard lock(m_mutex);
        looks = std::exchange(m_looksForReplay, false);
        cancels = std::exchange(m_cancelsReplay, false);
    }
    if (cancels)
        giveUpReplay("it was cancelled; what was read of it stays");
    if (looks && !m_load)
        findLoad();
    m_taken = 0;
    if (!m_load)
        return;
    std::size_t bytes = 0;
    while (m_loadNext + m_taken < m_load->records.size() && m_taken < kMostRecords
           && bytes < kMostBytes)
        bytes += m_load->records[m_loadNext + m_taken++].data.size();
    auto runs
        = replayRuns(m_plan, m_load->id, std::span(m_load->records).subspan(m_loadNext, m_taken),
                     *m_environment.services.clock);
    if (runs)
        request.replays = std::move(*runs);
    else
        giveUpReplay(runs.error().text());
    if (!m_load)
        m_taken = 0;
}

Status PipelineRun::sealReplayed(Manifest& next)
{
    for (const auto& [key, records] : m_manifest.replays)
        if (m_replays.holds(key))
            next.replays[key] = records;
    m_sealedReplays.reset();
    if (m_taken == 0)
        return ok();
    SLUICE_TRY(openReplayed());
    const Clock& clock = *m_environment.services.clock;
    BesideTasks context(clock);
    const Batch rows
        = replayedRows(m_load->id, std::span(m_load->records).subspan(m_loadNext, m_taken), clock);
    SLUICE_TRY(m_replayedSink->write(rows, context));
    SLUICE_TRY(m_sealedReplays, m_replayedSink->seal(next.epoch));
    SLUICE_TRY(m_replayedSink->makeDurable(*m_sealedReplays));
    next.sealed[kSealedName] = m_sealedReplays->entry;
    next.replays[m_load->key] = m_loadNext + m_taken;
    return failPoint("replay.sealed", m_plan.pipeline);
}

Status PipelineRun::commitReplayed()
{
    if (!m_sealedReplays)
        return ok();
    SLUICE_TRY(failPoint("replay.durable", m_plan.pipeline));
    SLUICE_TRY(m_replayedSink->commit(*m_sealedReplays));
    SLUICE_TRY(failPoint("replay.committed", m_plan.pipeline));
    m_loadNext += m_taken;
    m_taken = 0;
    // Whoever is told that all is read may keep another load at once.
    const bool isOver = m_loadNext >= m_load->records.size();
    if (isOver)
        m_replays.remove(m_load->key);
    {
        const std::lock_guard lock(m_mutex);
        m_status.replay.done = m_loadNext;
    }
    if (isOver)
        m_load.reset();
    return ok();
}

} // namespace sluice::runtime
