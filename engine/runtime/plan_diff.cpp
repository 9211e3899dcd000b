// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/plan_diff.h"

#include "engine/runtime/node_definition.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

namespace sluice::runtime {
namespace {

const DocumentNode& mapOf(const Plan& plan, const std::string& node)
{
    return *plan.document.find("nodes")->find(node);
}

bool hasSaved(const Manifest& saved, const std::string& name)
{
    return saved.positions.contains(name) || savedStateBytes(saved, name) > 0;
}

// Compares two plans; one instance, one comparison.
class Comparison
{
public:
    Comparison(const Plan& before, const Plan& after, const Manifest* saved)
        : m_before(before)
        , m_after(after)
        , m_saved(saved)
    {
    }

    std::vector<NodeDifference> run()
    {
        // Inputs come before their readers, so what happens above a node is known when it is met.
        for (const PlannedNode& node : m_after.nodes)
            m_out.push_back(compare(node));
        for (const PlannedNode& node : m_before.nodes) {
            if (!m_followed.contains(node.name))
                m_out.push_back(removed(node));
        }
        return std::move(m_out);
    }

private:
    NodeDifference compare(const PlannedNode& node);
    NodeDifference removed(const PlannedNode& node) const;
    const PlannedNode* formerOf(const PlannedNode& node) const;
    void compareOptions(const PlannedNode& former, const PlannedNode& node, NodeDifference& out);
    void compareInputs(const PlannedNode& former, const PlannedNode& node, NodeDifference& out);
    void setFate(const PlannedNode& node, NodeDifference& out) const;

    const Plan& m_before;
    const Plan& m_after;
    const Manifest* m_saved;
    std::set<std::string> m_followed;             // nodes of before that go on
    std::map<std::string, std::string> m_newName; // of nodes of before
    std::vector<NodeDifference> m_out;
};

const PlannedNode* Comparison::formerOf(const PlannedNode& node) const
{
    if (const PlannedNode* same = m_before.find(node.name))
        return same;
    return node.was.empty() ? nullptr : m_before.find(node.was);
}

NodeDifference Comparison::compare(const PlannedNode& node)
{
    NodeDifference out;
    out.name = node.name;
    out.type = mapOf(m_after, node.name).find("type")->text;
    const PlannedNode* former = formerOf(node);
    if (!former) {
        out.change = NodeChange::Added;
        if (!node.was.empty())
            out.details.push_back("there was no node \"" + node.was + "\"");
    } else {
        m_followed.insert(former->name);
        m_newName[former->name] = node.name;
        if (former->name != node.name)
            out.was = former->name;
        compareOptions(*former, node, out);
        compareInputs(*former, node, out);
    }
    setFate(node, out);
    return out;
}

void Comparison::compareOptions(const PlannedNode& former, const PlannedNode& node,
                                NodeDifference& out)
{
    const DocumentNode& before = mapOf(m_before, former.name);
    const DocumentNode& after = mapOf(m_after, node.name);
    const auto differs = [&](const std::string& key) {
        const DocumentNode* one = before.find(key);
        const DocumentNode* two = after.find(key);
        const std::string from = one ? lineText(*one) : "(unset)";
        const std::string to = two ? lineText(*two) : "(unset)";
        if (from != to)
            out.details.push_back(key + ": " + from + " -> " + to);
        return from != to;
    };
    std::vector<std::string> keys{"type"};
    for (const DocumentNode* map : {&after, &before}) {
        for (const DocumentNode::Entry& entry : map->entries) {
            if (entry.key != "input" && entry.key != "was"
                && std::ranges::find(keys, entry.key) == keys.end())
                keys.push_back(entry.key);
        }
    }
    for (const std::string& key : keys) {
        if (differs(key))
            out.change = NodeChange::Changed;
    }
}

void Comparison::compareInputs(const PlannedNode& former, const PlannedNode& node,
                               NodeDifference& out)
{
    std::vector<std::string> before, after;
    for (const std::size_t input : former.inputs) {
        const std::string& name = m_before.nodes[input].name;
        const auto renamed = m_newName.find(name);
        before.push_back(renamed == m_newName.end() ? name : renamed->second);
    }
    for (const std::size_t input : node.inputs)
        after.push_back(m_after.nodes[input].name);
    const auto raise = [&] {
        if (out.change == NodeChange::Unchanged)
            out.change = NodeChange::InputChanged;
    };
    if (before != after) {
        const auto text = [](const std::vector<std::string>& names) {
            std::string joined;
            for (const std::string& name : names)
                joined += (joined.empty() ? "" : ", ") + name;
            return joined;
        };
        out.details.push_back("input: " + text(before) + " -> " + text(after));
        raise();
    }
    for (const std::string& input : after) {
        const auto above = std::ranges::find(m_out, input, &NodeDifference::name);
        if (above->change == NodeChange::Unchanged)
            continue;
        const bool isDirect = above->change != NodeChange::InputChanged;
        out.details.push_back("reads " + input + ", "
                              + (isDirect ? std::string("which is ") + nodeChangeName(above->change)
                                          : std::string("whose input is changed")));
        raise();
    }
}

void Comparison::setFate(const PlannedNode& node, NodeDifference& out) const
{
    const std::string name = m_saved ? savedName(node, *m_saved) : std::string();
    if (name.empty() || !hasSaved(*m_saved, name))
        return;
    out.savedBytes = savedStateBytes(*m_saved, name);
    const auto fingerprint = m_saved->fingerprints.find(name);
    const SavedState state = fingerprint == m_saved->fingerprints.end()
        ? SavedState::OtherDefinition
        : savedStateOf(m_after, node, fingerprint->second);
    out.fate = state == SavedState::Fits ? SavedFate::Kept : SavedFate::Anew;
    if (!node.bound.createOperator || out.change != NodeChange::InputChanged)
        return;
    if (state == SavedState::InputsSwapped)
        out.details.push_back("its inputs have changed places");
    else if (state == SavedState::OtherDefinition)
        out.details.push_back("the columns that its state is made of have changed");
}

NodeDifference Comparison::removed(const PlannedNode& node) const
{
    NodeDifference out;
    out.name = node.name;
    out.type = mapOf(m_before, node.name).find("type")->text;
    out.change = NodeChange::Removed;
    if (m_saved && hasSaved(*m_saved, node.name)) {
        out.fate = SavedFate::Gone;
        out.savedBytes = savedStateBytes(*m_saved, node.name);
    }
    return out;
}

} // namespace

std::vector<NodeDifference> comparePlans(const Plan& before, const Plan& after,
                                         const Manifest* saved)
{
    return Comparison(before, after, saved).run();
}

std::string savedName(const PlannedNode& node, const Manifest& saved)
{
    for (const std::string& name : {node.name, node.was}) {
        if (!name.empty() && saved.fingerprints.contains(name))
            return name;
    }
    return {};
}

std::uint64_t savedStateBytes(const Manifest& saved, const std::string& name)
{
    const auto state = saved.state.find(name);
    if (state == saved.state.end())
        return 0;
    return std::accumulate(state->second.begin(), state->second.end(), std::uint64_t(0),
                           [](std::uint64_t sum, const StateSegment& segment) {
                               return sum + segment.length;
                           });
}

const char* nodeChangeName(NodeChange change)
{
    static constexpr std::array kNames{"unchanged", "input changed", "changed", "added", "removed"};
    return kNames[std::size_t(change)];
}

const char* savedFateName(SavedFate fate)
{
    static constexpr std::array kNames{"", "kept", "anew", "gone"};
    return kNames[std::size_t(fate)];
}

} // namespace sluice::runtime
