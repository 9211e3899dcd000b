// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"
#include "engine/lake/actions.h"
#include "engine/lake/parquet_file.h"
#include "engine/lake/partition_split.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <arrow/record_batch.h>

namespace sluice::lake {

/// How rows become files of a table.
struct TableLayout
{
    std::string folder;
    std::string name;                         // "silver.orders", for errors
    std::shared_ptr<arrow::Schema> columns;   // of the batches written
    std::shared_ptr<arrow::Schema> fileTypes; // of the table, to store them as; may be null
    std::vector<PartitionColumn> partitions;
    FileSettings files;
    std::int64_t targetFileBytes = 128 << 20;
    std::size_t maxPartitions = 100; // open at a time
};

/// Returns all columns of the table that a layout writes: those of the batches and the made ones.
std::shared_ptr<arrow::Schema> tableColumns(const arrow::Schema& columns,
                                            const std::vector<PartitionColumn>& partitions);

/// Files that are whole once wait() returns.
struct WrittenFiles
{
    std::vector<AddFile> files;
    std::vector<std::shared_ptr<FileOutput>> outputs;

    /// Waits until all are written; they are not durable yet.
    Status wait() const;
};

/// Writes batches into Parquet files, one open file a partition, rolled at the target size. Encodes
/// and compresses as batches come, so that closing is quick. One thread.
class TableWriter
{
public:
    TableWriter(TableLayout layout, const Clock& clock);

    /// isBehind: more rows wait already, so that a file which begins now is compressed less.
    Status write(const std::shared_ptr<arrow::RecordBatch>& batch, bool isBehind = false);
    /// Closes all files and returns them. Begins anew.
    Result<WrittenFiles> finish();
    /// Gives up what was not finished; the files stay as orphans until a vacuum.
    void discard()
    {
        m_open.clear();
        m_closed = {};
    }

private:
    struct OpenFile
    {
        PartitionValues values;
        std::string diskPath; // relative to the table folder
        std::unique_ptr<ParquetFile> file;
    };

    Result<std::shared_ptr<arrow::RecordBatch>> fileColumns(const arrow::RecordBatch& batch) const;
    Status writePart(const PartitionRows& part, bool isBehind);
    Result<OpenFile*> openFile(const PartitionValues& values, const arrow::RecordBatch& first,
                               bool isBehind);
    Status closeFile(OpenFile& open);
    void learn(const ClosedFile& closed);

    TableLayout m_layout;
    const Clock& m_clock;
    std::shared_ptr<arrow::Schema> m_fileSchema; // of what stands in the files
    std::vector<int> m_fileIndices;              // its columns in a batch
    std::vector<std::string> m_partitionNames;
    bool m_hasChosen = false; // encodings, by a first batch
    std::map<PartitionValues, OpenFile> m_open;
    WrittenFiles m_closed;
};

} // namespace sluice::lake
