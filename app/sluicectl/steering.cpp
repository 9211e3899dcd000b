// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/steering.h"

#include "app/sluicectl/output.h"
#include "engine/api/control.h"
#include "engine/api/status_json.h"
#include "engine/base/json_writer.h"
#include "engine/base/time.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <optional>
#include <thread>

#include <unistd.h>

namespace sluice::ctl {
namespace {

std::atomic<bool> isInterrupted{false};

void onInterrupt(int)
{
    isInterrupted = true;
}

// One line on a terminal that is written over, or a line every two seconds.
class ProgressLine
{
public:
    explicit ProgressLine(bool isQuiet)
        : m_isQuiet(isQuiet)
        , m_isTerminal(::isatty(STDERR_FILENO) == 1)
    {
    }
    ~ProgressLine()
    {
        if (m_hasLine)
            std::fprintf(stderr, "\n");
    }
    bool isDue()
    {
        const auto now = std::chrono::steady_clock::now();
        const auto every
            = m_isTerminal ? std::chrono::milliseconds(500) : std::chrono::milliseconds(2000);
        if (m_isQuiet || now - m_last < every)
            return false;
        m_last = now;
        return true;
    }
    void show(const std::string& text)
    {
        if (text.empty())
            return;
        std::fprintf(stderr, m_isTerminal ? "\r\033[K%s" : "%s\n", text.c_str());
        std::fflush(stderr);
        m_hasLine = m_isTerminal;
    }

private:
    const bool m_isQuiet, m_isTerminal;
    bool m_hasLine = false;
    std::chrono::steady_clock::time_point m_last = std::chrono::steady_clock::now();
};

std::string progressOf(const Steered& work, const std::string& status)
{
    Diagnostics ignored("status");
    const DocumentNode root = parseDocument(status, ignored);
    const DocumentNode* pipelines = root.find("pipelines");
    return pipelines && work.progress ? work.progress(*pipelines) : std::string();
}

Result<std::string> steerHolder(const Shared& shared, const Steered& work)
{
    auto answer = std::async(std::launch::async,
                             [&] { return api::askHolder(shared.workspace, work.request); });
    ProgressLine line(shared.isJson);
    bool isCancelled = false;
    while (answer.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) {
        // Refused where there is nothing yet, or nothing just now, that could be given up.
        if (isInterrupted && !isCancelled && !work.cancel.empty())
            isCancelled = bool(api::askHolder(shared.workspace, work.cancel));
        if (line.isDue()) {
            if (const auto status = api::askHolder(shared.workspace, R"({"command":"status"})"))
                line.show(progressOf(work, *status));
        }
    }
    SLUICE_TRY(const std::string text, answer.get());
    Diagnostics ignored("answer");
    return textIn(parseDocument(text, ignored), "done");
}

Result<std::string> steerHere(const Shared& shared, const Steered& work)
{
    SLUICE_TRY(const auto engine, api::openEngine({.workspace = shared.workspace}));
    const api::CommandId id = engine->submit(work.command);
    api::CommandId cancelling = 0; // 0 = nobody gives it up, or it was refused and is tried again
    ProgressLine line(shared.isJson);
    for (;;) {
        for (api::Outcome& outcome : engine->takeOutcomes()) {
            if (outcome.id == cancelling && outcome.error)
                cancelling = 0;
            if (outcome.id != id)
                continue;
            if (outcome.error)
                return *outcome.error;
            return outcome.text;
        }
        if (isInterrupted && cancelling == 0 && !work.cancel.empty())
            cancelling = engine->submit(work.cancelCommand);
        if (line.isDue())
            line.show(progressOf(work, api::statusAsJson(*engine->snapshot())));
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

} // namespace

Result<std::string> steer(const Shared& shared, const Steered& work)
{
    std::signal(SIGINT, onInterrupt);
    std::signal(SIGTERM, onInterrupt);
    const Result<std::string> held = api::askHolder(shared.workspace, R"({"command":"status"})");
    if (held)
        return steerHolder(shared, work);
    if (held.error().code != ErrorCode::NotFound)
        return held;
    return steerHere(shared, work);
}

std::string newOrderKey()
{
    return std::to_string(::getpid()) + "-" + std::to_string(systemClock().wallNow().us);
}

const DocumentNode* pipelineIn(const DocumentNode& pipelines, const std::string& name)
{
    for (const DocumentNode& pipeline : pipelines.items)
        if (textIn(pipeline, "pipeline") == name)
            return &pipeline;
    return nullptr;
}

std::int64_t numberIn(const DocumentNode& map, const char* key)
{
    return std::atoll(textIn(map, key).c_str());
}

std::string textIn(const DocumentNode& map, const char* key)
{
    const DocumentNode* found = map.find(key);
    return found ? found->text : std::string();
}

int tellDone(const Shared& shared, const Result<std::string>& done)
{
    if (!done)
        return report(shared, done.error());
    JsonWriter json;
    json.beginObject().key("done").value(*done).endObject();
    std::printf("%s\n", shared.isJson ? json.text().c_str() : done->c_str());
    return kDone;
}

} // namespace sluice::ctl
