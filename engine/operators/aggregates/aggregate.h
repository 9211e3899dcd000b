// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/base/result.h"
#include "engine/flow/operator.h"

#include <cstdint>
#include <memory>
#include <span>

#include <arrow/array.h>

namespace sluice::operators {

/// The rows of one batch that one aggregate takes, and the cell that each goes to. count <= number
/// of rows of the batch; rows counts in the batch and ascends.
struct AggregateRows
{
    const arrow::Array* values = nullptr; // of the whole batch; null for count(*)
    const std::int64_t* times = nullptr;  // event time of each row of the batch; may be null
    const std::uint32_t* rows = nullptr;  // null: row i is i
    const std::uint32_t* cells = nullptr; // cell of the i-th row taken
    std::size_t count = 0;

    std::uint32_t row(std::size_t i) const { return rows ? rows[i] : std::uint32_t(i); }
};

/// How well rows or cells can be taken out of a cell again.
enum class Inverse {
    None,    // not at all: what a minimum was before is not known
    Rounded, // but for rounding: sums of reals
    Exact,
};

using Cells = std::span<const std::uint32_t>;

/// A column of accumulators ("cells") of one aggregate; who uses it says what a cell stands for: a
/// group, a (slice, key), a session. Works on whole batches: a virtual call a batch, none a row.
/// Null values do not count, as in SQL. One thread.
class Aggregate
{
public:
    virtual ~Aggregate() = default;

    /// Makes room for cells [0, count); new ones are empty.
    virtual void resize(std::size_t count) = 0;
    /// Makes cells empty again and gives their memory back.
    virtual void clear(Cells cells) = 0;

    virtual void add(const AggregateRows& rows) = 0;
    /// Adds what cell from[i] holds to cell into[i]; in order. from stays as it is.
    virtual void merge(Cells from, Cells into) = 0;

    virtual Inverse inverse() const { return Inverse::None; }
    /// Takes rows out again that were added before. Not for Inverse::None.
    virtual void deduct(const AggregateRows&) { }
    /// Takes what cell from[i] holds out of cell into[i]. Not for Inverse::None.
    virtual void deduct(Cells, Cells) { }

    /// Returns the results of some cells.
    virtual Result<std::shared_ptr<arrow::Array>> results(Cells cells) const = 0;

    /// Writes cells. Changes: what a cell has that it had not when it was last saved, as far as the
    /// aggregate knows; else all of it.
    virtual void save(Cells cells, ByteWriter& out, flow::SaveKind kind) = 0;
    /// Reads what save wrote for as many cells. Changes are added to what the cells hold.
    virtual void load(Cells cells, ByteReader& in, flow::SaveKind kind) = 0;

    /// Returns the memory it holds, to within what one batch may have added.
    virtual std::size_t bytes() const = 0;
};

} // namespace sluice::operators
