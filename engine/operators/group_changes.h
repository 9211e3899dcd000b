// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/base/result.h"
#include "engine/flow/change_stream.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <arrow/record_batch.h>

namespace sluice::operators {

/// What became of a group between two emissions.
struct GroupChange
{
    std::uint32_t key = 0;
    std::int64_t before = -1; // its row among the results that were shown; -1 = none was
    bool isThere = false;     // it still has rows
};

/// The groups that changed since the last emission, and the results that were shown of them before.
/// One thread.
class GroupChanges
{
public:
    /// schema: that of the aggregates' results.
    explicit GroupChanges(std::shared_ptr<arrow::Schema> schema)
        : m_schema(std::move(schema))
    {
    }

    /// Notes groups that change from now on. results: a row for each of those that were shown.
    void add(const std::vector<std::uint32_t>& keys, const std::vector<std::uint8_t>& wasShown,
             arrow::ArrayVector results);
    const std::vector<GroupChange>& changes() const { return m_changes; }
    bool empty() const { return m_changes.empty(); }
    void clear();

    /// Makes the rows of a change stream; a group whose results are as they were shown has none.
    /// keys: columns with a row for each change. after: results with a row for each change that
    /// isThere. times: of each change; gives those of the rows.
    Result<std::shared_ptr<arrow::RecordBatch>> stream(const std::vector<GroupChange>& changes,
                                                       const arrow::ArrayVector& keys,
                                                       const arrow::ArrayVector& after,
                                                       const std::shared_ptr<arrow::Schema>& output,
                                                       std::vector<std::int64_t>& times) const;

    /// Those that a save has: all, or, if it may go on where the last one ended and nothing was
    /// emitted since, those that came.
    std::span<const GroupChange> unsaved(bool isWhole) const
    {
        return std::span(m_changes).subspan(isWhole ? 0 : m_saved.changes);
    }
    /// Whether it goes on (u8), and the results that were shown of those, as Arrow IPC; the caller
    /// saves their keys.
    Status save(ByteWriter& out, bool isWhole);
    /// goesOn: what is read comes on top of what is there. Else it takes its place.
    Status load(ByteReader& in, bool goesOn);
    /// Notes a group as it was saved, after load().
    void restore(const GroupChange& change)
    {
        m_changes.push_back(change);
        m_saved.changes = m_changes.size();
    }

private:
    struct Extent // of what the last save has
    {
        std::size_t changes = 0, parts = 0;
        std::int64_t rows = 0;
    };
    Result<arrow::ArrayVector> shown(std::size_t fromPart = 0) const;

    const std::shared_ptr<arrow::Schema> m_schema;
    std::vector<GroupChange> m_changes;
    std::vector<arrow::ArrayVector> m_shown; // parts, one an add()
    std::int64_t m_shownRows = 0;
    Extent m_saved;
};

} // namespace sluice::operators
