// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/sealed_files.h"

#include "engine/base/json_writer.h"
#include "engine/lake/action_json.h"
#include "engine/lake/lake_error.h"

#include <simdjson.h>

namespace sluice::lake {
namespace {

void writeFile(JsonWriter& out, const AddFile& file)
{
    out.beginObject().key("path").value(file.path).key("size").value(file.size);
    out.key("modificationTime").value(file.modificationTime);
    out.key("partitionValues").beginObject();
    for (const auto& [column, value] : file.partitionValues) {
        out.key(column);
        value ? out.value(*value) : out.null();
    }
    out.endObject().key("stats").value(file.stats).endObject();
}

std::optional<std::int64_t> readNumber(const simdjson::dom::element& from, const char* name)
{
    std::int64_t value = 0;
    return from[name].get(value) == simdjson::SUCCESS ? std::optional(value) : std::nullopt;
}

Error badEntry()
{
    return lakeError(ErrorCode::DecodeFailed, "the manifest's entry of a table cannot be read",
                     "manifest", "The manifest is damaged; restore the workspace from a backup.");
}

} // namespace

std::int64_t SealedFiles::bytes() const
{
    std::int64_t sum = 0;
    for (const AddFile& file : files)
        sum += file.size;
    return sum;
}

std::string sealedText(const SealedFiles& sealed)
{
    JsonWriter out;
    out.beginObject().key("table").value(sealed.table).key("rows").value(sealed.rows);
    if (sealed.maxEventTimeUs)
        out.key("maxEventTime").value(*sealed.maxEventTimeUs);
    if (sealed.watermarkUs)
        out.key("watermark").value(*sealed.watermarkUs);
    out.key("files").beginArray();
    for (const AddFile& file : sealed.files)
        writeFile(out, file);
    out.endArray().endObject();
    return out.take();
}

Result<SealedFiles> parseSealed(const std::string& text)
{
    SealedFiles out;
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    simdjson::dom::array files;
    std::string_view table;
    if (parser.parse(text).get(root) != simdjson::SUCCESS
        || root["files"].get(files) != simdjson::SUCCESS
        || root["table"].get(table) != simdjson::SUCCESS)
        return badEntry();
    out.table = table;
    out.rows = readNumber(root, "rows").value_or(0);
    out.maxEventTimeUs = readNumber(root, "maxEventTime");
    out.watermarkUs = readNumber(root, "watermark");
    for (const simdjson::dom::element item : files) {
        // An entry is an add action in all but the wrapping.
        SLUICE_TRY(Commit commit,
                   parseCommit("{\"add\":" + simdjson::minify(item) + "}", "manifest"));
        if (commit.adds.size() != 1)
            return badEntry();
        out.files.push_back(std::move(commit.adds.front()));
    }
    return out;
}

} // namespace sluice::lake
