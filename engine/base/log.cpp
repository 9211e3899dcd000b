// SPDX-License-Identifier: Apache-2.0
#include "engine/base/log.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace sluice {
namespace {

spdlog::level::level_enum spdlogLevel(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug: return spdlog::level::debug;
    case LogLevel::Info: return spdlog::level::info;
    case LogLevel::Warning: return spdlog::level::warn;
    case LogLevel::Error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::shared_ptr<spdlog::logger> quietLogger()
{
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    sink->set_level(spdlog::level::warn);
    return std::make_shared<spdlog::logger>("sluice", sink);
}

std::shared_ptr<spdlog::logger>& logger()
{
    static std::shared_ptr<spdlog::logger> instance = quietLogger();
    return instance;
}

} // namespace

void log(LogLevel level, std::string_view message)
{
    logger()->log(spdlogLevel(level), "{}", message);
}

void openLog(const std::string& file, LogLevel standardErrorFrom)
{
    auto screen = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    screen->set_level(spdlogLevel(standardErrorFrom));
    std::vector<spdlog::sink_ptr> sinks{screen};
    try {
        sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file, 10 << 20, 3));
    } catch (const spdlog::spdlog_ex& failure) {
        logger()->warn("no log file: {}", failure.what());
    }
    logger() = std::make_shared<spdlog::logger>("sluice", sinks.begin(), sinks.end());
    logger()->flush_on(spdlog::level::warn);
}

} // namespace sluice
