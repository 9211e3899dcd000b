// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/bench/benchmark.h"

#include "app/sluicectl/output.h"
#include "engine/base/json_writer.h"
#include "engine/telemetry/process_usage.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

void putValue(JsonWriter& json, const char* name, const std::optional<double>& value)
{
    json.key(name);
    if (value)
        json.value(*value);
    else
        json.null();
}

std::string jsonOf(const std::vector<Figure>& figures)
{
    JsonWriter json;
    json.beginArray();
    for (const Figure& figure : figures) {
        json.beginObject().key("name").value(figure.name).key("events").value(figure.events);
        putValue(json, "events_per_second", figure.eventsPerSecond);
        putValue(json, "bytes_per_event", figure.bytesPerEvent);
        putValue(json, "cores_used", figure.coresUsed);
        putValue(json, "ratio_to_parse", figure.ratioToParse);
        putValue(json, "p50_ms", figure.p50Ms);
        putValue(json, "p99_ms", figure.p99Ms);
        json.key("runs").value(figure.runs);
        for (const auto& [name, value] : figure.more) {
            json.key(name);
            std::visit([&json](const auto& held) { json.value(held); }, value);
        }
        json.endObject();
    }
    json.endArray();
    return json.take();
}

std::string shortText(const std::optional<double>& value, const char* format)
{
    if (!value)
        return "-";
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), format, *value);
    return text.data();
}

std::string moreText(const Figure& figure)
{
    std::string out;
    for (const auto& [name, value] : figure.more) {
        const auto* number = std::get_if<double>(&value);
        out += (out.empty() ? "" : ", ") + name + " "
            + (number ? shortText(*number, *number < 100 ? "%.3g" : "%.0f")
                      : std::get<std::string>(value));
    }
    return out;
}

} // namespace

void addEventOption(CLI::App& bench, BenchOptions& options)
{
    bench.add_option("--events", options.events, "Events of a run")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t(10'000), std::int64_t(1'000'000'000)));
}

void addRunOptions(CLI::App& bench, BenchOptions& options)
{
    bench.add_option("--runs", options.runs, "Runs; the median counts")
        ->capture_default_str()
        ->check(CLI::Range(1, 99));
    bench.add_option("--cores", options.cores, "Worker threads")
        ->capture_default_str()
        ->check(CLI::Range(1, 256));
    bench.add_option("--folder", options.folder, "Where to put the data; kept afterwards");
}

BenchFolder::BenchFolder(const std::string& wanted)
    : m_path(wanted.empty() ? std::filesystem::temp_directory_path().string() + "/sluice-bench-"
                     + std::to_string(::getpid())
                            : wanted)
    , m_isTemporary(wanted.empty())
{
    std::error_code error;
    std::filesystem::create_directories(m_path, error);
}

BenchFolder::~BenchFolder()
{
    std::error_code error;
    if (m_isTemporary)
        std::filesystem::remove_all(m_path, error);
}

void tell(const Shared& shared, const std::vector<Figure>& figures)
{
    if (shared.isJson) {
        std::printf("%s\n", jsonOf(figures).c_str());
        return;
    }
    std::printf("%s\n", machineText().c_str());
    std::vector<std::vector<std::string>> rows;
    rows.reserve(figures.size());
    for (const Figure& figure : figures)
        rows.push_back({figure.name, countText(figure.events),
                        figure.eventsPerSecond ? rateText(*figure.eventsPerSecond) : "-",
                        shortText(figure.bytesPerEvent, "%.0f"),
                        shortText(figure.coresUsed, "%.2f"), shortText(figure.ratioToParse, "%.3f"),
                        shortText(figure.p50Ms, "%.0f"), shortText(figure.p99Ms, "%.0f"),
                        std::to_string(figure.runs)});
    printTable({"NAME", "EVENTS", "RATE", "BYTES/EVENT", "CORES", "R_PARSE", "P50 ms", "P99 ms",
                "RUNS"},
               rows);
    for (const Figure& figure : figures)
        if (!figure.more.empty())
            std::printf("%s: %s\n", figure.name.c_str(), moreText(figure).c_str());
}

void note(const std::string& text)
{
    std::fprintf(stderr, "%s\n", text.c_str());
}

std::string machineText()
{
    std::ifstream file("/proc/cpuinfo");
    std::string line, model = "unknown processor";
    while (std::getline(file, line))
        if (line.starts_with("model name")) {
            model = line.substr(line.find(':') + 2);
            break;
        }
    return model + ", " + std::to_string(processorCount()) + " processors";
}

bool writeText(const std::string& path, const std::string& text)
{
    std::ofstream file(path, std::ios::binary);
    file << text;
    return file.good();
}

} // namespace sluice::ctl
