// SPDX-License-Identifier: Apache-2.0
#include "engine/base/document.h"

#include <algorithm>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace sluice {
namespace {

TextPosition positionOf(const YAML::Mark& mark)
{
    return {mark.line + 1, mark.column + 1};
}

// Builds the tree from parser events: YAML::Node would drop duplicate keys and key positions.
class TreeBuilder final : public YAML::EventHandler
{
public:
    TreeBuilder(DocumentNode& root, Diagnostics& diagnostics)
        : m_root(root)
        , m_diagnostics(diagnostics)
    {
    }

    void OnDocumentStart(const YAML::Mark&) override { }
    void OnDocumentEnd() override { }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override
    {
        DocumentNode node;
        node.at = positionOf(mark);
        place(std::move(node));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override
    {
        m_diagnostics.error(positionOf(mark), {}, "aliases (*name) are not supported",
                            "write the value out");
        DocumentNode node;
        node.at = positionOf(mark);
        place(std::move(node));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  const std::string& value) override
    {
        DocumentNode node;
        node.kind = DocumentNode::Kind::Scalar;
        node.at = positionOf(mark);
        node.text = value;
        node.isQuoted = tag == "!";
        if (!node.isQuoted && (value == "null" || value == "~" || value.empty()))
            node.kind = DocumentNode::Kind::Null;
        place(std::move(node));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override
    {
        open(mark, DocumentNode::Kind::Sequence);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override
    {
        open(mark, DocumentNode::Kind::Map);
    }
    void OnMapEnd() override { close(); }

private:
    struct Frame
    {
        DocumentNode node;
        bool hasKey = false;
        std::string key;
        TextPosition keyAt;
    };

    void open(const YAML::Mark& mark, DocumentNode::Kind kind)
    {
        Frame frame;
        frame.node.kind = kind;
        frame.node.at = positionOf(mark);
        m_open.push_back(std::move(frame));
    }

    void close()
    {
        DocumentNode done = std::move(m_open.back().node);
        m_open.pop_back();
        place(std::move(done));
    }

    void place(DocumentNode node)
    {
        if (m_open.empty()) {
            m_root = std::move(node);
            return;
        }
        Frame& parent = m_open.back();
        if (parent.node.isSequence()) {
            parent.node.items.push_back(std::move(node));
            return;
        }
        if (!parent.hasKey) {
            parent.hasKey = true;
            parent.key = node.text;
            parent.keyAt = node.at;
            return;
        }
        parent.hasKey = false;
        if (parent.node.find(parent.key))
            m_diagnostics.error(parent.keyAt, parent.key,
                                "the name \"" + parent.key + "\" stands here twice",
                                "rename or remove one of them");
        else
            parent.node.entries.push_back({parent.key, parent.keyAt, std::move(node)});
    }

    DocumentNode& m_root;
    Diagnostics& m_diagnostics;
    std::vector<Frame> m_open;
};

void substituteText(DocumentNode& node, const DocumentNode* parameters, Diagnostics& diagnostics)
{
    for (std::size_t from = node.text.find("${"); from != std::string::npos;
         from = node.text.find("${", from)) {
        const std::size_t end = node.text.find('}', from);
        if (end == std::string::npos)
            return;
        const std::string name = node.text.substr(from + 2, end - from - 2);
        const DocumentNode* value = parameters ? parameters->find(name) : nullptr;
        if (!value || !value->isScalar()) {
            std::vector<std::string> known;
            for (std::size_t i = 0; parameters && i < parameters->entries.size(); ++i)
                known.push_back(parameters->entries[i].key);
            diagnostics.error(node.at, "parameters", "there is no parameter \"" + name + "\"",
                              suggestionFor(name, known));
            return;
        }
        node.text.replace(from, end - from + 1, value->text);
        from += value->text.size();
    }
}

} // namespace

const DocumentNode* DocumentNode::find(std::string_view key) const
{
    const auto found = std::ranges::find(entries, key, &Entry::key);
    return found == entries.end() ? nullptr : &found->value;
}

DocumentNode parseDocument(std::string_view text, Diagnostics& diagnostics)
{
    DocumentNode root;
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        TreeBuilder builder(root, diagnostics);
        parser.HandleNextDocument(builder);
    } catch (const YAML::Exception& failure) {
        diagnostics.error(positionOf(failure.mark), {}, "syntax error: " + failure.msg);
    }
    return root;
}

void substituteParameters(DocumentNode& node, const DocumentNode* parameters,
                          Diagnostics& diagnostics)
{
    if (node.isScalar())
        substituteText(node, parameters, diagnostics);
    for (DocumentNode& item : node.items)
        substituteParameters(item, parameters, diagnostics);
    for (DocumentNode::Entry& entry : node.entries)
        substituteParameters(entry.value, parameters, diagnostics);
}

} // namespace sluice
