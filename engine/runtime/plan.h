// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/diagnostic.h"
#include "engine/base/document.h"
#include "engine/flow/node_registry.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace sluice::runtime {

/// One node of a checked document.
struct PlannedNode
{
    std::string name;
    const flow::NodeKind* kind = nullptr; // null: an implicit reject sink
    TextPosition at;
    std::vector<std::size_t> inputs;   // indexes into Plan::nodes, in the order of `input:`
    std::vector<std::size_t> branches; // of each input: which of its branches is read
    flow::BoundNode bound;
    flow::ColumnSet neededOutput; // columns that somebody below reads
    double rate = 0;              // rows/s of a source or sink at most, 0 = no limit
    std::string was;              // its former name in `was:`, or ""
    std::string fingerprint;      // the same keeps state or position; see node_definition.h
    int depth = 0;                // longest way from a source
};

/// A document that was checked and can be run: nodes in an order in which inputs come first.
struct Plan
{
    std::string pipeline;
    std::string description;
    std::string documentPath;
    std::string text;
    DocumentNode document;
    Micros epochLength{std::chrono::seconds(1)};
    std::vector<PlannedNode> nodes;
    std::map<std::string, std::pair<double, double>> canvas; // node -> position

    const PlannedNode* find(const std::string& name) const;
};

/// Checks a document against the node kinds. All findings go to diagnostics; with errors the plan
/// is good for looking at, not for running. text and path are kept in the plan. edit changes the
/// document, with its parameters put in, before it is checked; may be empty.
Plan planPipeline(const std::string& text, const std::string& path,
                  const flow::NodeRegistry& registry, const flow::Services& services,
                  Diagnostics& diagnostics, const std::function<void(DocumentNode&)>& edit = {});

/// The table that rows of a verdict of a pipeline go to: "late.orders"; "" for counted verdicts.
std::string rejectTable(Verdict verdict, const std::string& pipeline);
/// The table of rejects of a pipeline that were tried again: "replayed.orders".
std::string replayedTable(const std::string& pipeline);

} // namespace sluice::runtime
