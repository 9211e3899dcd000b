// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/control_socket.h"
#include "engine/api/engine.h"
#include "engine/api/history_keeper.h"
#include "engine/api/objective_desk.h"
#include "engine/api/pipeline_slot.h"
#include "engine/api/query_desk.h"
#include "engine/api/reject_replay.h"
#include "engine/api/shadow_run.h"
#include "engine/api/workspace_link.h"
#include "engine/base/latest.h"
#include "engine/runtime/scheduler.h"
#include "engine/telemetry/process_usage.h"

#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::api {

class DemoPlant;

/// The engine: one control thread that carries out commands, samples running pipelines every
/// 100 ms, publishes the snapshot and keeps history; worker threads for tasks; a thread for
/// queries. Clients only touch queues and the published snapshot.
class EngineImpl final : public Engine
{
public:
    EngineImpl(EngineOptions options, std::unique_ptr<WorkspaceLink> workspace);
    ~EngineImpl() override;

    EngineSnapshotPtr snapshot() const override { return m_snapshot.read(); }
    RequestId ask(Query query) override { return m_queries.ask(std::move(query)); }
    std::vector<Answer> takeAnswers() override { return m_queries.takeAnswers(); }
    CommandId submit(Command command) override { return submit(std::move(command), nullptr); }
    std::vector<Outcome> takeOutcomes() override;

private:
    struct Pending // a start or stop whose outcome is not known yet
    {
        CommandId id;
        std::string pipeline;
        bool waitsForStart;
        int version;
    };
    struct Deployment
    {
        CommandId id = 0;
        std::string path, text;
        bool starts = true;
        std::vector<std::string> rebuild;
        std::string key;
    };
    struct Swap // a new version that follows the one that runs
    {
        CommandId id = 0;
        std::string path, text;
        std::string formerPath, formerText;
        bool hasStarted = false;
    };
    struct PendingReplay // of rejects, whose outcome is not known yet
    {
        CommandId id = 0;
        std::string pipeline;
        std::future<Result<PreparedReplay>> preparing; // until it is known what is to be read
        std::string orderKey, key, text;
        bool isDryRun = false, ownsRun = false, isCancelled = false, isOver = false;
    };
    struct OpenRun
    {
        std::int64_t id = 0;
    };

    CommandId submit(Command command, ControlSocket::Reply reply);
    void openControl();
    void handOut();
    void control();
    void loadPipelines();
    void carryOut(CommandId id, DeployPipeline& command);
    void carryOut(CommandId id, StartPipeline& command);
    void carryOut(CommandId id, StopPipeline& command);
    void carryOut(CommandId id, SetRate& command);
    void carryOut(CommandId id, RemovePipeline& command);
    void carryOut(CommandId id, StartDemoPlant& command);
    void carryOut(CommandId id, SaveConnection& command);
    void carryOut(CommandId id, RemoveConnection& command);
    void carryOut(CommandId id, ReplayRejects& command);
    void carryOut(CommandId id, CancelReplay& command);
    void carryOut(CommandId id, ReplayPipeline& command);
    void carryOut(CommandId id, SwapShadow& command);
    void carryOut(CommandId id, DiscardShadow& command);
    void carryOut(CommandId id, CancelShadow& command);

    Status deploy(Deployment command);
    Status beginSwap(PipelineSlot& slot, Swap swap);
    bool continueSwap(PipelineSlot& slot);
    Status keepAndStart(PipelineSlot& slot, const std::string& path, const std::string& text,
                        CommandId id);
    void giveUpSwap(const std::string& pipeline, const char* why);
    Status start(PipelineSlot& slot, CommandId id, bool readsOnlyKept = false);
    runtime::RunEnvironment environmentOf(const std::string& pipeline,
                                          const std::string& documentPath);
    void loadShadows();
    Result<runtime::Plan> planOf(const ShadowSpec& spec, bool isShadow);
    Status startShadow(ShadowRun& shadow);
    Status beginShadow(const runtime::Plan& plan, const ShadowWish& wish, bool isRebuild,
                       ShadowOrder order);
    Status resumeShadow(ShadowRun& shadow, const ShadowSpec& asked);
    Status readOn(ShadowRun& shadow);
    Status beginHandOver(ShadowRun& shadow);
    Status catchUp(ShadowRun& shadow);
    Status adoptNow(ShadowRun& shadow);
    void finishAdopting(ShadowRun& shadow, Status adopted);
    void giveUpShadow(ShadowRun& shadow, Error error);
    void followShadows();
    Status followShadow(ShadowRun& shadow);
    Status checkTrouble(ShadowRun& shadow, const runtime::PipelineRun& run) const;
    Status endReading(ShadowRun& shadow, const PipelineSlot& ended);
    void followReplays();
    bool isNothing(const std::string& pipeline, const PreparedReplay& prepared) const;
    void takePrepared(PendingReplay& pending);
    Status beginReplay(PendingReplay& pending, PipelineSlot& slot, const PreparedReplay& prepared);
    void followReplay(PendingReplay& pending);
    Status needsRights(const char* what) const;
    void done(CommandId id, std::string text);
    void refused(CommandId id, Error error);
    void settle(const PipelineSnapshot& snapshot);
    PipelineSlot* find(const std::string& pipeline);
    AnswerBody answerLive(const Query& query) const;
    AnswerBody answerDecisions(const DecisionsQuery& query) const;
    void answerDecisionRequests();

    void publish();
    void samplePipelines(EngineSnapshot& out);
    void noteEnd(const PipelineSnapshot& pipeline);
    void sampleMachine(EngineSnapshot& out);
    void noteEvent(EventSnapshot::Level level, std::string object, std::string text);
    void noteTroubles(const PipelineSnapshot& pipeline);
    void stopAll();
    void wake() { m_wakes.notify_all(); }
    void tellNews();

    const EngineOptions m_options;
    std::unique_ptr<WorkspaceLink> m_workspace;
    SeriesStore m_series;
    runtime::Scheduler m_scheduler;
    Latest<EngineSnapshot> m_snapshot;
    std::mutex m_mutex; // of what has no thread of its own, below; before all that may wake
    std::condition_variable m_wakes;
    bool m_hasNews = false; // of a run: told before the next tick
    QueryDesk m_queries;

    // control thread
    HistoryKeeper m_history;
    ObjectiveDesk m_objectives;
    std::map<std::string, std::unique_ptr<PipelineSlot>> m_slots;
    std::map<std::string, OpenRun> m_runs;
    std::vector<Pending> m_pending;
    std::map<std::string, Swap> m_swaps; // by pipeline
    std::vector<PendingReplay> m_replays;
    std::map<std::string, ShadowRun> m_shadows;    // by the real pipeline
    std::vector<Outcome> m_settled;                // handed out with the next snapshot
    std::map<std::string, std::string> m_troubles; // node -> what was said last
    std::unique_ptr<DemoPlant> m_demo;
    std::deque<EventSnapshot> m_events;
    std::uint64_t m_generation = 0;
    std::int64_t m_startedUs = 0;
    RateMeter m_cpu;

    std::deque<std::pair<CommandId, Command>> m_commands;
    std::vector<Outcome> m_outcomes;
    CommandId m_lastCommand = 0;
    bool m_isStopping = false;
    std::vector<std::pair<DecisionsQuery, ControlSocket::Reply>> m_askedDecisions;
    std::map<CommandId, ControlSocket::Reply> m_replies; // of commands from the control socket
    std::thread m_thread;
    std::unique_ptr<ControlSocket> m_control; // goes first: it uses all of the above
};

} // namespace sluice::api
