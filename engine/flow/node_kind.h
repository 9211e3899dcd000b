// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/options.h"
#include "engine/flow/operator.h"
#include "engine/flow/services.h"
#include "engine/flow/sink.h"
#include "engine/flow/source.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <arrow/type.h>

namespace sluice::flow {

enum class NodeCategory { Source, Transform, Quality, Join, Window, Sink };

const char* nodeCategoryName(NodeCategory category);

/// What flows along an edge.
struct StreamSchema
{
    std::shared_ptr<arrow::Schema> columns;
    bool hasEventTime = false;
    bool hasRaw = false;         // rows still know the raw record they came from
    bool isChangeStream = false; // corrects itself; see engine/flow/change_stream.h
};

/// A rule that a node checks on every row; for the quality page and its counters.
struct RuleDescription
{
    std::string name;
    std::string check;
    std::string onFail; // warn | drop | quarantine | fail
};

/// Pass and fail counts of one rule, shared by the node that counts and the console.
struct RuleCounters
{
    std::atomic<std::uint64_t> passed{0}, failed{0};
};

/// What becomes of a record in a node that it had passed once and passes again, on its way back to
/// the node below that had turned it away.
enum class Repeat {
    Runs,       // it is worked on again; nothing of it was kept
    PassedOver, // it goes through as it is: the node would know it again
    Refused     // one record became several rows, and only some of them are wanted
};

using ColumnSet = std::set<std::string>;

/// Everything a factory needs when a run starts.
struct CreateContext
{
    std::string pipeline;
    std::string node;
    std::string stateFolder; // the pipeline's own folder, for spool files
    const Services* services = nullptr;
    ColumnSet neededColumns; // columns of the output that somebody downstream reads
    std::vector<std::shared_ptr<RuleCounters>> rules; // one per BoundNode::rules
};

/// A node of a checked document: what it makes of its inputs, and how to start it.
struct BoundNode
{
    StreamSchema output; // sinks: empty
    std::string summary; // "Window, 1 min": second line on the canvas
    std::string target;  // sinks: table or topic
    std::string layer;   // sinks: "bronze", "silver", "gold" or ""
    std::vector<RuleDescription> rules;
    std::vector<std::string>
        branches;              // named outputs, each of the output's schema; read as NODE.NAME
    std::set<Verdict> rejects; // Late, DeadLetter, Quarantined: which tables it can write to
    Repeat repeat = Repeat::Runs;

    /// Returns which columns of the inputs are read, given which of the output are.
    std::function<ColumnSet(const ColumnSet& neededOutput)> neededInput;
    /// The same for one input (0 = first of `input:`), when the inputs differ in their columns;
    /// then neededInput is not asked.
    std::function<ColumnSet(const ColumnSet& neededOutput, std::size_t input)> neededOfInput;

    /// Columns of the inputs that saved state depends on; unset = all that are read. A node whose
    /// state holds only keys names them, so that its state outlives a new column downstream.
    std::optional<ColumnSet> stateColumns;
    /// Sources: what the positions count in ("prod, topic orders"); a document that names another
    /// stream starts it anew. "" = positions say it themselves.
    std::string positionsOf;
    /// Nodes with several inputs: the sources behind them do not run further ahead of the slowest
    /// in event time than this.
    std::optional<Micros> maxDrift;
    /// Sinks into tables: the columns asked of the table; null for others.
    std::shared_ptr<arrow::Schema> tableColumns;

    // Exactly one is set, after the category of the kind.
    std::function<Result<std::unique_ptr<Source>>(const CreateContext&)> createSource;
    std::function<Result<std::unique_ptr<Operator>>(const CreateContext&)> createOperator;
    std::function<Result<std::unique_ptr<Sink>>(const CreateContext&)> createSink;
};

/// What a kind sees when a document is checked. Report every finding, do not stop at the first.
struct BindContext
{
    std::string node;        // name in the document
    const DocumentNode& map; // the node's map
    const Options& options;  // checked against NodeKind::options
    std::vector<StreamSchema> inputs;
    std::vector<std::string> inputNames;
    const Services& services;
    Diagnostics& diagnostics;

    /// Reports a finding about an option ("aggregates.revenue").
    void error(const std::string& option, TextPosition at, std::string message,
               std::string suggestion = {}) const
    {
        diagnostics.error(at, option.empty() ? node : node + "." + option, std::move(message),
                          std::move(suggestion));
    }
};

/// Describes a node type, once: reader, errors, forms, palette, help come from it.
struct NodeKind
{
    std::string name;  // "window_aggregate": the word in documents, files, metrics
    std::string title; // "Window aggregate"
    std::string help;  // one or two sentences
    NodeCategory category = NodeCategory::Transform;
    int minInputs = 1;
    int maxInputs = 1; // -1 = any number
    std::vector<OptionSpec> options;

    /// Checks a node and returns what it makes; nullptr-like BoundNode (no factory) after errors,
    /// but with as good an output schema as is known, so that nodes below are checked too.
    std::function<BoundNode(const BindContext&)> bind;
};

/// Returns the names of a schema's columns.
std::vector<std::string> columnNames(const arrow::Schema& schema);
ColumnSet allColumns(const arrow::Schema& schema);

} // namespace sluice::flow
