// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/bench/nexmark_query.h"

#include "app/sluicectl/bench/nexmark_documents.h"
#include "engine/columns/types.h"

#include <algorithm>
#include <map>
#include <regex>

namespace sluice::ctl {
namespace {

using connectors::NexmarkJson;
using connectors::NexmarkStream;

struct Reads
{
    const char* stream;
    const char* fields; // in the order of a record; the event time is always read
};

// What must be read for each query, whoever computes it.
const std::map<std::string, std::vector<Reads>>& allReads()
{
    static const std::map<std::string, std::vector<Reads>> all{
        {"q0", {{"bid", "auction bidder price dateTime extra"}}},
        {"q1", {{"bid", "auction bidder price dateTime extra"}}},
        {"q2", {{"bid", "auction price dateTime"}}},
        {"q3",
         {{"person", "id name city state dateTime"}, {"auction", "id dateTime seller category"}}},
        {"q4", {{"auction", "id dateTime expires category"}, {"bid", "auction price dateTime"}}},
        {"q5", {{"bid", "auction dateTime"}}},
        {"q7", {{"bid", "auction bidder price dateTime extra"}}},
        {"q8", {{"person", "id name dateTime"}, {"auction", "dateTime seller"}}},
        {"q9",
         {{"auction",
           "id itemName description initialBid reserve dateTime expires seller category "
           "extra"},
          {"bid", "auction bidder price dateTime extra"}}},
        {"q10", {{"bid", "auction bidder price dateTime extra"}}},
        {"q11", {{"bid", "bidder dateTime"}}},
        {"q12", {{"bid", "bidder dateTime"}}},
        {"q13", {{"bid", "auction bidder price dateTime"}}},
        {"q14", {{"bid", "auction bidder price dateTime extra"}}},
        {"q15", {{"bid", "auction bidder price dateTime"}}},
        {"q16", {{"bid", "auction bidder price channel dateTime"}}},
        {"q17", {{"bid", "auction price dateTime"}}},
        {"q18", {{"bid", "auction bidder price channel url dateTime extra"}}},
        {"q19", {{"bid", "auction bidder price channel url dateTime extra"}}},
        {"q20",
         {{"bid", "auction bidder price channel url dateTime extra"},
          {"auction",
           "id itemName description initialBid reserve dateTime expires seller category "
           "extra"}}}};
    return all;
}

ParsedType typeOf(NexmarkStream stream, const std::string& field)
{
    const auto schema = NexmarkJson::schemaOf(stream);
    const auto* column = schema.find(field);
    return column && typeName(*column->type) == "string" ? ParsedType::Text : ParsedType::Integer;
}

Error unfit(const std::string& query, const std::string& what)
{
    return {.code = ErrorCode::ConfigInvalid,
            .message = "its document has no " + what,
            .object = query,
            .hint = "Write it as the other documents of examples/nexmark do.",
            .cause = {}};
}

// Replaces every match; an Error when there is none.
Status substitute(std::string& text, const std::string& query, const std::string& pattern,
                  const std::string& by, const std::string& what)
{
    const std::regex expression(pattern);
    if (!std::regex_search(text, expression))
        return unfit(query, what);
    text = std::regex_replace(text, expression, by);
    return ok();
}

std::string logSource(const std::string& stream)
{
    std::string out = "    type: file_source\n    path: " + stream + ".jsonl\n    schema:\n";
    for (const auto& column : NexmarkJson::schemaOf(NexmarkJson::streamNamed(stream)).columns)
        out += "      " + column.name + ": "
            + (column.numberUnitNs > 0 ? "timestamp(ms)" : typeName(*column.type)) + " not null\n";
    return out + "    event_time: {column: dateTime, out_of_order: 4s}\n";
}

} // namespace

NexmarkMode nexmarkModeOf(char letter)
{
    return letter == 'K' ? NexmarkMode::Columns
        : letter == 'J'  ? NexmarkMode::Json
                         : NexmarkMode::Log;
}

std::vector<std::string> nexmarkQueries()
{
    std::vector<std::string> out;
    for (const NexmarkDocument& document : nexmarkDocuments())
        if (allReads().contains(document.name))
            out.push_back(document.name);
    std::ranges::sort(out, {}, [](const std::string& name) { return std::stoi(name.substr(1)); });
    return out;
}

std::vector<NexmarkReading> readingsOf(const std::string& query)
{
    std::vector<NexmarkReading> out;
    for (const Reads& reads : allReads().at(query)) {
        NexmarkReading reading{.stream = NexmarkJson::streamNamed(reads.stream), .fields = {}};
        const std::string names = reads.fields;
        for (std::size_t at = 0; at < names.size();) {
            const std::size_t end = std::min(names.find(' ', at), names.size());
            const std::string name = names.substr(at, end - at);
            reading.fields.push_back({name, typeOf(reading.stream, name)});
            at = end + 1;
        }
        out.push_back(std::move(reading));
    }
    return out;
}

Result<std::string> nexmarkDocument(const std::string& query, NexmarkMode mode, std::int64_t events,
                                    std::int64_t rate)
{
    const auto& documents = nexmarkDocuments();
    const auto found = std::ranges::find(documents, query, &NexmarkDocument::name);
    if (found == documents.end())
        return Error{.code = ErrorCode::NotFound,
                     .message = "there is no such Nexmark query",
                     .object = query,
                     .hint = "examples/nexmark has them.",
                     .cause = {}};
    std::string text = found->text;
    const auto set = [&](const std::string& name, const std::string& value) {
        return substitute(text, query, "\n  " + name + ": [^\n]*", "\n  " + name + ": " + value,
                          "parameter " + name);
    };
    SLUICE_TRY(set("events", std::to_string(events)));
    SLUICE_TRY(set("rate", std::to_string(rate)));
    SLUICE_TRY(set("form", mode == NexmarkMode::Columns ? "columns" : "json"));
    SLUICE_TRY(set("prepared", "true"));
    if (mode != NexmarkMode::Log) {
        SLUICE_TRY(substitute(text, query, R"(\{type: delta_sink, input: (\w+)[^}]*\})",
                              "{type: blackhole_sink, input: $1}", "delta_sink"));
        return text;
    }
    for (const NexmarkReading& reading : readingsOf(query)) {
        SLUICE_TRY(substitute(text, query,
                              "    type: nexmark_source\n    stream: " + reading.name()
                                  + "\n(    [^\n]*\n)*",
                              logSource(reading.name()), "source of " + reading.name()));
    }
    return text;
}

} // namespace sluice::ctl
