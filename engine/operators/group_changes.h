// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/base/result.h"
#include "engine/flow/change_stream.h"

#include <cstdint>
#include <memory>
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

    /// The results that were shown, as Arrow IPC; the caller saves the keys.
    Status save(ByteWriter& out) const;
    Status load(ByteReader& in);
    /// Notes a group as it was saved.
    void restore(const GroupChange& change) { m_changes.push_back(change); }

private:
    Result<arrow::ArrayVector> shown() const;

    const std::shared_ptr<arrow::Schema> m_schema;
    std::vector<GroupChange> m_changes;
    std::vector<arrow::ArrayVector> m_shown; // parts, one an add()
    std::int64_t m_shownRows = 0;
};

} // namespace sluice::operators
