// SPDX-License-Identifier: Apache-2.0
#include "engine/api/edited_rejects.h"

#include "engine/base/durable_file.h"
#include "engine/columns/types.h"
#include "engine/formats/record_decoder.h"

#include <array>
#include <limits>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/util/base64.h>

namespace sluice::api {
namespace {

constexpr std::array kTexts{"verdict", "node", "source", "partition"};
constexpr std::array kNumbers{"position", "attempt"};

formats::SchemaColumn column(const std::string& name, std::shared_ptr<arrow::DataType> type,
                             const std::string& key)
{
    formats::SchemaColumn out;
    out.name = name;
    out.type = std::move(type);
    out.path = {key};
    return out;
}

formats::RecordLayout layout()
{
    formats::RecordLayout out;
    for (const char* name : kTexts) {
        out.schema.columns.push_back(column(name, arrow::utf8(), name));
        out.schema.columns.back().isNullable = false;
    }
    for (const char* name : kNumbers) {
        out.schema.columns.push_back(column(name, arrow::int64(), name));
        out.schema.columns.back().isNullable = false;
    }
    // data is text or an object: each reads as one of these.
    out.schema.columns.push_back(column("data_text", arrow::utf8(), "data"));
    out.schema.columns.back().isNullOnError = true;
    out.schema.columns.push_back(column("data_json", arrow::utf8(), "data"));
    out.schema.columns.back().isJson = true;
    out.schema.columns.push_back(column("data_base64", arrow::utf8(), "data_base64"));
    return out;
}

Error atLine(const std::string& path, std::size_t line, const std::string& what)
{
    return {.code = ErrorCode::DecodeFailed,
            .message = what,
            .object = path + ":" + std::to_string(line),
            .hint = "A line is a JSON object as rejects export writes it; nothing was replayed.",
            .cause = {}};
}

Result<RawRecords> linesOf(std::string text, std::vector<std::size_t>& numbers)
{
    RawRecords raw;
    std::size_t number = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        ++number;
        if (text.find_first_not_of(" \t\r", at) < end) {
            raw.offsets.push_back(std::uint32_t(at));
            raw.lengths.push_back(std::uint32_t(end - at));
            raw.positions.push_back(std::int64_t(number));
            numbers.push_back(number);
        }
        at = end + 1;
    }
    text.append(RawRecords::kPadding, '\0');
    raw.bytes = arrow::Buffer::FromString(std::move(text));
    return raw;
}

std::string textAt(const arrow::RecordBatch& rows, const char* name, std::int64_t row)
{
    return std::string(
        static_cast<const arrow::StringArray&>(*rows.GetColumnByName(name)).GetView(row));
}

bool isNullAt(const arrow::RecordBatch& rows, const char* name, std::int64_t row)
{
    return rows.GetColumnByName(name)->IsNull(row);
}

Result<std::string> dataAt(const arrow::RecordBatch& rows, std::int64_t row)
{
    if (!isNullAt(rows, "data_text", row))
        return textAt(rows, "data_text", row);
    if (!isNullAt(rows, "data_json", row) && textAt(rows, "data_json", row) != "null")
        return textAt(rows, "data_json", row);
    if (!isNullAt(rows, "data_base64", row)) {
        auto bytes = arrow::util::base64_decode(textAt(rows, "data_base64", row));
        if (!bytes.ok())
            return errorFromArrow(bytes.status(), "data_base64");
        return std::move(*bytes);
    }
    return Error{.code = ErrorCode::DecodeFailed,
                 .message = "the line has no data to be read",
                 .object = {},
                 .hint = {},
                 .cause = {}};
}

} // namespace

Result<std::vector<EditedReject>> readEditedRejects(const std::string& path)
{
    SLUICE_TRY(std::string text, readFile(path));
    if (text.size() > std::numeric_limits<std::uint32_t>::max() / 4)
        return Error{.code = ErrorCode::CapacityExceeded,
                     .message = "the file is larger than 1 GiB",
                     .object = path,
                     .hint = "Replay it in several files.",
                     .cause = {}};
    std::vector<std::size_t> numbers;
    SLUICE_TRY(const RawRecords raw, linesOf(std::move(text), numbers));
    const formats::RecordLayout lines = layout();
    std::set<std::string> needed;
    for (const formats::SchemaColumn& each : lines.schema.columns)
        needed.insert(each.name);
    SLUICE_TRY(const formats::DecodedRecords decoded,
               formats::makeDecoder(lines, needed)->decode(raw));
    if (!decoded.bad.empty())
        return atLine(path, numbers[decoded.bad.front().index], decoded.bad.front().reason);
    std::vector<EditedReject> out;
    for (std::int64_t row = 0; row < decoded.columns->num_rows(); ++row) {
        const auto number = [&](const char* name) {
            return static_cast<const arrow::Int64Array&>(*decoded.columns->GetColumnByName(name))
                .Value(row);
        };
        const auto word = [&](const char* name) { return textAt(*decoded.columns, name, row); };
        Result<std::string> data = dataAt(*decoded.columns, row);
        if (!data)
            return atLine(path, numbers[std::size_t(row)], data.error().message);
        EditedReject edited{.line = numbers[std::size_t(row)],
                            .reject = {.verdict = word("verdict"),
                                       .node = word("node"),
                                       .source = word("source"),
                                       .partition = word("partition"),
                                       .position = number("position"),
                                       .attempt = number("attempt"),
                                       .into = {},
                                       .eventTimeUs = {},
                                       .data = std::move(*data)}};
        out.push_back(std::move(edited));
    }
    return out;
}

} // namespace sluice::api
