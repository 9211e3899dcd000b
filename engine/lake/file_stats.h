// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/record_batch.h>
#include <parquet/metadata.h>

namespace sluice::lake {

/// Gathers the statistics of one data file. Least and greatest values come from the file's footer;
/// what it cannot tell (NaN, nulls of columns without statistics) is found while batches pass.
///
/// A reader trusts these figures blindly: a wrong bound hides rows. So a bound is exact, or wider
/// than the truth where the format asks for it, or absent.
class FileStats
{
public:
    /// The columns as they are in the file, without partition columns.
    explicit FileStats(const arrow::Schema& fileSchema);

    void observe(const arrow::RecordBatch& batch);

    /// Returns the stats JSON of a closed file. May throw what the Parquet library throws.
    std::string text(const parquet::FileMetaData& file, std::int64_t rows) const;

private:
    struct Leaf
    {
        std::string name;
        std::shared_ptr<arrow::DataType> type;
        int parquetColumn = -1; // -1: a list or map, counted here
        bool hasNan = false;
        bool isTopLevel = false;
        std::int64_t nulls = 0;     // top level only
        std::vector<Leaf> children; // struct
    };
    friend class StatsText;

    static int addLeaf(std::vector<Leaf>& to, const arrow::Field& field, int parquetColumn,
                       bool isTopLevel);
    static void observeLeaf(Leaf& leaf, const arrow::Array& values);

    std::vector<Leaf> m_leaves;
};

/// Returns the first 32 code points: never greater than the text.
std::string lowerBoundText(std::string_view text);
/// Returns a text of at most 64 code points and one more that is never less than the text; nullopt
/// if there is none.
std::optional<std::string> upperBoundText(std::string_view text);

} // namespace sluice::lake
