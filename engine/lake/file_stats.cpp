// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/file_stats.h"

#include "engine/base/json_writer.h"
#include "engine/base/time.h"
#include "engine/columns/decimal_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <variant>

#include <arrow/array.h>
#include <arrow/util/decimal.h>
#include <parquet/statistics.h>
#include <simdjson.h>

namespace sluice::lake {
namespace {

constexpr int kIndexedColumns = 32;       // delta.dataSkippingNumIndexedCols
constexpr std::size_t kPrefixPoints = 32; // Spark's STRING prefix length
constexpr std::size_t kLongestBound = 64; // and its limit of expansion

// A bound in the physical type of its Parquet column.
using Bound = std::variant<std::monostate, std::int64_t, double, std::string, arrow::Decimal128>;

struct Bounds
{
    Bound min, max;
    std::int64_t nulls = 0;
    bool hasNulls = true;  // every row group told its nulls
    bool hasBounds = true; // every row group with values told its bounds
};

template <class DType, class Value>
std::pair<Bound, Bound> typedBounds(const parquet::Statistics& statistics)
{
    const auto& typed = static_cast<const parquet::TypedStatistics<DType>&>(statistics);
    return {Bound(Value(typed.min())), Bound(Value(typed.max()))};
}

std::string bytesText(const parquet::ByteArray& value)
{
    return {reinterpret_cast<const char*>(value.ptr), value.len};
}

std::optional<std::pair<Bound, Bound>> boundsOf(const parquet::Statistics& statistics)
{
    switch (statistics.physical_type()) {
    case parquet::Type::INT32: return typedBounds<parquet::Int32Type, std::int64_t>(statistics);
    case parquet::Type::INT64: return typedBounds<parquet::Int64Type, std::int64_t>(statistics);
    case parquet::Type::FLOAT: return typedBounds<parquet::FloatType, double>(statistics);
    case parquet::Type::DOUBLE: return typedBounds<parquet::DoubleType, double>(statistics);
    case parquet::Type::BYTE_ARRAY: {
        const auto& typed = static_cast<const parquet::ByteArrayStatistics&>(statistics);
        return std::pair(Bound(bytesText(typed.min())), Bound(bytesText(typed.max())));
    }
    case parquet::Type::FIXED_LEN_BYTE_ARRAY: {
        const auto& typed = static_cast<const parquet::FLBAStatistics&>(statistics);
        const std::int32_t length = statistics.descr()->type_length();
        const auto min = arrow::Decimal128::FromBigEndian(typed.min().ptr, length);
        const auto max = arrow::Decimal128::FromBigEndian(typed.max().ptr, length);
        if (!min.ok() || !max.ok())
            return std::nullopt;
        return std::pair(Bound(*min), Bound(*max));
    }
    default: return std::nullopt;
    }
}

Bounds columnBounds(const parquet::FileMetaData& file, int column)
{
    Bounds out;
    for (int group = 0; group < file.num_row_groups(); ++group) {
        const auto chunk = file.RowGroup(group)->ColumnChunk(column);
        const auto statistics = chunk->is_stats_set() ? chunk->statistics() : nullptr;
        if (!statistics) {
            out.hasNulls = out.hasBounds = false;
            continue;
        }
        out.hasNulls = out.hasNulls && statistics->HasNullCount();
        out.nulls += statistics->HasNullCount() ? statistics->null_count() : 0;
        if (statistics->num_values() == 0 && statistics->HasNullCount())
            continue; // nothing but nulls: the other groups decide
        const auto bounds = statistics->HasMinMax() ? boundsOf(*statistics) : std::nullopt;
        if (!bounds) {
            out.hasBounds = false;
            continue;
        }
        if (out.min.index() == 0 || bounds->first < out.min)
            out.min = bounds->first;
        if (out.max.index() == 0 || out.max < bounds->second)
            out.max = bounds->second;
    }
    out.hasBounds = out.hasBounds && out.min.index() != 0;
    return out;
}

std::int64_t floorTo(std::int64_t value, std::int64_t unit)
{
    return value - ((value % unit) + unit) % unit;
}

std::string quotedJson(std::string_view text)
{
    std::string out;
    appendJsonString(out, text);
    return out;
}

// Returns the shortest number that reads back as the same value.
template <class Real> std::string realText(Real value)
{
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    std::string out(text.data(), end);
    if (out.find_first_of(".e") == std::string::npos)
        out += ".0"; // so that nobody takes it for an integer
    return out;
}

// Dates outside the four-digit years are no dates for other readers.
bool isWritableTime(std::int64_t us)
{
    return us >= -62'135'596'800'000'000 && us <= 253'402'300'799'999'999;
}

std::optional<std::string> timeText(std::int64_t us, std::size_t length)
{
    if (!isWritableTime(us))
        return std::nullopt;
    return quotedJson(timestampText(floorTo(us, 1000)).substr(0, length));
}

std::optional<std::string> realBoundText(double value, bool isFloat, bool isMax)
{
    if (!std::isfinite(value))
        return std::nullopt;
    if (value == 0)
        return isMax ? "0.0" : "-0.0"; // either zero may be in the file, they are equal
    return isFloat ? realText(float(value)) : realText(value);
}

std::optional<std::string> textBound(const std::string& value, bool isMax)
{
    if (!simdjson::validate_utf8(value.data(), value.size()))
        return std::nullopt;
    const auto bound = isMax ? upperBoundText(value) : lowerBoundText(value);
    return bound ? std::optional<std::string>(quotedJson(*bound)) : std::nullopt;
}

std::optional<std::string> boundText(const Bound& bound, const arrow::DataType& type, bool isMax)
{
    switch (type.id()) {
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64: return std::to_string(std::get<std::int64_t>(bound));
    case arrow::Type::DATE32: return timeText(std::get<std::int64_t>(bound) * 86'400'000'000, 10);
    case arrow::Type::TIMESTAMP: return timeText(std::get<std::int64_t>(bound), std::string::npos);
    case arrow::Type::FLOAT: return realBoundText(std::get<double>(bound), true, isMax);
    case arrow::Type::DOUBLE: return realBoundText(std::get<double>(bound), false, isMax);
    case arrow::Type::STRING: return textBound(std::get<std::string>(bound), isMax);
    case arrow::Type::DECIMAL128: {
        const std::int32_t scale = static_cast<const arrow::Decimal128Type&>(type).scale();
        const auto* whole = std::get_if<std::int64_t>(&bound);
        return decimalText(whole ? arrow::Decimal128(*whole) : std::get<arrow::Decimal128>(bound),
                           scale);
    }
    default: return std::nullopt;
    }
}

int parquetColumns(const arrow::DataType& type)
{
    if (type.num_fields() == 0)
        return type.id() == arrow::Type::STRUCT ? 0 : 1;
    int count = 0;
    for (const auto& field : type.fields())
        count += parquetColumns(*field->type());
    return count;
}

template <class ArrayType> bool holdsNan(const arrow::Array& values)
{
    const auto* value = static_cast<const ArrayType&>(values).raw_values();
    bool isNan = false;
    for (std::int64_t i = 0; i < values.length(); ++i)
        isNan |= value[i] != value[i];
    return isNan;
}

// Moves behind one code point of valid UTF-8.
std::size_t nextPoint(std::string_view text, std::size_t at)
{
    for (++at; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;)
        ++at;
    return at;
}

} // namespace

// Writes the three objects of bounds and null counts over the tree of columns.
class StatsText
{
public:
    using Leaf = FileStats::Leaf;
    enum class What { Min, Max, Nulls };

    explicit StatsText(std::vector<Bounds> bounds)
        : m_bounds(std::move(bounds))
    {
    }

    void write(JsonWriter& out, const std::vector<Leaf>& leaves, What what)
    {
        out.beginObject();
        for (const Leaf& leaf : leaves) {
            if (!leaf.children.empty()) {
                out.key(leaf.name);
                write(out, leaf.children, what);
            } else if (const auto text = value(leaf, what)) {
                out.key(leaf.name).raw(*text);
            }
        }
        out.endObject();
    }

private:
    std::optional<std::string> value(const Leaf& leaf, What what) const
    {
        const Bounds* bounds
            = leaf.parquetColumn < 0 ? nullptr : &m_bounds[std::size_t(leaf.parquetColumn)];
        if (what == What::Nulls) {
            if (leaf.isTopLevel)
                return std::to_string(leaf.nulls);
            return bounds && bounds->hasNulls ? std::optional(std::to_string(bounds->nulls))
                                              : std::nullopt;
        }
        if (!bounds || !bounds->hasBounds || leaf.hasNan)
            return std::nullopt;
        const auto min = boundText(bounds->min, *leaf.type, false);
        const auto max = boundText(bounds->max, *leaf.type, true);
        // A column with an infinite or unwritable bound goes without both, as Spark's does.
        const bool isReal
            = leaf.type->id() == arrow::Type::FLOAT || leaf.type->id() == arrow::Type::DOUBLE;
        if (isReal && (!min || !max))
            return std::nullopt;
        return what == What::Min ? min : max;
    }

    std::vector<Bounds> m_bounds; // by Parquet column
};

FileStats::FileStats(const arrow::Schema& fileSchema)
{
    int column = 0;
    for (const auto& field : fileSchema.fields())
        column = addLeaf(m_leaves, *field, column, true);
}

int FileStats::addLeaf(std::vector<Leaf>& to, const arrow::Field& field, int parquetColumn,
                       bool isTopLevel)
{
    const int next = parquetColumn + parquetColumns(*field.type());
    if (parquetColumn >= kIndexedColumns)
        return next;
    Leaf leaf;
    leaf.name = field.name();
    leaf.type = field.type();
    leaf.isTopLevel = isTopLevel;
    if (field.type()->id() == arrow::Type::STRUCT) {
        int child = parquetColumn;
        for (const auto& inner : field.type()->fields())
            child = addLeaf(leaf.children, *inner, child, false);
        leaf.isTopLevel = false; // the nulls of its leaves are told, not its own
    } else if (field.type()->num_fields() == 0) {
        leaf.parquetColumn = parquetColumn;
        if (field.type()->id() == arrow::Type::DICTIONARY)
            leaf.type = static_cast<const arrow::DictionaryType&>(*field.type()).value_type();
    }
    to.push_back(std::move(leaf));
    return next;
}

void FileStats::observe(const arrow::RecordBatch& batch)
{
    for (std::size_t i = 0; i < m_leaves.size(); ++i)
        observeLeaf(m_leaves[i], *batch.column(int(i)));
}

void FileStats::observeLeaf(Leaf& leaf, const arrow::Array& values)
{
    if (leaf.isTopLevel)
        leaf.nulls += values.null_count();
    if (values.type_id() == arrow::Type::DOUBLE)
        leaf.hasNan = leaf.hasNan || holdsNan<arrow::DoubleArray>(values);
    else if (values.type_id() == arrow::Type::FLOAT)
        leaf.hasNan = leaf.hasNan || holdsNan<arrow::FloatArray>(values);
    else if (values.type_id() == arrow::Type::STRUCT)
        for (std::size_t i = 0; i < leaf.children.size(); ++i)
            observeLeaf(leaf.children[i],
                        *static_cast<const arrow::StructArray&>(values).field(int(i)));
}

std::string FileStats::text(const parquet::FileMetaData& file, std::int64_t rows) const
{
    std::vector<Bounds> bounds;
    const int columns = std::min(file.num_columns(), kIndexedColumns);
    for (int column = 0; column < columns; ++column)
        bounds.push_back(columnBounds(file, column));
    StatsText writer(std::move(bounds));
    JsonWriter out;
    out.beginObject().key("numRecords").value(rows);
    out.key("minValues");
    writer.write(out, m_leaves, StatsText::What::Min);
    out.key("maxValues");
    writer.write(out, m_leaves, StatsText::What::Max);
    out.key("nullCount");
    writer.write(out, m_leaves, StatsText::What::Nulls);
    out.endObject();
    return out.take();
}

std::string lowerBoundText(std::string_view text)
{
    std::size_t end = 0;
    for (std::size_t points = 0; points < kPrefixPoints && end < text.size(); ++points)
        end = nextPoint(text, end);
    return std::string(text.substr(0, end));
}

std::optional<std::string> upperBoundText(std::string_view text)
{
    static constexpr std::string_view kHighest = "\xF4\x8F\xBF\xBF"; // U+10FFFF
    std::size_t end = 0;
    for (std::size_t points = 0; end < text.size(); ++points) {
        const std::size_t next = nextPoint(text, end);
        if (points >= kPrefixPoints) {
            // The tie-breaker stands where the next code point stood and must be greater than it.
            const std::string prefix(text.substr(0, end));
            if (static_cast<unsigned char>(text[end]) < 0x7F)
                return prefix + '\x7F';
            if (text.substr(end, next - end) != kHighest)
                return prefix + std::string(kHighest);
        }
        if (points >= kLongestBound)
            return std::nullopt;
        end = next;
    }
    return std::string(text);
}

} // namespace sluice::lake
