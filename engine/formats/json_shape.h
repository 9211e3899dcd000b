// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/raw_records.h"
#include "engine/formats/column_buffer.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::formats {

/// A flat column and the keys that lead to its value in a record.
struct ShapeReader
{
    std::vector<std::string> path;
    ColumnBuffer* column = nullptr;
};

/// The bytes that a JSON record has between its values, learned from one record: other records of a
/// stream mostly differ in their values alone. Such a record is read without parsing it.
///
/// Reads only what the parser would read to the same values, and leaves every doubt to it: other
/// bytes between the values, escapes, control characters, numbers that are long or not written as
/// JSON has them, values that do not fit. The caller checks that the bytes are UTF-8. A key cannot
/// stand twice in a record that has the bytes of a shape.
class JsonShape
{
public:
    /// Learns from a record that the parser has read without an error. Nothing if a column's value
    /// is no scalar in it, a list stands in it or a key stands twice.
    static std::optional<JsonShape> learn(std::string_view record,
                                          const std::vector<ShapeReader>& readers);

    /// Sets all columns of a row from a record, RawRecords::kPadding bytes behind which can be
    /// read. False if the parser must read it; the row then holds anything.
    bool read(std::string_view record, std::size_t row) const;

    /// The same for several records and the rows from one on; false if one of them must be parsed.
    /// All are read up to a value before the next value of any: where a value ends is known only
    /// when it has been looked at, and so none waits for another's.
    static constexpr std::size_t kTile = 16;
    bool readTile(std::span<const std::string_view, kTile> records, std::size_t row) const;

private:
    enum class Kind : std::uint8_t {
        SkipText, // nobody reads it: a text where it was learned, which it need not be
        SkipOther,
        Text,
        Int64,
        Int32,
        Integer, // narrower ones
        Real,
        Decimal,
        Millis, // a timestamp that is a number of milliseconds where it was learned
        Timestamp,
        Date,
        Bool
    };

    struct Step
    {
        std::uint32_t between = 0; // in m_bytes: what stands before the value
        std::uint32_t length = 0;
        Kind kind = Kind::SkipOther;
        bool isDeep = false; // below the top level, where the parser's rules are narrower
        ColumnBuffer* column = nullptr;
        std::int64_t factor = 1; // Int64, Millis: what the number is multiplied by
        std::int64_t limit = 0;  // Decimal: 10^precision
        int scale = 0;
    };
    friend class ShapeLearner;

    // Of the records of a tile: how far each is read, and its end.
    struct Places
    {
        std::array<const char*, kTile> at, end;
    };

    // The place behind what must stand before the step's value; null if it does not.
    const char* passBetween(const Step& step, const char* at, const char* end) const;
    template <Kind kind>
    static const char* readValue(const Step& step, const char* at, const char* end,
                                 std::size_t row);
    template <Kind kind> bool readStep(const Step& step, Places& places, std::size_t row) const;
    static const char* readRare(const Step& step, const char* at, const char* end, std::size_t row);
    static const char* readText(const Step& step, const char* at, const char* end, std::size_t row);
    static const char* readInteger(const Step& step, const char* at, std::size_t row);
    static const char* readDecimal(const Step& step, const char* at, std::size_t row);
    static const char* readReal(const Step& step, const char* at, std::size_t row);
    static const char* readTime(const Step& step, const char* at, const char* end, std::size_t row);
    static const char* readBool(const Step& step, const char* at, std::size_t row);

    std::vector<Step> m_steps; // the last one has no value: what stands behind all of them
    std::string m_bytes;       // padded, so that a whole vector can be loaded anywhere
    std::vector<ColumnBuffer*> m_missing;
};

} // namespace sluice::formats
