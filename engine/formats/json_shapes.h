// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/raw_records.h"
#include "engine/formats/json_shape.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::formats {

/// The shapes that the records of a stream have, most used first. Where few records have any of
/// them, looking costs more than it saves: then it pauses and begins anew.
class JsonShapes
{
public:
    explicit JsonShapes(std::vector<ShapeReader> readers)
        : m_readers(std::move(readers))
    {
    }

    /// Looks at the records that come next.
    void begin(const RawRecords& raw);
    /// Sets all columns of a row if the record has a known shape.
    bool read(std::string_view record, std::size_t row);
    /// Sets all columns of the rows from `row` on for the records from i on, as long as many in a
    /// row have the most used shape; returns how many. Whatever comes next is for read().
    std::size_t readRun(const RawRecords& raw, std::size_t i, std::size_t row);
    /// Learns from a record that the parser has read without an error into the same row.
    void learn(std::string_view record, std::size_t row);

private:
    struct Known
    {
        JsonShape shape;
        std::uint64_t hits = 0;
    };

    std::vector<ShapeReader> m_readers;
    std::vector<Known> m_known;
    bool m_isUtf8 = false;     // all of the batch
    int m_credit = 0;          // what hits earn and misses cost
    int m_alike = 0;           // records in a row of the most used shape
    int m_lessons = 0;         // records that may yet be learned from in this batch
    std::uint32_t m_pause = 0; // records to pass over
};

} // namespace sluice::formats
