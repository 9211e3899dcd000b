// SPDX-License-Identifier: Apache-2.0
#include "engine/state/row_bytes.h"

#include "engine/columns/types.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/api.h>
#include <arrow/ipc/dictionary.h>

namespace sluice::state {
namespace {

constexpr std::string_view kEndOfStream{"\xff\xff\xff\xff\0\0\0\0", 8};

// Puts what arrow writes where it is to be.
class WriterStream final : public arrow::io::OutputStream
{
public:
    explicit WriterStream(ByteWriter& out)
        : m_out(out)
        , m_begin(out.size())
    {
    }
    arrow::Status Write(const void* data, std::int64_t size) override
    {
        m_out.raw(data, std::size_t(size));
        return arrow::Status::OK();
    }
    arrow::Result<std::int64_t> Tell() const override
    {
        return std::int64_t(m_out.size() - m_begin);
    }
    arrow::Status Close() override { return arrow::Status::OK(); }
    bool closed() const override { return false; }

private:
    ByteWriter& m_out;
    const std::size_t m_begin;
};

arrow::Status toBytes(const arrow::RecordBatch& rows, ByteWriter& out)
{
    const auto options = arrow::ipc::IpcWriteOptions::Defaults();
    const arrow::ipc::DictionaryFieldMapper mapper(*rows.schema());
    arrow::ipc::IpcPayload schema, batch;
    ARROW_RETURN_NOT_OK(arrow::ipc::GetSchemaPayload(*rows.schema(), options, mapper, &schema));
    ARROW_RETURN_NOT_OK(arrow::ipc::GetRecordBatchPayload(rows, options, &batch));
    const std::int64_t size = arrow::ipc::GetPayloadSize(schema, options)
        + arrow::ipc::GetPayloadSize(batch, options) + std::int64_t(kEndOfStream.size());
    out.varint(std::uint64_t(size));
    WriterStream stream(out);
    std::int32_t ignored = 0;
    ARROW_RETURN_NOT_OK(arrow::ipc::WriteIpcPayload(schema, options, &stream, &ignored));
    ARROW_RETURN_NOT_OK(arrow::ipc::WriteIpcPayload(batch, options, &stream, &ignored));
    out.raw(kEndOfStream.data(), kEndOfStream.size());
    ARROW_ASSIGN_OR_RAISE(const std::int64_t written, stream.Tell());
    return written == size ? arrow::Status::OK()
                           : arrow::Status::Invalid("rows have another size than was foreseen");
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
    const arrow::Status written = toBytes(rows, out);
    return written.ok() ? ok() : Status(errorFromArrow(written, "kept rows"));
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
