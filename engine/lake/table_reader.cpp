// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/table_reader.h"

#include "engine/lake/lake_error.h"
#include "engine/lake/parquet_file.h"
#include "engine/lake/partition_path.h"

#include <algorithm>
#include <exception>

#include <arrow/array/util.h>
#include <arrow/compute/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/schema.h>
#include <sys/stat.h>

namespace sluice::lake {
namespace {

// The leaf columns of a file that belong to wanted columns.
std::vector<int> wantedLeaves(const parquet::SchemaDescriptor& file, const arrow::Schema& columns)
{
    std::vector<int> out;
    for (int i = 0; i < file.num_columns(); ++i)
        if (columns.GetFieldIndex(file.GetColumnRoot(i)->name()) >= 0)
            out.push_back(i);
    return out;
}

// Gives the batches of a file the columns of the table.
class RowShape
{
public:
    RowShape(const AddFile& file, const std::shared_ptr<arrow::Schema>& columns,
             const std::string& path)
        : m_file(file)
        , m_columns(columns)
        , m_path(path)
    {
    }

    Result<std::shared_ptr<arrow::RecordBatch>> apply(const arrow::RecordBatch& batch) const
    {
        arrow::ArrayVector out;
        for (const auto& field : m_columns->fields()) {
            SLUICE_TRY(auto column, columnOf(batch, *field));
            out.push_back(std::move(column));
        }
        return arrow::RecordBatch::Make(m_columns, batch.num_rows(), std::move(out));
    }

private:
    Result<std::shared_ptr<arrow::Array>> columnOf(const arrow::RecordBatch& batch,
                                                   const arrow::Field& field) const
    {
        const auto partition = m_file.partitionValues.find(field.name());
        if (partition != m_file.partitionValues.end()) // the log's value wins over the file's
            return partitionColumn(field.type(), partition->second, batch.num_rows(), m_path);
        std::shared_ptr<arrow::Array> column = batch.GetColumnByName(field.name());
        if (!column) {
            SLUICE_LAKE_ARROW_VALUE(column, arrow::MakeArrayOfNull(field.type(), batch.num_rows()),
                                    m_path);
        } else if (!column->type()->Equals(*field.type())) {
            auto cast = arrow::compute::Cast(*column, field.type());
            if (!cast.ok())
                return lakeError(ErrorCode::DecodeFailed,
                                 "column \"" + field.name() + "\" is " + typeName(*column->type())
                                     + " in the file and " + typeName(*field.type())
                                     + " in the table",
                                 m_path,
                                 "The file was written by a program with a fault; rewrite it.");
            column = std::move(*cast);
        }
        return column;
    }

    const AddFile& m_file;
    const std::shared_ptr<arrow::Schema>& m_columns;
    const std::string& m_path;
};

// The Parquet library calls broken bytes an I/O error too; only those of the operating system carry
// a number.
bool isDamage(const Error& error)
{
    return error.code == ErrorCode::DecodeFailed
        || (error.code == ErrorCode::StorageFailed
            && error.message.find("[errno") == std::string::npos);
}

// Returns the first line: the library puts more below it, of use to its makers only.
std::string firstLine(const std::string& text)
{
    return text.substr(0, text.find('\n'));
}

} // namespace

struct DataFileReader::Open
{
    std::string path;
    AddFile file;
    std::shared_ptr<arrow::Schema> columns;
    std::unique_ptr<parquet::arrow::FileReader> reader;
    std::unique_ptr<arrow::RecordBatchReader> batches;

    Status begin()
    {
        SLUICE_LAKE_ARROW_VALUE(reader, openParquet(path), path);
        const auto footer = reader->parquet_reader()->metadata();
        const std::vector<int> leaves = wantedLeaves(*footer->schema(), *columns);
        std::vector<int> groups(std::size_t(footer->num_row_groups()));
        for (std::size_t i = 0; i < groups.size(); ++i)
            groups[i] = int(i);
        SLUICE_LAKE_ARROW_VALUE(batches, reader->GetRecordBatchReader(groups, leaves), path);
        return ok();
    }
    Result<std::shared_ptr<arrow::RecordBatch>> next() const
    {
        std::shared_ptr<arrow::RecordBatch> batch;
        SLUICE_LAKE_ARROW(batches->ReadNext(&batch), path);
        if (!batch)
            return batch;
        return RowShape(file, columns, path).apply(*batch);
    }
    Error damaged(const std::string& why) const
    {
        return lakeError(ErrorCode::DecodeFailed, "the file is damaged: " + why, path,
                         "Restore it from a backup.");
    }
    // Runs a step; what the library throws or calls broken bytes is damage.
    template <class Step> auto guarded(Step step) const -> decltype(step())
    {
        try {
            auto done = step();
            if (done || !isDamage(done.error()) || !done.error().hint.empty())
                return done;
            return damaged(firstLine(done.error().message));
        } catch (const std::exception& failure) {
            return damaged(failure.what());
        }
    }
};

DataFileReader::DataFileReader(std::unique_ptr<Open> open)
    : m_open(std::move(open))
{
}

DataFileReader::~DataFileReader() = default;

Result<std::unique_ptr<DataFileReader>> DataFileReader::open(const std::string& tableFolder,
                                                             const AddFile& file,
                                                             std::shared_ptr<arrow::Schema> columns)
{
    auto open = std::make_unique<Open>();
    open->path = absolutePath(tableFolder, file.path);
    open->file = file;
    open->columns = std::move(columns);
    struct stat info
    {
    };
    if (::stat(open->path.c_str(), &info) != 0)
        return lakeError(ErrorCode::NotFound, "a file of the table is missing", open->path,
                         "Restore it from a backup; or read an older version of the table.");
    SLUICE_TRY(open->guarded([&] { return open->begin(); }));
    return std::unique_ptr<DataFileReader>(new DataFileReader(std::move(open)));
}

Result<std::shared_ptr<arrow::RecordBatch>> DataFileReader::next()
{
    return m_open->guarded([&] { return m_open->next(); });
}

Result<bool> readDataFile(const std::string& tableFolder, const AddFile& file,
                          const std::shared_ptr<arrow::Schema>& columns,
                          const BatchVisitor& visitor)
{
    SLUICE_TRY(const auto reader, DataFileReader::open(tableFolder, file, columns));
    for (;;) {
        SLUICE_TRY(const auto rows, reader->next());
        if (!rows)
            return true;
        SLUICE_TRY(const bool wantsMore, visitor(rows));
        if (!wantsMore)
            return false;
    }
}

Result<std::vector<std::shared_ptr<arrow::RecordBatch>>>
readRows(const std::string& tableFolder, const Snapshot& snapshot, std::int64_t maxRows)
{
    SLUICE_TRY(const auto columns, snapshot.schema(tableFolder));
    std::vector<const AddFile*> files;
    for (const auto& [path, file] : snapshot.files)
        files.push_back(&file);
    std::ranges::sort(files, [&](const AddFile* left, const AddFile* right) {
        const auto order
            = [](const AddFile* file) { return std::pair(file->modificationTime, file->path); };
        return maxRows >= 0 ? order(right) < order(left) : order(left) < order(right);
    });
    std::vector<std::shared_ptr<arrow::RecordBatch>> out;
    std::int64_t left = maxRows;
    for (const AddFile* file : files) {
        if (left == 0)
            break;
        SLUICE_TRY(
            readDataFile(tableFolder, *file, columns,
                         [&](const std::shared_ptr<arrow::RecordBatch>& rows) -> Result<bool> {
                             const bool isLast = left >= 0 && rows->num_rows() >= left;
                             out.push_back(isLast ? rows->Slice(0, left) : rows);
                             if (left >= 0)
                                 left -= out.back()->num_rows();
                             return !isLast;
                         }));
    }
    return out;
}

} // namespace sluice::lake
