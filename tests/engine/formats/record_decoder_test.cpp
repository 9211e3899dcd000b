// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/record_decoder.h"

#include "tests/engine/formats/raw_records_of.h"
#include "tests/engine/formats/reference_json.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

#include <array>
#include <random>

namespace sluice::formats {
namespace {

using Random = std::mt19937_64;

RecordLayout layoutOf(const std::string& schema)
{
    Diagnostics diagnostics("x");
    const DocumentNode map = parseDocument("schema: " + schema, diagnostics);
    RecordLayout layout = readRecordLayout(Options(map, recordOptions()), "n", diagnostics);
    if (diagnostics.hasErrors())
        qFatal("%s", diagnostics.text().c_str());
    return layout;
}

const char* const kSchemas[] = {
    "{a: long, b: string, c: double, d: boolean, e: timestamp(ms), f: 'list<long>', g: "
    "'struct<x: long, y: string>', h: json, i: short}",
    "{a: long not null, b: string not null, c: double not null, d: boolean, e: timestamp(ms) not "
    "null, i: short}",
    "{b: string, a: long}",
};

// Values that parsers of JSON have been wrong about.
constexpr std::array<std::string_view, 63> kValues{"0",
                                                   "-0",
                                                   "7",
                                                   "-12345",
                                                   "004",
                                                   "-004",
                                                   "00",
                                                   "0.0",
                                                   "1.",
                                                   ".5",
                                                   "+1",
                                                   "-",
                                                   "--1",
                                                   "1e5",
                                                   "1E+5",
                                                   "1e",
                                                   "1e400",
                                                   "-1e400",
                                                   "1e-400",
                                                   "5e-324",
                                                   "1.7976931348623157e308",
                                                   "0.1",
                                                   "0x10",
                                                   "1_000",
                                                   "12a",
                                                   "NaN",
                                                   "Infinity",
                                                   "32767",
                                                   "32768",
                                                   "-32769",
                                                   "9223372036854775807",
                                                   "9223372036854775808",
                                                   "-9223372036854775808",
                                                   "-9223372036854775809",
                                                   "18446744073709551615",
                                                   "18446744073709551616",
                                                   "123456789012345678901234567890",
                                                   "true",
                                                   "false",
                                                   "null",
                                                   "tru",
                                                   "truee",
                                                   "nul",
                                                   "nulll",
                                                   "True",
                                                   "\"\"",
                                                   "\"plain\"",
                                                   "\"\\u00e9\\n\\\"\\/\\b\"",
                                                   "\"\\ud83d\\ude00\"",
                                                   "\"\\ud800\"",
                                                   "\"\\ude00\\ud83d\"",
                                                   "\"\\ud83d\\u0041\"",
                                                   "\"\\u12\"",
                                                   "\"\\x41\"",
                                                   "\"\\u0000\"",
                                                   "\"\xff\"",
                                                   "\"\xc0\x80\"",
                                                   "\"\xed\xa0\x80\"",
                                                   "\"tab\there\"",
                                                   "[1,null,-3]",
                                                   "[1,2",
                                                   "{\"x\":1,\"y\":\"q\"}",
                                                   "{\"x\":1]"};

std::size_t below(Random& random, std::size_t count)
{
    return std::size_t(random() % count);
}

std::string cleanRecord(Random& random)
{
    const std::string text
        = below(random, 4) == 0 ? "esc\\u00e9\\\"\\n" : "text " + std::to_string(random() % 1000);
    return "{\"a\":" + std::to_string(std::int64_t(random() % 2'000'000) - 1'000'000) + ",\"b\":\""
        + text + "\",\"c\":" + std::to_string(random() % 1000) + "."
        + std::to_string(random() % 1000) + ",\"d\":" + (below(random, 2) == 0 ? "true" : "false")
        + ",\"e\":" + std::to_string(1'700'000'000'000 + std::int64_t(random() % 1'000'000))
        + ",\"f\":[1," + std::to_string(random() % 100)
        + "],\"g\":{\"x\":3,\"y\":\"z\"},\"h\":{\"any\":[true]},\"i\":"
        + std::to_string(random() % 30000) + ",\"z\":\"nobody reads this\"}";
}

// Replaces the text between two places of a record.
void replaceValue(std::string& record, Random& random)
{
    const std::size_t colon = record.find(':', below(random, record.size()));
    if (colon == std::string::npos)
        return;
    const std::size_t end = std::min(record.find_first_of(",}", colon), record.size());
    record.replace(colon + 1, end - colon - 1, kValues[below(random, kValues.size())]);
}

void replaceKey(std::string& record, Random& random)
{
    static constexpr std::array<std::string_view, 9> kKeys{"\"a\"", "\"b\"",       "\"c\"",
                                                           "\"h\"", "\"\\u0061\"", "\"\\u006\"",
                                                           "\"A\"", "\"aa\"",      "\"\""};
    const std::size_t colon = record.find(':', below(random, record.size()));
    const std::size_t comma = colon == std::string::npos ? colon : record.find_last_of(",{", colon);
    if (comma != std::string::npos)
        record.replace(comma + 1, colon - comma - 1, kKeys[below(random, kKeys.size())]);
}

void changeByte(std::string& record, Random& random)
{
    static constexpr std::string_view kBytes = "\"\\{}[]:,0123456789.eE+-aub \t\n\xc3\xa9\x01\xff";
    const char byte = kBytes[below(random, kBytes.size())];
    const std::size_t at = below(random, record.size());
    switch (below(random, 3)) {
    case 0: record[at] = byte; break;
    case 1: record.erase(at, 1 + below(random, 4)); break;
    default: record.insert(at, 1, byte);
    }
}

void mutate(std::string& record, Random& random)
{
    for (std::size_t changes = 1 + below(random, 3); changes > 0 && !record.empty(); --changes) {
        switch (below(random, 8)) {
        case 0: record.resize(below(random, record.size())); break;
        case 1: record.insert(below(random, record.size()), " \t"); break;
        case 2: record += below(random, 2) == 0 ? " " : "{\"a\":1}"; break;
        case 3: replaceKey(record, random); break;
        case 4: changeByte(record, random); break;
        default: replaceValue(record, random);
        }
    }
}

std::string escaped(std::string_view record)
{
    return QByteArray(record.data(), qsizetype(record.size()))
        .toPercentEncoding("{}[]\":,\\ +")
        .toStdString();
}

// One decoder over a few batches: it has learned the shape of clean records when a bad one comes.
class Duel
{
public:
    Duel(std::uint64_t seed, const std::string& schema)
        : m_random(seed)
        , m_layout(layoutOf(schema))
    {
        for (const SchemaColumn& column : m_layout.schema.columns)
            if (m_needed.empty() || below(m_random, 4) > 0)
                m_needed.insert(column.name);
        m_decoder = makeDecoder(m_layout, m_needed);
        m_reference.emplace(m_layout, m_needed);
    }

    /// Returns what is wrong, "" if nothing is.
    std::string batch()
    {
        std::vector<std::string> records(1 + below(m_random, 40));
        for (std::string& record : records) {
            record = cleanRecord(m_random);
            if (below(m_random, 3) == 0)
                mutate(record, m_random);
        }
        const auto decoded = m_decoder->decode(test::rawRecordsOf(records));
        if (!decoded)
            return decoded.error().text();
        if (const auto valid = decoded->columns->ValidateFull(); !valid.ok())
            return valid.ToString();
        std::size_t bad = 0;
        std::int64_t row = 0;
        for (std::size_t i = 0; i < records.size(); ++i) {
            const bool isBad = bad < decoded->bad.size() && decoded->bad[bad].index == i;
            const std::string wrong = isBad ? judgeRefusal(records[i], decoded->bad[bad++].reason)
                                            : judgeRow(records[i], *decoded->columns, row++);
            if (!wrong.empty())
                return wrong + "\n  record (percent-encoded): " + escaped(records[i]);
        }
        return row == decoded->columns->num_rows() ? "" : "rows and records differ in number";
    }

    std::size_t accepted = 0, refused = 0;

private:
    std::string judgeRefusal(const std::string& record, const std::string& reason)
    {
        ++refused;
        if (reason.empty())
            return "refused without a reason";
        return m_reference->read(record).strict ? "refused (" + reason + "), but is right" : "";
    }

    std::string judgeRow(const std::string& record, const arrow::RecordBatch& columns,
                         std::int64_t row)
    {
        ++accepted;
        const auto answers = m_reference->read(record);
        if (!answers.loose)
            return "accepted, but is wrong";
        const bool isStrict = answers.strict.has_value();
        const auto& cells = isStrict ? *answers.strict : *answers.loose;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string cell = m_reference->cellText(i, *columns.column(int(i)), row);
            if (cell != cells[i] && (isStrict || !m_reference->isJson(i)))
                return columns.schema()->field(int(i))->name() + " became " + cell + " instead of "
                    + cells[i];
        }
        return {};
    }

    Random m_random;
    RecordLayout m_layout;
    std::set<std::string> m_needed;
    std::unique_ptr<RecordDecoder> m_decoder;
    std::optional<test::ReferenceJson> m_reference;
};

} // namespace

/// The decoder that the factory makes against simdjson's strict parser, on mutated records. By
/// hand: SLUICE_SEEDS=100000 SLUICE_FIRST_SEED=1 engine_formats_test --file record_decoder_test
class RecordDecoderTest : public QObject
{
    Q_OBJECT

private slots:
    void jsonAgreesWithTheStrictParserOnMutatedRecords()
    {
        std::size_t accepted = 0;
        std::size_t refused = 0;
        for (const std::uint64_t seed : test::seeds(2500)) {
            Duel duel(seed, kSchemas[seed % std::size(kSchemas)]);
            for (int batch = 0; batch < 4; ++batch) {
                const std::string wrong = duel.batch();
                QVERIFY2(wrong.empty(), ("seed " + std::to_string(seed) + ": " + wrong).c_str());
            }
            accepted += duel.accepted;
            refused += duel.refused;
        }
        // Both happen a lot, or nothing was proven.
        QVERIFY(accepted > refused && refused * 20 > accepted);
    }
};

} // namespace sluice::formats

SLUICE_TEST(sluice::formats::RecordDecoderTest)
#include "record_decoder_test.moc"
