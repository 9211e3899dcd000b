// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/source.h"
#include "engine/lake/delta_log.h"
#include "engine/lake/table_reader.h"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sluice::lake {

/// Where the reading of a raw table ends; set by another thread while it is read.
struct RawEnd
{
    std::atomic<std::int64_t> version{-1}; // the last to be read; -1 = follow the table
};

struct RawSourceConfig
{
    std::string table;       // "bronze.orders", for errors
    std::string tableFolder; // a table of rawSchema()
    std::string source;      // rows of this source are read, by the name that it has there
    std::shared_ptr<RawEnd> end;
    flow::RecordRange range; // only these records, wherever they stand in the table
};

/// Reads the records that a raw (bronze) table keeps once more, through the decoder of the source
/// that had brought them: with their positions and times of arrival, in the order of the table's
/// commits; files that were there before the first poll in the order of their oldest arrivals.
/// Records that were dead letters are not in the table. Files that have nothing of the range, as
/// their statistics tell, are passed over.
///
/// Position: {"base":12,"version":15,"file":0,"row":4096}: the first version read whole, the commit
/// that is read now, how many of its files and of the next file's rows are done.
class RawSource final : public flow::Source
{
public:
    /// decoder: the source itself, not opened; its records' way is used.
    RawSource(RawSourceConfig config, std::unique_ptr<flow::Source> decoder);

    Status open(const std::optional<std::string>& position) override;
    Result<flow::PollOutcome> poll(const flow::PollBudget& budget,
                                   flow::SourceContext& context) override;
    std::string position() const override;
    flow::RecordReader* recordReader() override { return m_reader; }

private:
    Status findFiles();
    Result<bool> nextVersion();
    Result<bool> nextRows(flow::SourceContext& context);
    Status handOn(std::int64_t rows, flow::SourceContext& context);
    void seePartitions(flow::SourceContext& context);

    const RawSourceConfig m_config;
    std::unique_ptr<flow::Source> m_decoder;
    flow::RecordReader* m_reader = nullptr;
    DeltaLog m_log;
    std::int64_t m_base = -1, m_version = -1; // -1: nothing read yet
    std::vector<AddFile> m_files;             // of m_version
    std::size_t m_file = 0;
    std::int64_t m_row = 0; // of m_files[m_file]: done
    std::unique_ptr<DataFileReader> m_open;
    std::shared_ptr<arrow::RecordBatch> m_rows; // read and not handed on
    std::int64_t m_skip = 0;                    // rows of the open file that a former run has done
    std::map<std::string, std::int64_t> m_partitions; // begun; the batch that had it last
    std::int64_t m_batch = 0;
    std::shared_ptr<const std::string> m_source;
};

/// Returns how many records a raw table keeps as its files tell, -1 if some do not; of a range of
/// times about how many, of offsets at most.
Result<std::int64_t> keptRecords(const std::string& tableFolder,
                                 const flow::RecordRange& range = {});

} // namespace sluice::lake
