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
    return std::to_string(fingerprint(text));
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
