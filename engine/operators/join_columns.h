// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/batch.h"
#include "engine/flow/node_kind.h"
#include "engine/state/key_codec.h"
#include "engine/state/keyed_rows.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::operators {

enum class JoinSide : std::size_t { Left = 0, Right = 1 };

/// Which rows without a partner a join emits.
enum class JoinKind { Inner, Left, Full };

/// A column of a joined row, and the column of each side that it comes from ("" = none). A key of
/// the same name on both sides is one column: the left one's value, or the right one's if the left
/// row is missing.
struct JoinedColumn
{
    std::string name;
    std::array<std::string, 2> from;
    std::shared_ptr<arrow::DataType> type;
};

/// What two inputs are joined on and what a joined row looks like; the part of a join that a
/// document's reader and every kind of join have in common.
struct JoinColumns
{
    std::array<std::vector<std::string>, 2> keys; // pairwise equal
    std::vector<JoinedColumn> columns;
    std::array<arrow::FieldVector, 2> keyFields;
    std::array<std::shared_ptr<arrow::Schema>, 2> inputs;

    /// Returns the columns of one input that are read, given those of the output that are.
    flow::ColumnSet neededOf(std::size_t side, const flow::ColumnSet& output) const;
    /// Leaves only the columns of the output that somebody reads.
    JoinColumns reducedTo(const flow::ColumnSet& output) const;
    /// Returns what a side keeps of its rows: needed columns in the order of its input.
    std::vector<std::string> keptOf(std::size_t side) const;
};

/// The options that every join has: on, left_columns, right_columns, right_prefix.
std::vector<OptionSpec> joinOptions();
/// The option that says which rows without a partner are emitted.
OptionSpec joinKindOption();
JoinKind readJoinKind(const Options& options);

/// Reads these options against the two inputs of a node and reports every finding; nullopt when the
/// join cannot be made. alsoOn: further keys, of the same name on both sides.
std::optional<JoinColumns> readJoinColumns(const flow::BindContext& context,
                                           const std::vector<std::string>& alsoOn = {});
/// Reports inputs that are change streams, and such without event time if it is needed. The right
/// one may be a change stream if the join takes it for a history; its change column is not joined.
void checkJoinInputs(const flow::BindContext& context, bool needsEventTime,
                     bool isRightHistory = false);

/// Whether columns of two types can be compared as keys.
bool canMatch(const arrow::DataType& left, const arrow::DataType& right);

/// Returns the columns of a batch that a side keeps, with its event times (zeros if there are none)
/// as state::kRowTimeColumn.
Result<std::shared_ptr<arrow::RecordBatch>> rowsToKeep(const Batch& batch,
                                                       const std::vector<std::string>& names);

/// Puts rows of both sides beside one another: row i of the result is leftIds[i] and rightIds[i],
/// one of which may be kNoRow. Its event time is the later of the two.
Result<Batch> joinRows(const JoinColumns& join, const state::RowStore& left,
                       std::span<const state::RowId> leftIds, const state::RowStore& right,
                       std::span<const state::RowId> rightIds);

} // namespace sluice::operators
