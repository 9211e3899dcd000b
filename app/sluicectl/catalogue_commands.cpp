// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/command.h"
#include "app/sluicectl/output.h"
#include "engine/api/engine.h"
#include "engine/api/kinds.h"
#include "engine/api/tools.h"
#include "engine/base/durable_file.h"
#include "engine/base/json_writer.h"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

void writeOptions(JsonWriter& json, const std::vector<OptionSpec>& options)
{
    json.beginArray();
    for (const OptionSpec& option : options) {
        json.beginObject()
            .key("name")
            .value(option.name)
            .key("type")
            .value(optionTypeName(option.type));
        json.key("required").value(option.isRequired).key("help").value(option.help);
        if (!option.defaultValue.empty())
            json.key("default").value(option.defaultValue);
        if (!option.unit.empty())
            json.key("unit").value(option.unit);
        if (!option.min.empty())
            json.key("min").value(option.min);
        if (!option.max.empty())
            json.key("max").value(option.max);
        if (!option.choices.empty()) {
            json.key("choices").beginArray();
            for (const std::string& choice : option.choices)
                json.value(choice);
            json.endArray();
        }
        if (!option.fields.empty()) {
            json.key("fields");
            writeOptions(json, option.fields);
        }
        json.endObject();
    }
    json.endArray();
}

void nodesAsJson()
{
    JsonWriter json;
    json.beginArray();
    for (const api::NodeKindInfo& kind : api::nodeKinds()) {
        json.beginObject()
            .key("name")
            .value(kind.name)
            .key("title")
            .value(kind.title)
            .key("category")
            .value(kind.category);
        json.key("help")
            .value(kind.help)
            .key("min_inputs")
            .value(kind.minInputs)
            .key("max_inputs")
            .value(kind.maxInputs)
            .key("options");
        writeOptions(json, kind.options);
        json.endObject();
    }
    json.endArray();
    std::printf("%s\n", json.text().c_str());
}

void printOptions(const std::vector<OptionSpec>& options, const std::string& indent)
{
    for (const OptionSpec& option : options) {
        std::string facts = optionTypeName(option.type);
        if (option.isRequired)
            facts += ", required";
        if (!option.defaultValue.empty())
            facts += ", " + option.defaultValue + " unless given";
        std::printf("%s%-18s %s (%s)\n", indent.c_str(), option.name.c_str(), option.help.c_str(),
                    facts.c_str());
        printOptions(option.fields, indent + "  ");
    }
}

void markdownOptions(const std::vector<OptionSpec>& options, const std::string& prefix)
{
    for (const OptionSpec& option : options) {
        std::string type = optionTypeName(option.type);
        for (std::size_t i = 0; i < option.choices.size(); ++i)
            type += (i == 0 ? ": " : ", ") + option.choices[i];
        std::printf("| `%s%s` | %s | %s | %s |\n", prefix.c_str(), option.name.c_str(),
                    type.c_str(),
                    option.isRequired                 ? "required"
                        : option.defaultValue.empty() ? ""
                                                      : ("`" + option.defaultValue + "`").c_str(),
                    option.help.c_str());
        markdownOptions(option.fields, prefix + option.name + ".");
    }
}

void nodesAsMarkdown()
{
    std::printf("# Pipeline reference\n\nWritten by `sluicectl nodes --markdown`; do not edit.\n");
    std::printf("\nEvery node has a `type` and, but for sources, an `input`: one name or a list. "
                "`was: OLD_NAME` "
                "keeps the state of a node that is renamed. Every source and sink takes `rate`: at "
                "most so many "
                "rows a second; 0 or nothing is as fast as they come.\n");
    for (const api::NodeKindInfo& kind : api::nodeKinds()) {
        std::printf("\n## %s\n\n%s (%s). %s\n\n", kind.name.c_str(), kind.title.c_str(),
                    kind.category.c_str(), kind.help.c_str());
        std::printf("| Option | Type | Default | What it does |\n|---|---|---|---|\n");
        markdownOptions(kind.options, "");
    }
    std::printf("\n## Functions and operators\n\n| Name | Signature | What it does | In Spark SQL "
                "|\n|---|---|---|---|\n");
    const auto cell = [](std::string text) {
        for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
            text.insert(at, "\\");
        return text;
    };
    for (const api::FunctionInfo& function : api::functions())
        std::printf("| `%s` | `%s` | %s | `%s` |\n", cell(function.name).c_str(),
                    cell(function.signature).c_str(), cell(function.help).c_str(),
                    cell(function.spark).c_str());
}

void printNodes(const std::string& name)
{
    for (const api::NodeKindInfo& kind : api::nodeKinds()) {
        if (!name.empty() && kind.name != name)
            continue;
        std::printf("%-18s %-10s %s\n", kind.name.c_str(), kind.category.c_str(),
                    kind.help.c_str());
        if (!name.empty())
            printOptions(kind.options, "  ");
    }
}

void functionsAsJson()
{
    JsonWriter json;
    json.beginArray();
    for (const api::FunctionInfo& function : api::functions()) {
        json.beginObject()
            .key("name")
            .value(function.name)
            .key("category")
            .value(function.category);
        json.key("signature")
            .value(function.signature)
            .key("help")
            .value(function.help)
            .key("spark")
            .value(function.spark);
        json.key("aggregate").value(function.isAggregate).key("aliases").beginArray();
        for (const std::string& alias : function.aliases)
            json.value(alias);
        json.endArray().endObject();
    }
    json.endArray();
    std::printf("%s\n", json.text().c_str());
}

int validate(const Shared& shared, const std::string& path)
{
    const auto text = readFile(path);
    if (!text)
        return report(shared, text.error());
    const api::Validation validation = api::validateDocument(*text, path, {});
    if (shared.isJson) {
        JsonWriter json;
        json.beginObject()
            .key("valid")
            .value(validation.isValid)
            .key("pipeline")
            .value(validation.pipeline)
            .key("findings")
            .beginArray();
        for (const std::string& finding : validation.findings)
            json.value(finding);
        json.endArray().endObject();
        std::printf("%s\n", json.text().c_str());
    } else {
        for (const std::string& finding : validation.findings)
            std::printf("%s\n", finding.c_str());
        if (validation.isValid)
            std::printf("%s: pipeline %s is valid\n", path.c_str(), validation.pipeline.c_str());
    }
    return validation.isValid ? kDone : kInvalid;
}

} // namespace

void addCatalogueCommands(CLI::App& app, Shared& shared)
{
    CLI::App* nodes = app.add_subcommand("nodes", "List the node types, or describe one");
    const auto name = std::make_shared<std::string>();
    const auto isMarkdown = std::make_shared<bool>(false);
    nodes->add_option("name", *name, "A node type");
    nodes->add_flag("--markdown", *isMarkdown, "The reference page");
    nodes->callback([&shared, name, isMarkdown] {
        if (shared.isJson)
            nodesAsJson();
        else if (*isMarkdown)
            nodesAsMarkdown();
        else
            printNodes(*name);
    });
    app.add_subcommand("functions", "List the functions, operators and aggregates of expressions")
        ->callback([&shared] {
            if (shared.isJson) {
                functionsAsJson();
                return;
            }
            std::vector<std::vector<std::string>> rows;
            for (const api::FunctionInfo& function : api::functions())
                rows.push_back(
                    {function.name, function.category, function.signature, function.help});
            printTable({"NAME", "CATEGORY", "SIGNATURE", "WHAT IT DOES"}, rows);
        });
    CLI::App* check
        = app.add_subcommand("validate", "Check a pipeline document: all findings at once");
    const auto document = std::make_shared<std::string>();
    check->add_option("document", *document, "The YAML document")->required();
    check->callback([&shared, document] { shared.exitCode = validate(shared, *document); });
    CLI::App* init
        = app.add_subcommand("init",
                             "Write a runnable document from a sample of JSON lines or CSV");
    const auto sample = std::make_shared<std::string>();
    init->add_option("sample", *sample, "The sample file")->required();
    init->callback([&shared, sample] {
        const auto text = api::documentFromSample(*sample);
        if (!text) {
            shared.exitCode = report(shared, text.error());
            return;
        }
        if (shared.isJson) {
            JsonWriter json;
            json.beginObject().key("document").value(*text).endObject();
            std::printf("%s\n", json.text().c_str());
        } else {
            std::printf("%s", text->c_str());
        }
    });
}

} // namespace sluice::ctl
