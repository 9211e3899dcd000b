// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/command.h"
#include "app/sluicectl/output.h"
#include "engine/api/tools.h"
#include "engine/base/json_writer.h"

#include <cstdio>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

int carryOut(const Shared& shared, api::Command command)
{
    auto engine = api::openEngine({.workspace = shared.workspace, .workers = 1});
    if (!engine)
        return report(shared, engine.error());
    const api::Outcome outcome = carryOutAndWait(**engine, std::move(command));
    if (outcome.error)
        return report(shared, *outcome.error);
    std::fprintf(stderr, "%s\n", outcome.text.c_str());
    return kDone;
}

int listConnections(const Shared& shared)
{
    auto engine
        = api::openEngine({.workspace = shared.workspace, .workers = 1, .isReadOnly = true});
    if (!engine)
        return report(shared, engine.error());
    const auto snapshot = (*engine)->snapshot();
    JsonWriter json;
    json.beginArray();
    std::vector<std::vector<std::string>> rows;
    for (const api::ConnectionSnapshot& connection : snapshot->connections) {
        json.beginObject()
            .key("name")
            .value(connection.name)
            .key("kind")
            .value(connection.kind)
            .key("servers")
            .value(connection.summary)
            .endObject();
        rows.push_back({connection.name, connection.kind, connection.summary});
    }
    json.endArray();
    if (shared.isJson)
        std::printf("%s\n", json.text().c_str());
    else
        printTable({"NAME", "KIND", "SERVERS"}, rows);
    return kDone;
}

int testConnection(const Shared& shared, const std::string& name, const std::string& topic)
{
    auto engine
        = api::openEngine({.workspace = shared.workspace, .workers = 1, .isReadOnly = true});
    if (!engine)
        return report(shared, engine.error());
    const auto answer
        = askAndWait(**engine,
                     api::ConnectionTestQuery{.connection = name, .options = {}, .topic = topic});
    if (const auto* error = std::get_if<Error>(&answer))
        return report(shared, *error);
    static constexpr const char* kStates[] = {"pending", "running", "ok", "failed", "skipped"};
    JsonWriter json;
    json.beginArray();
    std::vector<std::vector<std::string>> rows;
    bool hasFailed = false;
    for (const api::ConnectionTestStep& step : std::get<api::ConnectionTestAnswer>(answer).steps) {
        hasFailed = hasFailed || step.state == api::ConnectionTestStep::State::Failed;
        const char* state = kStates[int(step.state)];
        json.beginObject()
            .key("step")
            .value(step.name)
            .key("state")
            .value(state)
            .key("detail")
            .value(step.detail)
            .key("seconds")
            .value(step.seconds)
            .endObject();
        rows.push_back({step.name, state, step.detail});
    }
    json.endArray();
    if (shared.isJson)
        std::printf("%s\n", json.text().c_str());
    else
        printTable({"STEP", "", "FOUND"}, rows);
    return hasFailed ? kFailed : kDone;
}

void addConnections(CLI::App& app, Shared& shared)
{
    CLI::App* connections = app.add_subcommand("connections", "Named connections of the workspace");
    connections->require_subcommand(1);
    connections->fallthrough();
    connections->add_subcommand("ls", "List them")->callback([&shared] {
        shared.exitCode = listConnections(shared);
    });
    const auto name = std::make_shared<std::string>();
    const auto options = std::make_shared<std::vector<std::string>>();
    const auto topic = std::make_shared<std::string>();
    CLI::App* put
        = connections->add_subcommand("put",
                                      "Make or change one: NAME bootstrap.servers=HOST:9092 ...");
    put->add_option("name", *name)->required();
    put->add_option(
           "options", *options,
           "option=value, with the names of librdkafka; secrets as secret:NAME or env:NAME")
        ->required();
    put->callback([&shared, name, options] {
        api::SaveConnection command{.name = *name, .kind = "kafka", .options = {}};
        for (const std::string& option : *options) {
            const std::size_t equals = option.find('=');
            if (equals == std::string::npos) {
                shared.exitCode
                    = report(shared,
                             {.code = ErrorCode::ConfigInvalid,
                              .message = "expected option=value, found \"" + option + "\"",
                              .object = *name,
                              .hint = {},
                              .cause = {}});
                return;
            }
            command.options.emplace_back(option.substr(0, equals), option.substr(equals + 1));
        }
        shared.exitCode = carryOut(shared, std::move(command));
    });
    CLI::App* remove = connections->add_subcommand("rm", "Remove one");
    remove->add_option("name", *name)->required();
    remove->callback(
        [&shared, name] { shared.exitCode = carryOut(shared, api::RemoveConnection{*name}); });
    CLI::App* test = connections->add_subcommand("test", "Test one, step by step");
    test->add_option("name", *name)->required();
    test->add_option("--topic", *topic, "Read one record of it");
    test->callback(
        [&shared, name, topic] { shared.exitCode = testConnection(shared, *name, *topic); });
}

} // namespace

void addWorkspaceCommands(CLI::App& app, Shared& shared)
{
    addConnections(app, shared);
    CLI::App* secrets
        = app.add_subcommand("secrets",
                             "Secrets in the workspace's vault (SLUICE_VAULT_PASSPHRASE opens it)");
    secrets->require_subcommand(1);
    secrets->fallthrough();
    const auto name = std::make_shared<std::string>();
    secrets->add_subcommand("ls", "List their names")->callback([&shared] {
        const auto names = api::secretNames(shared.workspace);
        if (!names) {
            shared.exitCode = report(shared, names.error());
            return;
        }
        JsonWriter json;
        json.beginArray();
        for (const std::string& each : *names)
            json.value(each);
        json.endArray();
        if (shared.isJson)
            std::printf("%s\n", json.text().c_str());
        for (std::size_t i = 0; !shared.isJson && i < names->size(); ++i)
            std::printf("%s\n", (*names)[i].c_str());
    });
    CLI::App* put
        = secrets->add_subcommand("put", "Keep one; its value is the first line of standard input");
    put->add_option("name", *name)->required();
    put->callback([&shared, name] {
        std::string value;
        std::getline(std::cin, value);
        const Status status = api::putSecret(shared.workspace, *name, value);
        shared.exitCode = status ? int(kDone) : report(shared, status.error());
    });
    CLI::App* remove = secrets->add_subcommand("rm", "Forget one");
    remove->add_option("name", *name)->required();
    remove->callback([&shared, name] {
        const Status status = api::removeSecret(shared.workspace, *name);
        shared.exitCode = status ? int(kDone) : report(shared, status.error());
    });
}

} // namespace sluice::ctl
