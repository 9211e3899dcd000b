// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/command.h"
#include "engine/base/fail_point.h"
#include "engine/base/log.h"

#include <cstdio>
#include <cstdlib>
#include <exception>

#include <CLI/CLI.hpp>

namespace {

// The engine is built for x86-64-v3; on an older processor it would die at its first such
// instruction, so say it instead.
bool hasProcessor()
{
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")
        && __builtin_cpu_supports("fma"))
        return true;
    std::fprintf(
        stderr,
        "sluicectl: this processor has no AVX2; Sluice needs one of 2013 or later (x86-64-v3)\n");
    return false;
}

int run(int argc, char** argv)
{
    using namespace sluice::ctl;
    Shared shared;
    CLI::App app("Sluice from the command line: check and run pipelines, look at the lake.");
    app.require_subcommand(1);
    app.fallthrough();
    app.set_version_flag("--version", "sluicectl 0.1.0");
    app.add_option("-w,--workspace", shared.workspace, "Folder of the workspace")
        ->envname("SLUICE_WORKSPACE")
        ->capture_default_str();
    app.add_flag("--json", shared.isJson, "Print JSON, for programs");
    app.footer("Exit codes: 0 done, 1 failed, 2 wrong command line, 3 document not valid, 4 not "
               "found, 5 refused.");
    addCatalogueCommands(app, shared);
    addRunCommand(app, shared);
    addDeployCommand(app, shared);
    addDiffCommand(app, shared);
    addControlCommands(app, shared);
    addReplayCommands(app, shared);
    addRejectsCommands(app, shared);
    addWhyCommand(app, shared);
    addLakeCommands(app, shared);
    addWorkspaceCommands(app, shared);
    addBenchCommand(app, shared);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? int(kDone) : int(kUsage);
    }
    return shared.exitCode;
}

} // namespace

int main(int argc, char** argv)
{
    if (!hasProcessor())
        return 1;
    const char* failPoints = std::getenv("SLUICE_FAILPOINT");
    if (const auto set = sluice::setFailPoints(failPoints ? failPoints : ""); !set) {
        std::fprintf(stderr, "sluicectl: %s\n", set.error().text().c_str());
        return 2;
    }
    try {
        return run(argc, argv);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "sluicectl: internal error: %s\n", failure.what());
        return 1;
    }
}
