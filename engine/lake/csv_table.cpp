// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/csv_table.h"

#include "engine/lake/lake_error.h"

#include <algorithm>
#include <cerrno>
#include <set>

#include <arrow/chunked_array.h>
#include <arrow/compute/api.h>
#include <arrow/csv/api.h>
#include <arrow/io/file.h>
#include <sys/stat.h>

namespace sluice::lake {
namespace {

constexpr std::int64_t kLargest = 1 << 30; // a lookup table is held in memory

// Returns the type of a pipeline document that an inferred one becomes.
std::shared_ptr<arrow::DataType> documentType(const std::shared_ptr<arrow::DataType>& type)
{
    switch (type->id()) {
    case arrow::Type::TIMESTAMP: return timestampType();
    case arrow::Type::NA:
    case arrow::Type::TIME32:
    case arrow::Type::TIME64: return arrow::utf8();
    default: return type;
    }
}

// A lookup names columns, so each name must mean one.
Status checkNames(const arrow::Schema& columns, const std::string& path)
{
    std::set<std::string> seen;
    for (const auto& field : columns.fields())
        if (!seen.insert(field->name()).second)
            return lakeError(ErrorCode::DecodeFailed,
                             "two columns are called \"" + field->name() + "\"", path,
                             "Give each column of the header line a name of its own.");
    return ok();
}

Result<std::shared_ptr<arrow::Table>> withDocumentTypes(const std::shared_ptr<arrow::Table>& table,
                                                        const std::string& path)
{
    arrow::FieldVector fields;
    arrow::ChunkedArrayVector columns;
    for (int i = 0; i < table->num_columns(); ++i) {
        auto column = table->column(i);
        const auto type = documentType(column->type());
        // A time without a zone is taken for UTC.
        if (!type->Equals(column->type())) {
            SLUICE_LAKE_ARROW_VALUE(const arrow::Datum cast, arrow::compute::Cast(column, type),
                                    path);
            column = cast.chunked_array();
        }
        fields.push_back(table->field(i)->WithType(type));
        columns.push_back(std::move(column));
    }
    return arrow::Table::Make(arrow::schema(std::move(fields)), std::move(columns),
                              table->num_rows());
}

} // namespace

Result<std::shared_ptr<arrow::Table>> readCsv(const std::string& path)
{
    struct stat info
    {
    };
    if (::stat(path.c_str(), &info) != 0)
        return errorFromErrno(errno, "cannot open", path);
    if (info.st_size > kLargest)
        return lakeError(ErrorCode::CapacityExceeded, "the file is larger than 1 GiB", path,
                         "Load it into a table of the lake first.");
    auto readOptions = arrow::csv::ReadOptions::Defaults();
    // Types are inferred from the first block: let that be the whole file.
    readOptions.block_size = std::int32_t(std::max<std::int64_t>(info.st_size + 1, 4096));
    readOptions.use_threads = false;
    auto parseOptions = arrow::csv::ParseOptions::Defaults();
    parseOptions.newlines_in_values = true;
    auto convertOptions = arrow::csv::ConvertOptions::Defaults();
    convertOptions.null_values
        = {"", "NA", "N/A", "n/a", "#N/A", "null", "NULL", "nan", "NaN", "None", "\\N"};
    convertOptions.strings_can_be_null = true;
    SLUICE_LAKE_ARROW_VALUE(auto file, arrow::io::ReadableFile::Open(path), path);
    auto reader = arrow::csv::TableReader::Make(arrow::io::default_io_context(), file, readOptions,
                                                parseOptions, convertOptions);
    if (!reader.ok())
        return lakeError(ErrorCode::DecodeFailed, reader.status().message(), path,
                         "The file needs a header line and comma-separated values.");
    auto table = (*reader)->Read();
    if (!table.ok())
        return lakeError(ErrorCode::DecodeFailed, table.status().message(), path,
                         "Mend the line that it names.");
    SLUICE_TRY(checkNames(*(*table)->schema(), path));
    return withDocumentTypes(*table, path);
}

} // namespace sluice::lake
