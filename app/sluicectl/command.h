// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/error.h"

#include <string>

namespace CLI {
class App;
}

namespace sluice::ctl {

/// How the program ends; documented in --help and the README.
enum ExitCode {
    kDone = 0,
    kFailed = 1,   // the work failed
    kUsage = 2,    // the command line is wrong
    kInvalid = 3,  // a document is not valid
    kNotFound = 4, // a table, file or workspace is not there
    kRefused = 5   // somebody else holds the workspace, or a right is missing
};

/// What every command shares.
struct Shared
{
    std::string workspace = "sluice-workspace";
    bool isJson = false;
    int exitCode = kDone;
};

/// Each adds its commands to the program; shared lives as long as it.
void addCatalogueCommands(CLI::App& app, Shared& shared); // nodes, functions, validate, init
void addControlCommands(CLI::App& app, Shared& shared);   // status, rate, stop
void addDeployCommand(CLI::App& app, Shared& shared);     // deploy
void addDiffCommand(CLI::App& app, Shared& shared);       // diff
void addLakeCommands(CLI::App& app, Shared& shared);      // lake ls | show | history, sql
void addRejectsCommands(CLI::App& app, Shared& shared);   // rejects list | show | export | replay
void addReplayCommands(CLI::App& app, Shared& shared);    // replay, compare, swap, discard
void addRunCommand(CLI::App& app, Shared& shared);        // run
void addWhyCommand(CLI::App& app, Shared& shared);        // why
void addWorkspaceCommands(CLI::App& app, Shared& shared); // connections, secrets
void addBenchCommand(CLI::App& app, Shared& shared);      // bench

/// Prints an error (as JSON to standard output with --json, else to standard error) and returns its
/// exit code.
int report(const Shared& shared, const Error& error);

} // namespace sluice::ctl
