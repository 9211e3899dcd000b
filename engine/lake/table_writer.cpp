// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/table_writer.h"

#include "engine/base/durable_file.h"
#include "engine/lake/column_encoding.h"
#include "engine/lake/lake_error.h"
#include "engine/lake/partition_path.h"
#include "engine/lake/random_name.h"

#include <algorithm>

#include <arrow/compute/api.h>

namespace sluice::lake {
namespace {

bool isMoved(const std::string& column, const std::vector<PartitionColumn>& partitions)
{
    return std::ranges::any_of(partitions, [&](const PartitionColumn& partition) {
        return !partition.isDay && partition.source == column;
    });
}

// Constants may come as dictionaries, texts as views; the table knows only their values.
std::shared_ptr<arrow::DataType> storedType(const std::shared_ptr<arrow::DataType>& type)
{
    switch (type->id()) {
    case arrow::Type::DICTIONARY:
        return static_cast<const arrow::DictionaryType&>(*type).value_type();
    case arrow::Type::STRING_VIEW: return arrow::utf8();
    default: return type;
    }
}

} // namespace

std::shared_ptr<arrow::Schema> tableColumns(const arrow::Schema& columns,
                                            const std::vector<PartitionColumn>& partitions)
{
    arrow::FieldVector fields;
    for (const auto& field : columns.fields())
        fields.push_back(field->WithType(storedType(field->type()))->WithNullable(true));
    for (const PartitionColumn& partition : partitions)
        if (partition.isDay)
            fields.push_back(arrow::field(partition.name, arrow::date32()));
    return arrow::schema(std::move(fields));
}

Status WrittenFiles::wait() const
{
    for (const auto& output : outputs)
        SLUICE_TRY(output->wait());
    return ok();
}

TableWriter::TableWriter(TableLayout layout, const Clock& clock)
    : m_layout(std::move(layout))
    , m_clock(clock)
{
    arrow::FieldVector fields;
    for (int i = 0; i < m_layout.columns->num_fields(); ++i) {
        auto field = m_layout.columns->field(i);
        field = field->WithNullable(!m_layout.files.requiredColumns.contains(field->name()));
        if (isMoved(field->name(), m_layout.partitions))
            continue;
        const auto column
            = m_layout.fileTypes ? m_layout.fileTypes->GetFieldByName(field->name()) : nullptr;
        if (column && field->type()->num_fields() == 0
            && !column->type()->Equals(*storedType(field->type())))
            field = field->WithType(column->type());
        if (field->type()->id() == arrow::Type::TIMESTAMP)
            m_layout.files.packedColumns.insert(field->name()); // times hardly repeat
        fields.push_back(std::move(field));
        m_fileIndices.push_back(i);
    }
    m_fileSchema = arrow::schema(std::move(fields));
    for (const PartitionColumn& partition : m_layout.partitions)
        m_partitionNames.push_back(partition.name);
}

Status TableWriter::write(const std::shared_ptr<arrow::RecordBatch>& batch, bool isBehind)
{
    if (batch->num_rows() == 0)
        return ok();
    SLUICE_TRY(const auto parts, splitByPartition(batch, m_layout.partitions));
    for (const PartitionRows& part : parts)
        SLUICE_TRY(writePart(part, isBehind));
    return ok();
}

Status TableWriter::writePart(const PartitionRows& part, bool isBehind)
{
    SLUICE_TRY(const auto columns, fileColumns(*part.rows));
    SLUICE_TRY(OpenFile* const open, openFile(part.values, *columns, isBehind));
    SLUICE_TRY(open->file->write(*columns));
    if (open->file->bytesWritten() < m_layout.targetFileBytes)
        return ok();
    SLUICE_TRY(closeFile(*open));
    m_open.erase(part.values);
    return ok();
}

Result<std::shared_ptr<arrow::RecordBatch>>
TableWriter::fileColumns(const arrow::RecordBatch& batch) const
{
    arrow::ArrayVector columns;
    columns.reserve(m_fileIndices.size());
    for (std::size_t i = 0; i < m_fileIndices.size(); ++i) {
        std::shared_ptr<arrow::Array> column = batch.column(m_fileIndices[i]);
        const auto& type = m_fileSchema->field(int(i))->type();
        if (column->type_id() != type->id()) { // a narrower number than the table's
            SLUICE_LAKE_ARROW_VALUE(column, arrow::compute::Cast(*column, type), m_layout.name);
        }
        columns.push_back(std::move(column));
    }
    return arrow::RecordBatch::Make(m_fileSchema, batch.num_rows(), std::move(columns));
}

Result<TableWriter::OpenFile*> TableWriter::openFile(const PartitionValues& values,
                                                     const arrow::RecordBatch& first, bool isBehind)
{
    const auto found = m_open.find(values);
    if (found != m_open.end())
        return &found->second;
    if (m_open.size() >= m_layout.maxPartitions)
        return lakeError(ErrorCode::CapacityExceeded,
                         "more than " + std::to_string(m_layout.maxPartitions)
                             + " partitions of table " + m_layout.name + " in one epoch",
                         m_layout.name,
                         "Partition by fewer values (by day, not by key), or raise "
                         "max_partitions.");
    if (!m_hasChosen)
        m_hasChosen = chooseEncodings(first, m_layout.files);
    FileSettings settings = m_layout.files;
    if (isBehind && settings.yieldsToLoad)
        settings.codec = Codec::Snappy; // compaction makes it good
    OpenFile open;
    open.values = values;
    const std::string folder = partitionFolder(m_partitionNames, values);
    open.diskPath
        = folder + "part-00000-" + randomUuid() + ".c000." + codecName(settings.codec) + ".parquet";
    if (!folder.empty())
        SLUICE_TRY(makeFolder(m_layout.folder + "/" + folder));
    SLUICE_TRY(open.file,
               ParquetFile::create(m_layout.folder + "/" + open.diskPath, m_fileSchema, settings));
    return &m_open.emplace(values, std::move(open)).first->second;
}

Status TableWriter::closeFile(OpenFile& open)
{
    SLUICE_TRY(ClosedFile closed, open.file->close());
    learn(closed);
    AddFile add;
    add.path = logPath(open.diskPath);
    add.partitionValues = open.values;
    add.size = closed.bytes;
    add.modificationTime = m_clock.wallNow().us / 1000;
    add.stats = std::move(closed.stats);
    m_closed.files.push_back(std::move(add));
    m_closed.outputs.push_back(std::move(closed.output));
    return ok();
}

// A dictionary that overflowed cost a hash per row for nothing; the next file goes without.
void TableWriter::learn(const ClosedFile& closed)
{
    for (const std::string& path : closed.crowdedColumns) {
        const auto field = m_fileSchema->GetFieldByName(path);
        if (field)
            leaveOutDictionary(*field, m_layout.files);
        else
            m_layout.files.plainColumns.insert(path); // below the top level
    }
}

Result<WrittenFiles> TableWriter::finish()
{
    for (auto& [values, open] : m_open)
        SLUICE_TRY(closeFile(open));
    m_open.clear();
    return std::exchange(m_closed, {});
}

} // namespace sluice::lake
