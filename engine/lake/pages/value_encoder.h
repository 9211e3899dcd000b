// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <parquet/column_page.h>
#include <parquet/statistics.h>
#include <parquet/types.h>

namespace sluice::lake {

/// Turns the values of one flat column into the bytes of Parquet pages, one page after the other.
/// Nulls are left out; the column keeps them as levels. Encodings by the Parquet format's
/// Encodings.md. One thread. Throws what the Parquet library throws, as its writers do.
class ValueEncoder
{
public:
    virtual ~ValueEncoder() = default;

    /// Adds the values of `rows` rows of an array. Returns how many rows were taken: fewer than
    /// given if the page is full and must be taken first, or if a dictionary is, and then the
    /// successor goes on.
    virtual std::int64_t append(const arrow::Array& values, std::int64_t from, std::int64_t rows)
        = 0;

    /// Returns about how large the page is by now, in bytes.
    virtual std::int64_t pageBytes() const = 0;
    virtual parquet::Encoding::type encoding() const = 0;
    /// Returns the values since the last page, encoded, and begins the next. Valid until the next
    /// append().
    virtual std::shared_ptr<arrow::Buffer> takePage() = 0;
    /// Whether pages are to be compressed in any case. What is packed to bits may not shrink.
    virtual bool isCompressible() const = 0;

    /// Returns the dictionary that all pages refer to; null if they hold the values.
    virtual std::unique_ptr<parquet::DictionaryPage> dictionary() { return nullptr; }
    /// Returns what goes on once a dictionary is full; null as long as it is not.
    virtual std::unique_ptr<ValueEncoder> successor() { return nullptr; }

    /// Returns the least and the greatest value since the beginning; none if they are not wanted or
    /// there is no value.
    virtual parquet::EncodedStatistics bounds() const = 0;
};

} // namespace sluice::lake
