// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/changes_table.h"
#include "app/sluicectl/command.h"
#include "app/sluicectl/output.h"
#include "engine/base/json_writer.h"
#include "engine/base/log.h"
#include "engine/base/time.h"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

#include <unistd.h>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

std::atomic<int> interrupts{0};

void onInterrupt(int)
{
    ++interrupts;
}

struct RunOptions
{
    std::string document;
    bool untilIdle = false;
    bool isQuiet = false;
    int workers = 0;
    double epochSeconds = 1;
};

// Starts one pipeline, shows how it goes and ends it as asked.
class PipelineWatch
{
public:
    PipelineWatch(const Shared& shared, const RunOptions& options)
        : m_shared(shared)
        , m_options(options)
        , m_isTerminal(::isatty(STDERR_FILENO) == 1)
    {
    }

    int run()
    {
        tellLosses(m_shared.workspace, m_options.document);
        openLog(m_shared.workspace + "/sluice.log", LogLevel::Error);
        auto engine = api::openEngine({.workspace = m_shared.workspace,
                                       .workers = m_options.workers,
                                       .epochSeconds = m_options.epochSeconds});
        if (!engine)
            return report(m_shared, engine.error());
        m_engine = std::move(*engine);
        m_command
            = m_engine->submit(api::DeployPipeline{.documentPath = m_options.document, .text = {}});
        for (;;) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            if (const auto refused = takeRefusal())
                return *refused;
            const api::EngineSnapshotPtr snapshot = m_engine->snapshot();
            const api::PipelineSnapshot* pipeline = find(*snapshot);
            if (!pipeline)
                continue;
            tellTroubles(*snapshot);
            progress(*pipeline);
            if (m_hasStarted && isOver(*pipeline))
                return finish(*pipeline);
            m_hasStarted = m_hasStarted || pipeline->state == api::RunState::Running
                || pipeline->state == api::RunState::Stopping;
            stopIfAsked(*pipeline);
        }
    }

private:
    static bool isOver(const api::PipelineSnapshot& pipeline)
    {
        return pipeline.state == api::RunState::Stopped || pipeline.state == api::RunState::Finished
            || pipeline.state == api::RunState::Failed;
    }

    // The first outcome is the deployment's; it names the pipeline.
    std::optional<int> takeRefusal()
    {
        for (const api::Outcome& outcome : m_engine->takeOutcomes()) {
            if (outcome.error) {
                endLine();
                if (outcome.error->code == ErrorCode::ConfigInvalid && !m_shared.isJson) {
                    std::fprintf(stderr, "%s\n",
                                 outcome.error->message.c_str()); // findings have their own places
                    return kInvalid;
                }
                return report(m_shared, *outcome.error);
            }
            if (outcome.id == m_command) {
                m_pipeline = outcome.text.substr(0, outcome.text.find(':'));
                m_hasStarted = true;
            }
        }
        return std::nullopt;
    }

    const api::PipelineSnapshot* find(const api::EngineSnapshot& snapshot) const
    {
        for (const api::PipelineSnapshot& pipeline : snapshot.pipelines)
            if (pipeline.name == m_pipeline)
                return &pipeline;
        return nullptr;
    }

    void stopIfAsked(const api::PipelineSnapshot& pipeline)
    {
        const bool isInputOver = m_options.untilIdle && pipeline.isInputOver;
        if (m_isStopping || (!isInputOver && interrupts == 0))
            return;
        m_isStopping = true;
        m_engine->submit(api::StopPipeline{.pipeline = m_pipeline, .isInputOver = isInputOver});
    }

    void tellTroubles(const api::EngineSnapshot& snapshot)
    {
        for (const api::EventSnapshot& event : snapshot.events) {
            if (event.timeUs <= m_lastEventUs)
                continue;
            m_lastEventUs = event.timeUs;
            if (event.level == api::EventSnapshot::Level::Info || event.object == m_pipeline)
                continue;
            endLine();
            std::fprintf(stderr, "%s: %s\n", event.object.c_str(), event.text.c_str());
        }
    }

    void progress(const api::PipelineSnapshot& pipeline)
    {
        const auto now = std::chrono::steady_clock::now();
        const auto every
            = m_isTerminal ? std::chrono::milliseconds(200) : std::chrono::milliseconds(2000);
        if (m_options.isQuiet || now - m_lastProgress < every)
            return;
        m_lastProgress = now;
        std::int64_t watermark = INT64_MIN;
        for (const api::NodeSnapshot& node : pipeline.nodes)
            if (node.role == api::NodeRole::Source && node.watermarkUs != INT64_MIN
                && node.watermarkUs < INT64_MAX / 2)
                watermark = std::max(watermark, node.watermarkUs);
        std::string line = pipeline.name + "  " + countText(std::int64_t(pipeline.rowsIn)) + " in  "
            + rateText(pipeline.rowsInPerSecond);
        if (pipeline.lagRows >= 0)
            line += "  lag " + countText(pipeline.lagRows);
        if (watermark != INT64_MIN)
            line += "  watermark " + timeText(watermark);
        if (pipeline.latency.p99Us >= 0)
            line += "  p99 " + std::to_string(pipeline.latency.p99Us / 1000) + " ms";
        line += "  rejected " + countText(std::int64_t(pipeline.rejects.rejected())) + "  epoch "
            + std::to_string(pipeline.epoch);
        std::fprintf(stderr, m_isTerminal ? "\r\033[K%s" : "%s\n", line.c_str());
        std::fflush(stderr);
        m_hasLine = m_isTerminal;
    }
    void endLine()
    {
        if (m_hasLine)
            std::fprintf(stderr, "\n");
        m_hasLine = false;
    }

    int finish(const api::PipelineSnapshot& pipeline)
    {
        endLine();
        const bool isFailed = pipeline.state == api::RunState::Failed;
        if (m_shared.isJson) {
            JsonWriter json;
            json.beginObject().key("pipeline").value(pipeline.name).key("state");
            json.value(isFailed                                        ? "failed"
                           : pipeline.state == api::RunState::Finished ? "finished"
                                                                       : "stopped");
            if (isFailed)
                json.key("reason").value(pipeline.stateReason);
            json.key("rows_in").value(pipeline.rowsIn).key("epoch").value(pipeline.epoch);
            json.key("filtered")
                .value(pipeline.rejects.filtered)
                .key("dropped")
                .value(pipeline.rejects.dropped);
            json.key("duplicate")
                .value(pipeline.rejects.duplicate)
                .key("late")
                .value(pipeline.rejects.late);
            json.key("dead_letter")
                .value(pipeline.rejects.deadLetter)
                .key("quarantined")
                .value(pipeline.rejects.quarantined);
            json.key("tables").beginArray();
            for (const api::NodeSnapshot& node : pipeline.nodes)
                if (node.role == api::NodeRole::Sink)
                    json.beginObject()
                        .key("table")
                        .value(node.target)
                        .key("rows")
                        .value(node.committedRows)
                        .endObject();
            json.endArray().endObject();
            std::printf("%s\n", json.text().c_str());
        } else if (isFailed) {
            std::fprintf(stderr, "%s failed: %s\n", pipeline.name.c_str(),
                         pipeline.stateReason.c_str());
        } else {
            std::vector<std::vector<std::string>> rows;
            for (const api::NodeSnapshot& node : pipeline.nodes)
                if (node.role == api::NodeRole::Sink
                    && (node.committedRows > 0 || !node.isImplicit))
                    rows.push_back({node.target, countText(node.committedRows)});
            printTable({"WRITTEN BY THIS RUN", "ROWS"}, rows);
        }
        return isFailed ? kFailed : kDone;
    }

    const Shared& m_shared;
    const RunOptions& m_options;
    const bool m_isTerminal;
    std::unique_ptr<api::Engine> m_engine;
    api::CommandId m_command = 0;
    std::string m_pipeline;
    bool m_hasStarted = false, m_isStopping = false, m_hasLine = false;
    std::int64_t m_lastEventUs = systemClock().wallNow().us;
    std::chrono::steady_clock::time_point m_lastProgress;
};

} // namespace

void addRunCommand(CLI::App& app, Shared& shared)
{
    const auto options = std::make_shared<RunOptions>();
    CLI::App* run = app.add_subcommand(
        "run", "Run a pipeline document; Ctrl-C ends the epoch, commits it and stops");
    run->add_option("document", options->document, "The YAML document")
        ->required()
        ->check(CLI::ExistingFile);
    run->add_flag("--until-idle", options->untilIdle,
                  "Stop when all input is read, closing every window");
    run->add_flag("-q,--quiet", options->isQuiet, "No progress line");
    run->add_option("--workers", options->workers, "Worker threads; 0 = one a core")
        ->capture_default_str();
    run->add_option("--epoch", options->epochSeconds,
                    "Seconds between commits, unless the document says")
        ->capture_default_str()
        ->check(CLI::Range(0.05, 3600.0));
    run->callback([&shared, options] {
        std::signal(SIGINT, onInterrupt);
        std::signal(SIGTERM, onInterrupt);
        shared.exitCode = PipelineWatch(shared, *options).run();
    });
}

} // namespace sluice::ctl
