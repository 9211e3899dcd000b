// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/node_definition.h"

#include "engine/base/checksum.h"

#include <algorithm>

namespace sluice::runtime {
namespace {

void appendText(const DocumentNode& node, std::string& out)
{
    out += char('0' + int(node.kind));
    out += node.text + "\x1f";
    for (const DocumentNode& item : node.items)
        appendText(item, out);
    for (const DocumentNode::Entry& entry : node.entries) {
        out += entry.key + "\x1e";
        appendText(entry.value, out);
    }
}

// What the saved state holds of an input, in the input's order.
void appendColumns(const flow::StreamSchema& input, const flow::ColumnSet& read, std::string& out)
{
    out += input.isChangeStream ? "changes\x1f" : "rows\x1f";
    for (const auto& field : input.columns->fields()) {
        if (read.contains(field->name()))
            out += field->name() + "\x1e" + field->type()->ToString() + "\x1f";
    }
}

// As it stands in `input:`, the node under the given name.
std::string inputName(const Plan& plan, const PlannedNode& node, std::size_t input,
                      const std::string& name)
{
    const auto& branches = plan.nodes[node.inputs[input]].bound.branches;
    return branches.empty() ? name : name + "." + branches[node.branches[input]];
}

std::vector<std::string> wordsOf(const std::string& text)
{
    std::vector<std::string> out{{}};
    for (const char c : text) {
        if (c == ' ')
            out.emplace_back();
        else
            out.back() += c;
    }
    return out;
}

} // namespace

std::vector<std::string> plannerKeys(const flow::NodeKind& kind)
{
    std::vector<std::string> keys{"type", "input", "was"};
    if ((kind.category == flow::NodeCategory::Source || kind.category == flow::NodeCategory::Sink)
        && std::ranges::find(kind.options, "rate", &OptionSpec::name) == kind.options.end())
        keys.push_back("rate");
    return keys;
}

std::string nodeFingerprint(const Plan& plan, const PlannedNode& node, const DocumentNode& map)
{
    const DocumentNode* type = map.find("type");
    std::string text = (type ? type->text : std::string()) + "\x1f";
    if (node.bound.createSource) {
        text += node.bound.positionsOf;
        return std::to_string(fingerprint(text));
    }
    std::vector<std::string> skipped = plannerKeys(*node.kind);
    skipped.push_back("max_state"); // how much there may be says nothing of what there is
    for (const DocumentNode::Entry& entry : map.entries) {
        if (std::ranges::find(skipped, entry.key) != skipped.end())
            continue;
        text += entry.key + "\x1e";
        appendText(entry.value, text);
    }
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
        const PlannedNode& from = plan.nodes[node.inputs[input]];
        flow::ColumnSet read;
        if (node.bound.stateColumns)
            read = *node.bound.stateColumns;
        else if (node.bound.neededOfInput)
            read = node.bound.neededOfInput(node.neededOutput, input);
        else if (node.bound.neededInput)
            read = node.bound.neededInput(node.neededOutput);
        if (from.bound.output.columns)
            appendColumns(from.bound.output, read, text);
    }
    std::string out = std::to_string(fingerprint(text));
    if (node.bound.neededOfInput && node.inputs.size() > 1)
        for (std::size_t input = 0; input < node.inputs.size(); ++input)
            out += " " + inputName(plan, node, input, plan.nodes[node.inputs[input]].name);
    return out;
}

SavedState savedStateOf(const Plan& plan, const PlannedNode& node, const std::string& saved)
{
    if (saved == node.fingerprint)
        return SavedState::Fits;
    const std::vector<std::string> then = wordsOf(saved), now = wordsOf(node.fingerprint);
    if (then.front() != now.front() || (then.size() > 1 && then.size() != now.size()))
        return SavedState::OtherDefinition;
    for (std::size_t word = 1; word < then.size(); ++word) {
        const PlannedNode& from = plan.nodes[node.inputs[word - 1]];
        const std::string former
            = from.was.empty() ? now[word] : inputName(plan, node, word - 1, from.was);
        const bool isElsewhere = std::find(then.begin() + 1, then.end(), former) != then.end();
        if (then[word] != former && isElsewhere)
            return SavedState::InputsSwapped;
    }
    return SavedState::Fits;
}

std::string lineText(const DocumentNode& value)
{
    std::string out;
    if (value.isMap()) {
        for (const DocumentNode::Entry& entry : value.entries)
            out += (out.empty() ? "" : ", ") + entry.key + ": " + lineText(entry.value);
        return "{" + out + "}";
    }
    if (value.isSequence()) {
        for (const DocumentNode& item : value.items)
            out += (out.empty() ? "" : ", ") + lineText(item);
        return "[" + out + "]";
    }
    return value.text;
}

} // namespace sluice::runtime
