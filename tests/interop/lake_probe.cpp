// SPDX-License-Identifier: Apache-2.0
// Writes a lake whose tables show what the format can hold, for other engines to read, and prints
// what others wrote, as we read it.
//
//   lake_probe write LAKE             the tables below, each in a folder of LAKE
//   lake_probe append LAKE TABLE N    one row more, id = N, as epoch N of a sink of its own
//   lake_probe compact LAKE TABLE     its small files into one
//   lake_probe vacuum LAKE TABLE      removes what no version names, of whatever age
//   lake_probe read FOLDER [VERSION]  the rows of a Delta table as JSON lines, sorted by text
//
// What the tables hold is written down in check_lake.py once more, by hand.
#include "engine/columns/batch.h"
#include "engine/columns/types.h"
#include "engine/formats/json_encoder.h"
#include "engine/lake/checkpoint_writer.h"
#include "engine/lake/commit_file.h"
#include "engine/lake/compaction.h"
#include "engine/lake/table_reader.h"
#include "engine/lake/table_sink.h"
#include "engine/lake/vacuum.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

#include <arrow/json/from_string.h>
#include <unistd.h>

namespace sluice {
namespace {

using arrow::field;

// A node's surroundings; a sink asks only for the watermark.
class ProbeContext final : public flow::NodeContext
{
public:
    void emit(Batch) override { }
    void emitTo(std::size_t, Batch) override { }
    void reject(const Batch&, std::span<const std::uint32_t>, Verdict,
                const flow::RejectReason&) override
    {
    }
    void rejectRecord(const std::shared_ptr<const RawRecords>&, std::uint32_t, Verdict,
                      const flow::RejectReason&) override
    {
    }
    void count(Verdict, std::uint64_t) override { }
    NodeCounters& counters() override { return m_counters; }
    const Clock& clock() const override { return systemClock(); }
    EventTime watermark() const override { return EventTime::min(); }

private:
    NodeCounters m_counters;
};

[[noreturn]] void fail(const std::string& text)
{
    std::fprintf(stderr, "%s\n", text.c_str());
    std::exit(1);
}

void require(const Status& status)
{
    if (!status)
        fail(status.error().text());
}

template <class T> T require(Result<T> result)
{
    if (!result)
        fail(result.error().text());
    return std::move(*result);
}

Batch batchOf(const std::shared_ptr<arrow::Schema>& schema, const std::string& json)
{
    const auto rows = arrow::json::ArrayFromJSONString(arrow::struct_(schema->fields()), json);
    if (!rows.ok())
        fail(rows.status().ToString());
    Batch batch;
    batch.columns = arrow::RecordBatch::FromStructArray(*rows).ValueOrDie();
    return batch;
}

/// A table being written, an epoch a call.
class Writer
{
public:
    Writer(const std::string& lake, const std::string& table,
           std::shared_ptr<arrow::Schema> columns,
           std::vector<lake::PartitionColumn> partitions = {}, std::string node = "sink")
    {
        lake::TableSinkConfig config;
        config.table = table;
        config.lakeFolder = lake;
        config.pipeline = "probe";
        config.node = std::move(node);
        config.input = std::move(columns);
        config.partitions = std::move(partitions);
        m_columns = config.input;
        m_sink = std::make_unique<lake::TableSink>(config, systemClock());
        require(m_sink->open());
    }

    void epoch(flow::Epoch number, const std::string& json)
    {
        ProbeContext context;
        require(m_sink->write(batchOf(m_columns, json), context));
        const auto sealed = require(m_sink->seal(number));
        require(m_sink->makeDurable(sealed));
        require(m_sink->commit(sealed));
        require(m_sink->commit(sealed)); // said twice, done once
    }

private:
    std::shared_ptr<arrow::Schema> m_columns;
    std::unique_ptr<lake::TableSink> m_sink;
};

std::shared_ptr<arrow::Schema> idAndText()
{
    return arrow::schema({field("id", arrow::int64()), field("text", arrow::utf8())});
}

void writeTypes(const std::string& lake)
{
    const auto schema
        = arrow::schema({field("row", arrow::int32()), field("c_boolean", arrow::boolean()),
                         field("c_byte", arrow::int8()), field("c_short", arrow::int16()),
                         field("c_integer", arrow::int32()), field("c_long", arrow::int64()),
                         field("c_float", arrow::float32()), field("c_double", arrow::float64()),
                         field("c_decimal9", arrow::decimal128(9, 2)),
                         field("c_decimal18", arrow::decimal128(18, 4)),
                         field("c_decimal38", arrow::decimal128(38, 10)),
                         field("c_string", arrow::utf8()), field("c_binary", arrow::binary()),
                         field("c_date", arrow::date32()), field("c_timestamp", timestampType())});
    Writer(lake, "probe.types", schema).epoch(1, R"([
      [1, true, -128, -32768, -2147483648, -9223372036854775808, -1.5, -2.5, "-1234567.89",
       "-12345678901234.5678", "-1234567890123456789012345678.0123456789", "", "", -719162,
       -62135596800000000],
      [2, false, 127, 32767, 2147483647, 9223372036854775807, 1.5, 2.5, "1234567.89",
       "12345678901234.5678", "1234567890123456789012345678.0123456789", "äöü€𝄞", "bytes", 2932896,
       253402300799999999],
      [3, null, null, null, null, null, null, null, null, null, null, null, null, null, null],
      [4, true, 0, 0, 0, 0, 0.0, 0.0, "0.00", "0.0000", "0.0000000000", "a\"b\\c\nd", "x", -1, -1]])");
}

void writeNested(const std::string& lake)
{
    const auto schema = arrow::schema(
        {field("id", arrow::int64()),
         field("place",
               arrow::struct_({field("x", arrow::float64()), field("name", arrow::utf8())})),
         field("tags", arrow::list(field("element", arrow::utf8()))),
         field("counts", arrow::map(arrow::utf8(), arrow::int64()))});
    Writer(lake, "probe.nested", schema).epoch(1, R"([
      [1, {"x": 1.5, "name": "a"}, ["p", null, "q"], [["k", 1], ["l", null]]],
      [2, {"x": null, "name": null}, [], []],
      [3, null, null, null]])");
}

// Values that are hard to put into a folder's name.
void writePartitions(const std::string& lake)
{
    Writer table(lake, "probe.partitions",
                 arrow::schema({field("id", arrow::int64()), field("part", arrow::utf8()),
                                field("ts", timestampType())}),
                 {{.name = "ts_date", .source = "ts", .isDay = true},
                  {.name = "part", .source = "part"}});
    table.epoch(1, R"([[1, "a b", 0], [2, "a/b", 0], [3, "a%b", 0], [4, "a=b", 0], [5, "a:b", 0],
      [6, "a#b", 0], [7, "a?b", 0], [8, "a'b", 0], [9, "ü€", 0], [10, null, -1], [11, "plain", null]])");
}

// Long texts, not-a-numbers and zeros: a wrong bound in the statistics would hide rows.
void writeBounds(const std::string& lake)
{
    const std::string z100(100, 'z');
    std::string high;
    for (int i = 0; i < 70; ++i)
        high += "\xF4\x8F\xBF\xBF"; // U+10FFFF: nothing is greater
    Writer texts(lake, "probe.texts", idAndText());
    texts.epoch(1, "[[1, \"" + z100 + "\"], [2, \"" + std::string(40, 'a') + "\"]]");
    texts.epoch(2, "[[3, \"" + high + "\"]]");
    texts.epoch(3, "[[4, null]]");
    texts.epoch(4, "[[5, \"ääääääääääääääääääääääääääääääääÄ\"], [6, \"b\"]]");
    Writer numbers(lake, "probe.numbers",
                   arrow::schema({field("id", arrow::int64()), field("d", arrow::float64()),
                                  field("ts", timestampType())}));
    numbers.epoch(1, "[[1, NaN, 1795491583993001], [2, 1.0, 1795491583993999]]");
    numbers.epoch(2, "[[3, 0.0, null], [4, -0.0, -1]]");
    numbers.epoch(3, "[[5, Inf, 0], [6, -Inf, 0]]");
    numbers.epoch(4, "[[7, 10.0, 1795491583993500]]");
}

// A column more half way, and so many commits that a checkpoint stands for the first of them.
void writeLong(const std::string& lake)
{
    Writer narrow(lake, "probe.long", idAndText());
    for (int epoch = 1; epoch <= 101; ++epoch)
        narrow.epoch(epoch, "[[" + std::to_string(epoch) + ", \"row\"]]");
    auto fields = idAndText()->fields();
    fields.push_back(field("amount", arrow::decimal128(12, 2)));
    Writer wide(lake, "probe.long", arrow::schema(fields), {}, "wide");
    wide.epoch(7, R"([[102, "wide", "12.50"]])");
    const lake::DeltaLog log(lake + "/probe/long");
    // What a reader finds who comes after the retention: only the checkpoint and what follows it.
    for (int version = 0; version < 100; ++version)
        ::unlink((log.logFolder() + "/" + lake::commitName(version)).c_str());
}

// So many rows that the columns get each an encoding of their own, over several pages: counted ids,
// few texts, texts that do not repeat, differences, few numbers.
void writeEncoded(const std::string& lake)
{
    static const char* const kFew[] = {"DE", "France", "", "United Kingdom of ..."};
    std::string rows = "[";
    for (std::int64_t i = 0; i < 50'000; ++i) {
        const std::string mixed = std::to_string(i * 7919 % 50'021);
        rows += (i > 0 ? ",[" : "[") + std::to_string(i) + ",\"order-"
            + std::to_string(1'000'000 + i) + "\","
            + (i % 7 == 3 ? "null" : '"' + std::string(kFew[i * i % 11 % 4]) + '"') + ",\"" + mixed
            + " x " + mixed + "\"," + (i % 11 == 5 ? "null" : mixed) + ","
            + std::to_string(i % 2 == 0 ? INT64_MAX - i : INT64_MIN + i) + ","
            + std::to_string(i % 5) + ",\"" + mixed + ".25\","
            + std::to_string(1'767'225'600'000'000 + i / 10 * 1000) + "]";
    }
    Writer(lake, "probe.encoded",
           arrow::schema({field("id", arrow::int64()), field("counted", arrow::utf8()),
                          field("few", arrow::utf8()), field("scattered", arrow::utf8()),
                          field("n", arrow::int32()), field("ends", arrow::int64()),
                          field("small", arrow::int16()), field("amount", arrow::decimal128(12, 2)),
                          field("ts", timestampType())}))
        .epoch(1, rows + "]");
}

void writeLake(const std::string& lake)
{
    writeEncoded(lake);
    writeTypes(lake);
    writeNested(lake);
    writePartitions(lake);
    writeBounds(lake);
    writeLong(lake);
    Writer plain(lake, "probe.plain", idAndText());
    for (int epoch = 1; epoch <= 8; ++epoch)
        plain.epoch(epoch, "[[" + std::to_string(epoch) + ", \"ours\"]]");
}

std::string folderOf(const std::string& lake, const std::string& table)
{
    return require(lake::tableFolder(lake, table));
}

void append(const std::string& lake, const std::string& table, const std::string& number)
{
    Writer writer(lake, table, idAndText(), {}, "appender");
    writer.epoch(std::atoll(number.c_str()), "[[" + number + ", \"appended\"]]");
}

void compact(const std::string& lake, const std::string& table)
{
    const lake::DeltaLog log(folderOf(lake, table));
    const auto done = require(lake::compactTable(log, {.minFiles = 1}, systemClock()));
    lake::Snapshot head = require(log.load());
    require(lake::writeCheckpoint(log, head, systemClock()));
    std::printf("%lld files became %lld\n", static_cast<long long>(done.removedFiles),
                static_cast<long long>(done.addedFiles));
}

void vacuum(const std::string& lake, const std::string& table)
{
    // A minute ahead of the files just written, which are not older than no retention at all.
    const ManualClock soon(WallTime{systemClock().wallNow().us + 60'000'000});
    const auto gone = require(lake::vacuumTable(lake::DeltaLog(folderOf(lake, table)),
                                                {.retention = Micros(0), .isDryRun = false}, soon));
    std::printf("%zu files removed\n", gone.files.size());
}

void read(const std::string& folder, const std::string& version)
{
    const auto snapshot = require(lake::DeltaLog(folder).load(
        version.empty() ? std::nullopt : std::optional<std::int64_t>(std::atoll(version.c_str()))));
    std::vector<std::string> rows;
    for (const auto& batch : require(lake::readRows(folder, snapshot)))
        for (std::int64_t row = 0; row < batch->num_rows(); ++row)
            formats::encodeJsonRow(*batch, row, rows.emplace_back());
    std::ranges::sort(rows);
    for (const std::string& row : rows)
        std::printf("%s\n", row.c_str());
}

int run(const std::vector<std::string>& arguments)
{
    const auto at
        = [&](std::size_t i) { return i < arguments.size() ? arguments[i] : std::string(); };
    const std::map<std::string, std::function<void()>> commands{
        {"write", [&] { writeLake(at(1)); }},
        {"append", [&] { append(at(1), at(2), at(3)); }},
        {"compact", [&] { compact(at(1), at(2)); }},
        {"vacuum", [&] { vacuum(at(1), at(2)); }},
        {"read", [&] { read(at(1), at(2)); }}};
    const auto command = commands.find(at(0));
    if (command == commands.end() || arguments.size() < 2)
        fail("usage: lake_probe write|append|compact|vacuum|read ...");
    initializeColumns();
    command->second();
    return 0;
}

} // namespace
} // namespace sluice

int main(int argc, char** argv)
{
    return sluice::run(std::vector<std::string>(argv + 1, argv + argc));
}
