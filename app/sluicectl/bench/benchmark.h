// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/sluicectl/command.h"
#include "engine/base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sluice::ctl {

/// One figure of a benchmark's report. What does not apply is unset and null in JSON.
struct Figure
{
    std::string name; // "nexmark_J_q5"
    std::int64_t events = 0;
    std::optional<double> eventsPerSecond;
    std::optional<double> bytesPerEvent;
    std::optional<double> coresUsed; // processor time over elapsed time, whole process
    std::optional<double> ratioToParse;
    std::optional<double> p50Ms, p99Ms; // from arrival to commit
    int runs = 0;
    std::vector<std::pair<std::string, std::variant<double, std::string>>> more;
};

/// What the benchmarks have in common on the command line.
struct BenchOptions
{
    std::int64_t events = 5'000'000;
    int runs = 3;
    int cores = 2;
    std::string folder; // "" = a temporary one, removed afterwards
};
void addEventOption(CLI::App& bench, BenchOptions& options);
void addRunOptions(CLI::App& bench, BenchOptions& options); // --runs, --cores, --folder

/// A folder for a benchmark's data: the one that is asked for, kept; else a new one, removed.
class BenchFolder
{
public:
    explicit BenchFolder(const std::string& wanted);
    ~BenchFolder();
    BenchFolder(const BenchFolder&) = delete;
    BenchFolder& operator=(const BenchFolder&) = delete;
    const std::string& path() const { return m_path; }

private:
    std::string m_path;
    bool m_isTemporary;
};

/// Prints figures: with --json an array of objects on standard output and nothing else, otherwise
/// a table below the machine that measured.
void tell(const Shared& shared, const std::vector<Figure>& figures);
/// Tells on standard error how it goes.
void note(const std::string& text);
/// "AMD EPYC, 2 processors".
std::string machineText();

/// Writes a small file; false when it cannot.
bool writeText(const std::string& path, const std::string& text);

/// Each adds one benchmark to `bench`.
void addJobBench(CLI::App& bench, Shared& shared);
void addNexmarkBench(CLI::App& bench, Shared& shared);
void addLatencyBench(CLI::App& bench, Shared& shared);
void addRecoveryBench(CLI::App& bench, Shared& shared);
void addKafkaBench(CLI::App& bench, Shared& shared);
void addPeersBench(CLI::App& bench, Shared& shared);

} // namespace sluice::ctl
