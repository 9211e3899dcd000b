// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/json_shape.h"

#include "engine/formats/json_decoder.h"
#include "tests/support/test_main.h"

#include <array>
#include <random>

#include <arrow/scalar.h>

namespace sluice::formats {
namespace {

RecordLayout layoutOf(const char* schema, bool learnsShapes)
{
    Diagnostics diagnostics("x");
    const DocumentNode map = parseDocument(std::string("schema: ") + schema, diagnostics);
    RecordLayout layout = readRecordLayout(Options(map, recordOptions()), "n", diagnostics);
    if (diagnostics.hasErrors())
        qFatal("%s", diagnostics.text().c_str());
    layout.learnsShapes = learnsShapes;
    return layout;
}

// Records in one buffer with padding behind the last, a line end between them.
RawRecords rawOf(const std::vector<std::string>& records)
{
    RawRecords raw;
    std::string bytes;
    for (const std::string& record : records) {
        raw.offsets.push_back(std::uint32_t(bytes.size()));
        raw.lengths.push_back(std::uint32_t(record.size()));
        raw.positions.push_back(std::int64_t(bytes.size()));
        bytes += record + "\n";
    }
    bytes.append(RawRecords::kPadding, '9'); // digits: a number that runs on would be seen
    raw.bytes = arrow::Buffer::FromString(std::move(bytes));
    return raw;
}

std::set<std::string> allOf(const RecordLayout& layout)
{
    std::set<std::string> names;
    for (const SchemaColumn& column : layout.schema.columns)
        names.insert(column.name);
    return names;
}

// Returns what became of each record: its values, or the reason why it was refused.
std::vector<std::string> outcomes(JsonDecoder& decoder, const RawRecords& raw)
{
    const auto decoded = decoder.decode(raw);
    if (!decoded || !decoded->columns->ValidateFull().ok())
        qFatal("decode");
    std::vector<std::string> out(raw.size());
    for (const BadRecord& bad : decoded->bad)
        out[bad.index] = "refused: " + bad.reason;
    for (std::int64_t row = 0; row < decoded->columns->num_rows(); ++row) {
        std::string& text
            = out[decoded->rows.empty() ? std::size_t(row) : decoded->rows[std::size_t(row)]];
        for (const auto& column : decoded->columns->columns())
            text += column->GetScalar(row).ValueOrDie()->ToString() + "|";
    }
    return out;
}

// Changes a record here and there, mostly to what could be taken for something else.
std::string mutated(std::string record, std::mt19937& random)
{
    static const std::vector<std::string> pieces{"\"",
                                                 "\\",
                                                 "{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 ":",
                                                 ",",
                                                 "0",
                                                 "1",
                                                 "-",
                                                 ".",
                                                 "e",
                                                 "E5",
                                                 " ",
                                                 "\t",
                                                 "\x01",
                                                 "null",
                                                 "true",
                                                 "\\u00e9",
                                                 "\xc3\xa9",
                                                 "\xc3",
                                                 "\xff",
                                                 "00",
                                                 "99999999",
                                                 "0000000000000000",
                                                 "123456789012345678",
                                                 "1.005",
                                                 "2026-11-24",
                                                 "2024-02-30T00:00:00Z",
                                                 "\"a\":1,",
                                                 "-0"};
    for (auto changes = random() % 3; changes > 0 && !record.empty(); --changes) {
        const std::size_t at = random() % record.size();
        switch (random() % 4) {
        case 0: record.replace(at, 1, pieces[random() % pieces.size()]); break;
        case 1: record.erase(at, 1 + random() % 4); break;
        case 2: record.insert(at, pieces[random() % pieces.size()]); break;
        default: record.resize(at);
        }
    }
    return record;
}

} // namespace

class JsonShapeTest : public QObject
{
    Q_OBJECT

    // Verifies that both make the same of each record; counts those that both refuse.
    static int compare(JsonDecoder& shaped, JsonDecoder& parsing,
                       const std::vector<std::string>& records)
    {
        const RawRecords raw = rawOf(records);
        const auto expected = outcomes(parsing, raw);
        const auto found = outcomes(shaped, raw);
        int refused = 0;
        for (std::size_t i = 0; i < records.size(); ++i) {
            const std::string both = "\nby shape: " + found[i] + "\nparsed:   " + expected[i];
            if (!QTest::qVerify(found[i] == expected[i], "found[i] == expected[i]",
                                (records[i] + both).c_str(), __FILE__, __LINE__))
                return 0;
            refused += expected[i].starts_with("refused") ? 1 : 0;
        }
        return refused;
    }

private slots:
    void readsByShapeOrLeavesItToTheParser_data()
    {
        QTest::addColumn<QString>("record");
        QTest::addColumn<bool>("isRead");
        const auto row = [](const char* name, const char* record, bool isRead) {
            QTest::newRow(name) << record << isRead;
        };
        row("other values", "{\"a\":-70,\"s\":\"longer than it was\",\"d\":0.5,\"z\":false}", true);
        row("nulls", "{\"a\":null,\"s\":null,\"d\":null,\"z\":null}", true);
        row("text of two vectors",
            "{\"a\":1,\"s\":\"0123456789012345678901234567890123456789\",\"d\":1.25,\"z\":\"q\"}",
            true);
        row("UTF-8", "{\"a\":1,\"s\":\"\u00e9\",\"d\":1.25,\"z\":1}", true);
        row("space", "{\"a\": 1,\"s\":\"x\",\"d\":1.25,\"z\":1}", false);
        row("other order", "{\"s\":\"x\",\"a\":1,\"d\":1.25,\"z\":1}", false);
        row("a field less", "{\"a\":1,\"s\":\"x\",\"d\":1.25}", false);
        row("a field twice", "{\"a\":1,\"a\":2,\"s\":\"x\",\"d\":1.25,\"z\":1}", false);
        row("escape", "{\"a\":1,\"s\":\"x\\n\",\"d\":1.25,\"z\":1}", false);
        row("control character", "{\"a\":1,\"s\":\"x\x01\",\"d\":1.25,\"z\":1}", false);
        row("leading zero", "{\"a\":01,\"s\":\"x\",\"d\":1.25,\"z\":1}", false);
        row("too long a number", "{\"a\":1234567890123456789,\"s\":\"x\",\"d\":1.25,\"z\":1}",
            false);
        row("too fine", "{\"a\":1,\"s\":\"x\",\"d\":1.255,\"z\":1}", false);
        row("no digit behind the point", "{\"a\":1,\"s\":\"x\",\"d\":1.,\"z\":1}", false);
        row("cut off", "{\"a\":1,\"s\":\"x\",\"d\":1.2", false);
        row("cut off in text", "{\"a\":1,\"s\":\"x", false);
        row("something behind", "{\"a\":1,\"s\":\"x\",\"d\":1.25,\"z\":1} ", false);
        row("nothing", "", false);
        row("one quote", "\"", false);
        row("no value", "{\"a\":,\"s\":\"x\",\"d\":1.25,\"z\":1}", false);
        row("a sign alone", "{\"a\":-,\"s\":\"x\",\"d\":1.25,\"z\":1}", false);
        row("text where a number is read", "{\"a\":\"1\",\"s\":\"x\",\"d\":1.25,\"z\":1}", false);
        row("a quote in the last value", "{\"a\":1,\"s\":\"x\",\"d\":1.25,\"z\":1\"}", false);
        row("two texts at the end", "{\"a\":1,\"s\":\"x\",\"d\":1.25,\"z\":\"x\"\"y\"}", false);
        row("a number with a quote", "{\"a\":1\",\"s\":\"x\",\"d\":1.25,\"z\":1}", false);
        row("other space", "{\"a\":1\t,\"s\":\"x\",\"d\":1.25,\"z\":1}", false);
        row("list where nobody reads", "{\"a\":1,\"s\":\"x\",\"d\":1.25,\"z\":[]}", false);
    }
    void readsByShapeOrLeavesItToTheParser()
    {
        QFETCH(QString, record);
        QFETCH(bool, isRead);
        const RecordLayout layout = layoutOf("{a: long, s: string, d: 'decimal(9,2)'}", true);
        std::vector<ColumnBuffer> columns;
        for (const SchemaColumn& column : layout.schema.columns)
            columns.emplace_back(column);
        std::vector<ShapeReader> readers;
        for (ColumnBuffer& column : columns) {
            QVERIFY(column.begin(1, 16).ok());
            readers.push_back({{column.column().key()}, &column});
        }
        const auto shape = JsonShape::learn("{\"a\":1,\"s\":\"x\",\"d\":1.25,\"z\":1}", readers);
        QVERIFY(shape);
        std::string bytes = record.toStdString();
        const std::size_t size = bytes.size();
        bytes.append(RawRecords::kPadding, '1');
        QCOMPARE(shape->read(std::string_view(bytes).substr(0, size), 0), isRead);
    }

    void refusesToLearn_data()
    {
        QTest::addColumn<QString>("record");
        QTest::newRow("a list") << "{\"a\":1,\"l\":[1]}";
        QTest::newRow("a key twice") << "{\"a\":1,\"z\":1,\"z\":2}";
        QTest::newRow("an object for a value") << "{\"a\":{\"x\":1}}";
        QTest::newRow("escaped key") << "{\"\\u0061\":1}";
        QTest::newRow("no record") << "";
    }
    void refusesToLearn()
    {
        QFETCH(QString, record);
        const RecordLayout layout = layoutOf("{a: long}", true);
        ColumnBuffer column(layout.schema.columns[0]);
        QVERIFY(!JsonShape::learn(record.toStdString(), {{{"a"}, &column}}));
    }

    // The same records with and without shapes: the same values and the same reasons, whatever the
    // size of the batches.
    void agreesWithTheParser_data()
    {
        QTest::addColumn<QString>("schema");
        QTest::addColumn<QStringList>("records");
        QTest::newRow("orders")
            << "{id: string not null, a: long, q: short, m: 'decimal(12,2)', c: 'decimal(30,4)',"
               " ts: timestamp(ms) not null, on: date, r: double, f: float, b: boolean,"
               " e: {type: integer, on_error: null}}"
            << QStringList{
                   "{\"id\":\"o-0012\",\"a\":15668,\"q\":3,\"m\":171.66,\"x\":\"EUR\",\"c\":12.5,"
                   "\"ts\":1767225600000,\"on\":\"2026-11-24\",\"r\":-1.25,\"f\":0.1,\"b\":true,"
                   "\"e\":7}",
                   "{\"id\":\"o\",\"a\":-5,\"q\":null,\"m\":\"0.10\",\"x\":12.75,\"c\":null,"
                   "\"ts\":\"2024-02-29T12:00:00.5Z\",\"on\":null,\"r\":123456789.012345,"
                   "\"f\":16777217,\"b\":false,\"e\":\"x\"}",
                   "{ \"ts\": 5, \"id\": \"\u00e9t\u00e9\", \"unread\": true }",
               };
        QTest::newRow("over several lines")
            << "{a: long, s: string, d: double}"
            << QStringList{"{\n\t\"a\": 1,\n\t\"s\": \"x\",\n\t\"d\": 0.5\n}",
                           "{\n\t\"a\": null,\n\t\"s\": \"\",\n\t\"d\": -3\n}",
                           "{\"e\":{},\"a\":1,\"s\":\"é\",\"d\":2,\"f\":{\"g\":{}}}"};
        QTest::newRow("under a key")
            << "{kind: integer, id: {type: long, path: '$.bid.id'},"
               " price: {type: 'decimal(20,3)', path: '$.bid.price'},"
               " at: {type: timestamp(ms), path: '$.bid.at'},"
               " r: {type: double, path: '$.bid.r'},"
               " name: {type: string, path: '$.person.name'},"
               " y: {type: boolean, path: '$.person.more.y'}}"
            << QStringList{
                   "{\"kind\":2,\"person\":null,\"bid\":{\"id\":1007,\"price\":12.5,"
                   "\"at\":1767225600000,\"r\":-0.5,\"z\":\"text\"}}",
                   "{\"kind\":0,\"person\":{\"name\":\"Walter Noris\",\"more\":{\"y\":true}},"
                   "\"bid\":null}",
                   "{\"kind\":1,\"bid\":{\"id\":-1,\"price\":123456789.125,"
                   "\"at\":\"2026-11-24T00:00:00Z\",\"r\":3}}",
               };
        QTest::newRow("keys read by two")
            << "{a: json, c: {type: long, path: '$.a.b'}, d: long}"
            << QStringList{"{\"a\":{\"b\":5},\"d\":1}", "{\"a\":[1],\"d\":1}"};
    }
    void agreesWithTheParser()
    {
        QFETCH(QString, schema);
        QFETCH(QStringList, records);
        const QByteArray text = schema.toUtf8();
        const RecordLayout with = layoutOf(text.constData(), true);
        const RecordLayout without = layoutOf(text.constData(), false);
        JsonDecoder shaped(with, allOf(with)), parsing(without, allOf(without));
        std::mt19937 random(20261125);
        int refused = 0;
        for (int round = 0; round < 300; ++round) {
            static constexpr std::array<int, 3> kSizes{1, 7, 200};
            std::vector<std::string> some;
            for (int i = 0; i < kSizes[std::size_t(round % 3)]; ++i) {
                const std::string original
                    = records[qsizetype(random() % std::uint64_t(records.size()))].toStdString();
                some.push_back(random() % 3 == 0 ? original : mutated(original, random));
            }
            refused += compare(shaped, parsing, some);
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY(refused > 1000);
    }

    // Many records in a row that are alike are read some at a time: with texts of any length, odd
    // ones here and there, and numbers that are shorter, longer or none.
    void runsOfAlikeRecordsAgreeWithTheParser_data()
    {
        QTest::addColumn<int>("batch");
        for (const int batch : {1, 7, 16, 33, 400, 4096})
            QTest::addRow("%d records a batch", batch) << batch;
    }
    void runsOfAlikeRecordsAgreeWithTheParser()
    {
        QFETCH(int, batch);
        const char* const schema = "{a: long not null, s: string, q: short, t: string not null,"
                                   " m: 'decimal(9,2)', ts: timestamp(ms), gone: long}";
        const RecordLayout with = layoutOf(schema, true), without = layoutOf(schema, false);
        JsonDecoder shaped(with, allOf(with)), parsing(without, allOf(without));
        std::mt19937 random(20261129);
        const auto text = [&](std::size_t most) {
            return std::string(random() % most, char('a' + random() % 26));
        };
        int odd = 0, refused = 0;
        for (int round = 0; round * batch < 12'000; ++round) {
            std::vector<std::string> some;
            for (int left = batch; left > 0; --left) {
                std::string record = "{\"a\":" + std::to_string(random() % 1'000'000) + ",\"s\":\""
                    + text(120) + "\",\"q\":" + std::to_string(random() % 300) + ",\"z\":\""
                    + text(40) + "\",\"t\":\"" + text(round % 5 == 0 ? 400 : 12)
                    + "\",\"m\":0.5,\"ts\":1767225600000}";
                if (random() % 60 == 0) {
                    record = random() % 2 == 0 ? mutated(record, random)
                                               : "{\"a\":null,\"s\":null,\"t\":\"é\"}";
                    ++odd;
                }
                some.push_back(std::move(record));
            }
            refused += compare(shaped, parsing, some);
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY(odd > 100 && refused > 50);
    }
};

} // namespace sluice::formats

SLUICE_TEST(sluice::formats::JsonShapeTest)
#include "json_shape_test.moc"
