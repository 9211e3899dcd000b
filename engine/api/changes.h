// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::api {

/// What a document would change, node by node, against the one in effect.
struct NodeChangeInfo
{
    std::string name, was, type;
    std::string change; // unchanged | input changed | changed | added | removed
    std::string saved;  // of its state or position: kept | anew | gone, "" = nothing is saved
    std::uint64_t savedBytes = 0;     // of state
    std::vector<std::string> details; // "window: {tumbling: 1m} -> {tumbling: 5m}"
};

/// A table that the document writes, against what stands in the lake.
struct TableChangeInfo
{
    std::string node, table;
    std::string change;               // unchanged | new | columns added | columns left out
    std::vector<std::string> columns; // the added ones with their types, the left out ones
};

struct DocumentChanges
{
    std::string pipeline;
    bool isNew = false;     // nothing of this pipeline is there yet
    std::int64_t epoch = 0; // the newest committed, whose state is meant
    bool isValid = false;
    std::vector<std::string> findings; // "file:line:column: ...", errors and warnings
    std::vector<NodeChangeInfo> nodes;
    std::vector<TableChangeInfo> tables;
    std::int64_t rebuildRows = -1; // records that a rebuild would read; -1 = none is asked for

    /// Whether nothing at all changes.
    bool isSame() const;
    /// Whether saved state or a position would be lost.
    bool losesState() const;
};

/// What a rebuild would read and make.
struct RebuildInfo
{
    std::vector<std::string> nodes;  // whose state and tables are made anew
    std::vector<std::string> tables; // of those
    std::int64_t rows = 0;           // records that bronze keeps, about
};

/// Tells what rebuilding nodes would do, with all that is below them; "all" stands for the nodes
/// that are new or changed, or whose state cannot be kept. Errors: a node that is not there, a
/// source whose records no bronze table keeps, nothing to rebuild.
Result<RebuildInfo> planRebuild(const std::string& text, const std::string& path,
                                const std::string& workspace,
                                const std::vector<std::string>& nodes);

/// Compares a document with the version of its pipeline that is in effect in a workspace: the one
/// that made the newest state, else the newest that was deployed. Reads only; works beside a
/// process that runs the pipeline.
Result<DocumentChanges> compareDocument(const std::string& text, const std::string& path,
                                        const std::string& workspace);

} // namespace sluice::api
