// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/columns/batch.h"

#include <cstdint>
#include <vector>

namespace sluice::operators {

/// Rows that wait in a node for something outside, each with a time to wait until, and with their
/// raw records, so that they can still be rejected. One thread.
class HeldRows
{
public:
    struct Part
    {
        Batch rows;
        WallTime until;
    };

    /// Keeps rows; of their raw records only those of these rows.
    void add(const Batch& rows, WallTime until);
    /// Takes everything out, oldest first.
    std::vector<Part> takeAll();

    std::int64_t rows() const { return m_rows; }
    std::int64_t bytes() const;
    /// The earliest time that a row waits until; the end of time if there is none.
    WallTime firstUntil() const;

    bool hasChanged() const { return m_hasChanged; }
    /// Writes all rows; load puts them in the place of what is there.
    Status save(ByteWriter& out);
    Status load(ByteReader& in);

private:
    std::vector<Part> m_parts;
    std::int64_t m_rows = 0;
    bool m_hasChanged = false; // since the last save
};

} // namespace sluice::operators
