// SPDX-License-Identifier: Apache-2.0
#include "engine/state/row_bytes.h"

#include "engine/columns/types.h"

#include <arrow/io/memory.h>
#include <arrow/ipc/api.h>

namespace sluice::state {
namespace {

arrow::Result<std::shared_ptr<arrow::Buffer>> toBytes(const arrow::RecordBatch& rows)
{
    ARROW_ASSIGN_OR_RAISE(auto out, arrow::io::BufferOutputStream::Create());
    ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(out, rows.schema()));
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(rows));
    ARROW_RETURN_NOT_OK(writer->Close());
    return out->Finish();
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>> fromBytes(std::string_view bytes)
{
    // The copy keeps the rows valid after the file's bytes are gone.
    auto input
        = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::string(bytes)));
    ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(input));
    std::shared_ptr<arrow::RecordBatch> rows;
    ARROW_RETURN_NOT_OK(reader->ReadNext(&rows));
    if (!rows)
        return arrow::Status::Invalid("there are no rows");
    ARROW_RETURN_NOT_OK(rows->ValidateFull());
    return rows;
}

} // namespace

Status writeRows(const arrow::RecordBatch& rows, ByteWriter& out)
{
    const auto bytes = toBytes(rows);
    if (!bytes.ok())
        return errorFromArrow(bytes.status(), "kept rows");
    out.bytes(std::string_view(**bytes));
    return ok();
}

Result<std::shared_ptr<arrow::RecordBatch>> readRows(ByteReader& in)
{
    const std::string_view bytes = in.bytes();
    SLUICE_TRY(in.status("kept rows"));
    auto rows = fromBytes(bytes);
    if (rows.ok())
        return std::move(*rows);
    return Error{.code = ErrorCode::DecodeFailed,
                 .message = rows.status().message(),
                 .object = "kept rows",
                 .hint = {},
                 .cause = {}};
}

} // namespace sluice::state
