// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/columns/batch.h"
#include "engine/columns/raw_records.h"
#include "engine/formats/record_schema.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace sluice::formats {

/// A record that could not be read, and why.
struct BadRecord
{
    std::uint32_t index = 0; // in RawRecords
    std::string reason;      // "amount: expected decimal(12,2), found string \"abc\""
};

/// What became of a run of records.
struct DecodedRecords
{
    std::shared_ptr<arrow::RecordBatch> columns;
    std::vector<std::uint32_t> rows; // row -> record; empty: row i is record i
    std::vector<BadRecord> bad;
};

/// Turns raw records into typed columns. Keeps buffers and what it learned of the records' shape;
/// one thread at a time. A record that does not decode is in `bad`; the next is read as if nothing
/// had happened.
class RecordDecoder
{
public:
    virtual ~RecordDecoder() = default;
    virtual Result<DecodedRecords> decode(const RawRecords& raw) = 0;
    /// The columns that decode() makes, in their order.
    const std::shared_ptr<arrow::Schema>& schema() const { return m_schema; }

protected:
    std::shared_ptr<arrow::Schema> m_schema;
};

/// Makes the decoder of a layout for the columns that are needed (others are not parsed).
std::unique_ptr<RecordDecoder> makeDecoder(const RecordLayout& layout,
                                           const std::set<std::string>& needed);

} // namespace sluice::formats
