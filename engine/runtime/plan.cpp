// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/plan.h"

#include "engine/runtime/node_definition.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <functional>
#include <set>

namespace sluice::runtime {
namespace {

const std::vector<std::string> kSections{"pipeline", "description", "parameters", "epoch",
                                         "nodes",    "objectives",  "canvas"};

bool isPlainName(const std::string& name)
{
    return !name.empty() && !(name[0] >= '0' && name[0] <= '9')
        && std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

// Works through the sections of a document; one instance checks one document.
class Planner
{
public:
    Planner(Plan& plan, const flow::NodeRegistry& registry, const flow::Services& services,
            Diagnostics& diagnostics)
        : m_plan(plan)
        , m_registry(registry)
        , m_services(services)
        , m_diagnostics(diagnostics)
    {
    }

    void run()
    {
        if (!m_plan.document.isMap()) {
            if (!m_diagnostics.hasErrors())
                m_diagnostics.error({1, 1}, {}, "the document is empty",
                                    "begin with \"pipeline: NAME\" and \"nodes:\"");
            return;
        }
        readHead();
        const DocumentNode* nodes = m_plan.document.find("nodes");
        if (!nodes || !nodes->isMap() || nodes->entries.empty()) {
            m_diagnostics.error(nodes ? nodes->at : m_plan.document.at, "nodes",
                                "a pipeline needs nodes", "nodes: {NAME: {type: ...}}");
            return;
        }
        m_nodes = nodes;
        for (const DocumentNode::Entry& entry : nodes->entries)
            m_names.push_back(entry.key);
        findInputs();
        for (const DocumentNode::Entry& entry : nodes->entries)
            visit(entry.key);
        checkUnread();
        computeNeeded();
        for (PlannedNode& node : m_plan.nodes)
            node.fingerprint = nodeFingerprint(m_plan, node, *m_nodes->find(node.name));
        readCanvas();
    }

private:
    struct Input
    {
        std::string name;   // of the node
        std::string branch; // of that node; "" = none named
        TextPosition at;
    };
    static Input inputOf(const DocumentNode& node)
    {
        const std::size_t dot = node.text.find('.');
        return {node.text.substr(0, dot),
                dot == std::string::npos ? std::string() : node.text.substr(dot + 1), node.at};
    }

    void readHead();
    void findInputs();
    void visit(const std::string& name);
    void bind(const DocumentNode::Entry& entry);
    std::size_t branchOf(const std::string& reader, const Input& input);
    bool checkInputCount(const DocumentNode::Entry& entry, const flow::NodeKind& kind);
    double checkedRate(const DocumentNode::Entry& entry, const DocumentNode& rate);
    std::string checkedWas(const DocumentNode::Entry& entry, const DocumentNode& was);
    void checkUnread();
    void computeNeeded();
    void readCanvas();

    Plan& m_plan;
    const flow::NodeRegistry& m_registry;
    const flow::Services& m_services;
    Diagnostics& m_diagnostics;
    const DocumentNode* m_nodes = nullptr;
    std::vector<std::string> m_names;
    std::map<std::string, std::vector<Input>> m_inputs;
    std::map<std::string, std::size_t> m_indexes; // bound nodes
    std::set<std::string> m_open, m_done;
};

void Planner::readHead()
{
    const DocumentNode& document = m_plan.document;
    for (const DocumentNode::Entry& entry : document.entries) {
        if (std::ranges::find(kSections, entry.key) == kSections.end())
            m_diagnostics.error(entry.keyAt, {}, "unknown section \"" + entry.key + "\"",
                                suggestionFor(entry.key, kSections));
    }
    const DocumentNode* name = document.find("pipeline");
    if (!name || !name->isScalar())
        m_diagnostics.error(document.at, "pipeline", "the pipeline has no name",
                            "begin the document with \"pipeline: NAME\"");
    else if (!isPlainName(name->text))
        m_diagnostics.error(name->at, "pipeline",
                            "a name has letters, digits and _, and begins with a letter");
    else
        m_plan.pipeline = name->text;
    if (const DocumentNode* text = document.find("description"))
        m_plan.description = text->text;
    if (const DocumentNode* epoch = document.find("epoch")) {
        const Micros least = std::chrono::milliseconds(50);
        if (!parseDuration(epoch->text, m_plan.epochLength) || m_plan.epochLength < least)
            m_diagnostics.error(epoch->at, "epoch", "expected a duration of at least 50ms",
                                "1s is usual");
    }
}

void Planner::findInputs()
{
    for (const DocumentNode::Entry& entry : m_nodes->entries) {
        if (!isPlainName(entry.key))
            m_diagnostics.error(entry.keyAt, entry.key,
                                "a name has letters, digits and _, and begins with a letter");
        const DocumentNode* input = entry.value.find("input");
        std::vector<Input>& inputs = m_inputs[entry.key];
        if (!input || input->isNull())
            continue;
        if (input->isScalar())
            inputs.push_back(inputOf(*input));
        for (const DocumentNode& item : input->items)
            inputs.push_back(inputOf(item));
        for (const Input& each : inputs) {
            if (std::ranges::find(m_names, each.name) == m_names.end())
                m_diagnostics.error(each.at, entry.key + ".input",
                                    "there is no node \"" + each.name + "\"",
                                    suggestionFor(each.name, m_names));
        }
    }
}

void Planner::visit(const std::string& name)
{
    const auto entry = std::ranges::find(m_nodes->entries, name, &DocumentNode::Entry::key);
    if (entry == m_nodes->entries.end() || m_done.contains(name))
        return;
    if (!m_open.insert(name).second) {
        m_diagnostics.error(entry->keyAt, name + ".input",
                            "the nodes form a cycle through \"" + name + "\"",
                            "a node cannot read, directly or not, what it makes");
        return;
    }
    for (const Input& input : m_inputs[name])
        visit(input.name);
    m_open.erase(name);
    if (m_done.insert(name).second)
        bind(*entry);
}

bool Planner::checkInputCount(const DocumentNode::Entry& entry, const flow::NodeKind& kind)
{
    const int count = int(m_inputs[entry.key].size());
    if (count >= kind.minInputs && (kind.maxInputs < 0 || count <= kind.maxInputs))
        return true;
    if (kind.maxInputs == 0)
        m_diagnostics.error(entry.value.find("input")->at, entry.key + ".input",
                            "a source has no input", "remove the line");
    else if (count == 0)
        m_diagnostics.error(entry.keyAt, entry.key, "the input is missing",
                            "input: NAME OF A NODE");
    else
        m_diagnostics.error(entry.value.find("input")->at, entry.key + ".input",
                            kind.name + " takes "
                                + (kind.maxInputs < 0 ? "at least " + std::to_string(kind.minInputs)
                                                      : std::to_string(kind.maxInputs))
                                + " input(s), found " + std::to_string(count));
    return false;
}

std::string Planner::checkedWas(const DocumentNode::Entry& entry, const DocumentNode& was)
{
    if (!was.isScalar() || !isPlainName(was.text))
        m_diagnostics.error(was.at, entry.key + ".was", "expected the former name of this node");
    else if (m_inputs.contains(was.text))
        m_diagnostics.error(was.at, entry.key + ".was",
                            "\"" + was.text + "\" is a node of this document",
                            "a node takes over the state of one that is gone");
    return was.text;
}

// Which branch of a bound node is read; a wrong one is reported and taken for the first.
std::size_t Planner::branchOf(const std::string& reader, const Input& input)
{
    const auto& branches = m_plan.nodes[m_indexes[input.name]].bound.branches;
    const auto found = std::ranges::find(branches, input.branch);
    if (found != branches.end())
        return std::size_t(found - branches.begin());
    if (branches.empty() && !input.branch.empty())
        m_diagnostics.error(input.at, reader + ".input", "\"" + input.name + "\" has no branches",
                            "input: " + input.name);
    else if (!branches.empty() && input.branch.empty())
        m_diagnostics.error(input.at, reader + ".input",
                            "\"" + input.name + "\" has branches: name one of them",
                            "input: " + input.name + "." + branches.front());
    else if (!branches.empty())
        m_diagnostics.error(input.at, reader + ".input",
                            "\"" + input.name + "\" has no branch \"" + input.branch + "\"",
                            suggestionFor(input.branch, branches));
    return 0;
}

double Planner::checkedRate(const DocumentNode::Entry& entry, const DocumentNode& rate)
{
    double out = -1;
    const char* end = rate.text.data() + rate.text.size();
    if (std::from_chars(rate.text.data(), end, out).ptr != end || !(out >= 0))
        m_diagnostics.error(rate.at, entry.key + ".rate", "expected rows a second",
                            "0 is as fast as they come");
    return std::max(out, 0.0);
}

void Planner::bind(const DocumentNode::Entry& entry)
{
    PlannedNode node;
    node.name = entry.key;
    node.at = entry.keyAt;
    if (const DocumentNode* was = entry.value.find("was"))
        node.was = checkedWas(entry, *was);
    const DocumentNode* type = entry.value.find("type");
    if (!type || !type->isScalar()) {
        m_diagnostics.error(entry.keyAt, entry.key, "the node has no type", "type: kafka_source");
        return;
    }
    node.kind = m_registry.find(type->text);
    if (!node.kind) {
        std::vector<std::string> known;
        for (const flow::NodeKind& kind : m_registry.kinds())
            known.push_back(kind.name);
        m_diagnostics.error(type->at, entry.key + ".type",
                            "there is no node type \"" + type->text + "\"",
                            suggestionFor(type->text, known));
        return;
    }
    const std::vector<std::string> skipped = plannerKeys(*node.kind);
    if (const DocumentNode* rate = entry.value.find("rate"); rate && skipped.back() == "rate")
        node.rate = checkedRate(entry, *rate);
    checkOptions(entry.value, node.kind->options, skipped, entry.key, m_diagnostics);
    if (!checkInputCount(entry, *node.kind))
        return;
    std::vector<flow::StreamSchema> inputs;
    for (const Input& input : m_inputs[entry.key]) {
        const auto found = m_indexes.find(input.name);
        if (found == m_indexes.end() || !m_plan.nodes[found->second].bound.output.columns)
            return; // an error above is reported already; nothing can be said about this one
        node.inputs.push_back(found->second);
        node.branches.push_back(branchOf(entry.key, input));
        node.depth = std::max(node.depth, m_plan.nodes[found->second].depth + 1);
        inputs.push_back(m_plan.nodes[found->second].bound.output);
    }
    std::vector<std::string> inputNames;
    for (const Input& input : m_inputs[entry.key])
        inputNames.push_back(input.name + (input.branch.empty() ? "" : "." + input.branch));
    const Options options(entry.value, node.kind->options);
    node.bound = node.kind->bind({.node = entry.key,
                                  .map = entry.value,
                                  .options = options,
                                  .inputs = std::move(inputs),
                                  .inputNames = std::move(inputNames),
                                  .services = m_services,
                                  .diagnostics = m_diagnostics});
    m_indexes[entry.key] = m_plan.nodes.size();
    m_plan.nodes.push_back(std::move(node));
}

void Planner::checkUnread()
{
    std::set<std::string> read;
    bool hasSink = false;
    for (const auto& [name, inputs] : m_inputs) {
        for (const Input& input : inputs)
            read.insert({input.name, input.name + "." + input.branch});
    }
    for (const PlannedNode& node : m_plan.nodes) {
        const bool isSink = node.kind->category == flow::NodeCategory::Sink;
        hasSink = hasSink || isSink;
        if (!isSink && !read.contains(node.name))
            m_diagnostics.warning(node.at, node.name, "nothing reads this node",
                                  "add a sink, or remove the node");
        for (const std::string& branch : node.bound.branches)
            if (read.contains(node.name) && !read.contains(node.name + "." + branch))
                m_diagnostics.warning(node.at, node.name,
                                      "nothing reads the branch \"" + branch + "\"",
                                      "its rows are not kept anywhere");
        if (isSink && read.contains(node.name))
            m_diagnostics.error(node.at, node.name, "a sink cannot be read by another node");
    }
    if (!hasSink && !m_diagnostics.hasErrors())
        m_diagnostics.error(m_nodes->at, "nodes", "the pipeline has no sink",
                            "add a delta_sink, so that something is kept");
}

void Planner::computeNeeded()
{
    // Inputs come before their readers, so one walk from the end sees every reader first.
    for (std::size_t i = m_plan.nodes.size(); i-- > 0;) {
        const PlannedNode& node = m_plan.nodes[i];
        for (std::size_t k = 0; k < node.inputs.size(); ++k) {
            flow::ColumnSet needed;
            if (node.bound.neededOfInput)
                needed = node.bound.neededOfInput(node.neededOutput, k);
            else if (node.bound.neededInput)
                needed = node.bound.neededInput(node.neededOutput);
            m_plan.nodes[node.inputs[k]].neededOutput.insert(needed.begin(), needed.end());
        }
    }
}

void Planner::readCanvas()
{
    const DocumentNode* canvas = m_plan.document.find("canvas");
    for (std::size_t i = 0; canvas && i < canvas->entries.size(); ++i) {
        const DocumentNode::Entry& entry = canvas->entries[i];
        std::pair<double, double> at;
        bool isPair = entry.value.items.size() == 2;
        for (std::size_t axis = 0; isPair && axis < 2; ++axis) {
            const std::string& text = entry.value.items[axis].text;
            double& to = axis == 0 ? at.first : at.second;
            isPair = std::from_chars(text.data(), text.data() + text.size(), to).ec == std::errc{};
        }
        if (isPair)
            m_plan.canvas[entry.key] = at;
        else
            m_diagnostics.warning(entry.keyAt, "canvas." + entry.key, "expected [x, y]");
    }
}

} // namespace

const PlannedNode* Plan::find(const std::string& name) const
{
    const auto found = std::ranges::find(nodes, name, &PlannedNode::name);
    return found == nodes.end() ? nullptr : &*found;
}

Plan planPipeline(const std::string& text, const std::string& path,
                  const flow::NodeRegistry& registry, const flow::Services& services,
                  Diagnostics& diagnostics, const std::function<void(DocumentNode&)>& edit)
{
    Plan plan;
    plan.text = text;
    plan.documentPath = path;
    plan.document = parseDocument(text, diagnostics);
    if (const DocumentNode* parameters = plan.document.find("parameters"))
        substituteParameters(plan.document, parameters, diagnostics);
    else
        substituteParameters(plan.document, nullptr, diagnostics);
    if (edit)
        edit(plan.document);
    Planner(plan, registry, services, diagnostics).run();
    diagnostics.sort();
    return plan;
}

std::string rejectTable(Verdict verdict, const std::string& pipeline)
{
    switch (verdict) {
    case Verdict::Late: return "late." + pipeline;
    case Verdict::DeadLetter: return "dead_letter." + pipeline;
    case Verdict::Quarantined: return "quarantine." + pipeline;
    default: return {};
    }
}

std::string replayedTable(const std::string& pipeline)
{
    return "replayed." + pipeline;
}

} // namespace sluice::runtime
