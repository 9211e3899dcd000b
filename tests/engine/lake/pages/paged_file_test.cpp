// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/paged_file.h"

#include "engine/columns/batch.h"
#include "engine/columns/types.h"
#include "engine/lake/parquet_file.h"
#include "tests/engine/operators/duckdb_rows.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>

#include <functional>
#include <random>

#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/compute/api.h>
#include <arrow/io/file.h>
#include <arrow/table.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

namespace sluice::lake {
namespace {

using Arrays = std::vector<std::shared_ptr<arrow::Array>>;
using Encodings = std::set<parquet::Encoding::type>;

template <class Builder, class Value>
std::shared_ptr<arrow::Array> arrayOf(const std::shared_ptr<arrow::DataType>& type,
                                      std::int64_t rows, Value value)
{
    Builder builder(type, arrow::default_memory_pool());
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto made = value(row);
        if (!(made ? builder.Append(*made) : builder.AppendNull()).ok())
            return nullptr;
    }
    return builder.Finish().ValueOrDie();
}

using Text = std::optional<std::string>;

std::shared_ptr<arrow::Array> texts(std::int64_t rows,
                                    const std::function<Text(std::int64_t)>& value)
{
    return arrayOf<arrow::StringBuilder>(arrow::utf8(), rows, value);
}

struct Written
{
    std::shared_ptr<arrow::ChunkedArray> values;
    std::shared_ptr<parquet::FileMetaData> footer;
};

// Writes column "v" and reads it again with the Parquet library, which checks the checksums.
arrow::Result<Written> writeAndRead(const std::string& path, const Arrays& batches,
                                    const FileSettings& settings, bool isRequired = false)
{
    auto type = batches.front()->type();
    if (type->id() == arrow::Type::DICTIONARY || type->id() == arrow::Type::STRING_VIEW)
        type = arrow::utf8();
    const auto schema = arrow::schema({arrow::field("v", type, !isRequired)});
    ARROW_ASSIGN_OR_RAISE(auto sink, arrow::io::FileOutputStream::Open(path));
    ARROW_ASSIGN_OR_RAISE(auto file,
                          openPagedFile(schema, sink, writerProperties(settings),
                                        arrowProperties()));
    for (const auto& values : batches)
        ARROW_RETURN_NOT_OK(
            file->WriteRecordBatch(*arrow::RecordBatch::Make(schema, values->length(), {values})));
    ARROW_RETURN_NOT_OK(file->Close());
    ARROW_RETURN_NOT_OK(sink->Close());
    ARROW_ASSIGN_OR_RAISE(auto reader, openParquet(path));
    ARROW_ASSIGN_OR_RAISE(auto table, reader->ReadTable());
    return Written{table->column(0), reader->parquet_reader()->metadata()};
}

// The same values as they would be read: dictionaries decoded, views as texts.
std::shared_ptr<arrow::ChunkedArray> plain(const Arrays& batches,
                                           const std::shared_ptr<arrow::DataType>& type)
{
    Arrays out;
    for (const auto& values : batches)
        out.push_back(arrow::compute::Cast(*values, type).ValueOrDie());
    return std::make_shared<arrow::ChunkedArray>(out, type);
}

Encodings encodingsOf(const parquet::FileMetaData& footer)
{
    Encodings out;
    for (int group = 0; group < footer.num_row_groups(); ++group) {
        const auto chunk = footer.RowGroup(group)->ColumnChunk(0);
        for (const auto& pages : chunk->encoding_stats())
            if (pages.page_type != parquet::PageType::DICTIONARY_PAGE)
                out.insert(pages.encoding);
    }
    return out;
}

QString named(const parquet::FileMetaData& footer)
{
    QString out;
    for (const auto encoding : encodingsOf(footer))
        out += QString::fromStdString(parquet::EncodingToString(encoding)) + u' ';
    return out;
}

const FileSettings kPlain{.codec = Codec::Snappy, .plainColumns = {"v"}};
const FileSettings kPrefixed{.codec = Codec::Snappy, .prefixedColumns = {"v"}};
const FileSettings kPacked{.codec = Codec::Snappy, .packedColumns = {"v"}};
const FileSettings kDictionary{.codec = Codec::Snappy};

} // namespace

class PagedFileTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder{QStringLiteral("./pages-XXXXXX")};

    std::string path() const { return m_folder.filePath("file.parquet").toStdString(); }

    void check(const Arrays& batches, const FileSettings& settings, const Encodings& encodings)
    {
        const auto written = writeAndRead(path(), batches, settings);
        QVERIFY2(written.ok(), written.status().ToString().c_str());
        const auto expected = plain(batches, written->values->type());
        QVERIFY2(written->values->Equals(*expected), "other values than were written");
        QVERIFY2(encodingsOf(*written->footer) == encodings, qPrintable(named(*written->footer)));
        std::int64_t nulls = 0;
        for (int group = 0; group < written->footer->num_row_groups(); ++group)
            nulls += written->footer->RowGroup(group)->ColumnChunk(0)->statistics()->null_count();
        QCOMPARE(nulls, expected->null_count());
    }

private slots:
    void initTestCase() { initializeColumns(); }

    void textsComeBack_data()
    {
        QTest::addColumn<int>("shape");
        const char* const shapes[] = {"few",      "counted", "random bytes", "empty",    "long",
                                      "all null", "one",     "none",         "some null"};
        for (int i = 0; i < 9; ++i)
            QTest::newRow(shapes[i]) << i;
    }
    void textsComeBack()
    {
        QFETCH(int, shape);
        std::mt19937 random(5);
        const auto letters = [&](std::size_t size) {
            std::string out(size, 'a');
            for (char& c : out)
                c = char('a' + random() % 3);
            return out;
        };
        const std::vector<std::function<Text(std::int64_t)>> values{
            [](std::int64_t row) { return std::string("DEFRUSANLIT", std::size_t(row % 7 + 2)); },
            [](std::int64_t row) { return "order-" + std::to_string(1'000'000 + row); },
            [&](std::int64_t) { return letters(random() % 40); },
            [](std::int64_t) { return std::string(); },
            [&](std::int64_t row) { return letters(row % 500 == 0 ? 20'000 : 17); },
            [](std::int64_t) { return std::nullopt; },
            [](std::int64_t) { return std::string("same"); },
            [](std::int64_t) { return std::string("none"); },
            [&](std::int64_t) { return random() % 3 == 0 ? Text() : Text(letters(random() % 4)); }};
        const std::int64_t rows = shape == 7 ? 0 : 45'000; // more than two pages
        const auto whole = texts(rows, values[std::size_t(shape)]);
        Arrays batches{whole->Slice(0, rows / 3), whole->Slice(rows / 3, 1),
                       whole->Slice(std::min<std::int64_t>(rows, rows / 3 + 1))};
        using parquet::Encoding;
        const auto dictionary = rows == 0 ? Encodings() : Encodings{Encoding::RLE_DICTIONARY};
        const bool isAny = rows > 0;
        for (const Codec codec : {Codec::Snappy, Codec::Zstd, Codec::None}) {
            FileSettings settings = kPlain;
            settings.codec = codec;
            check(batches, settings, isAny ? Encodings{Encoding::PLAIN} : Encodings());
            settings = kPrefixed;
            settings.codec = codec;
            check(batches, settings, isAny ? Encodings{Encoding::DELTA_BYTE_ARRAY} : Encodings());
            if (shape == 1 || shape == 2 || shape == 4)
                continue; // their dictionary overflows: see there
            settings = kDictionary;
            settings.codec = codec;
            check(batches, settings, dictionary);
        }
    }
    // 65,536 texts are in it, the next one is not: what comes then is plain.
    void aFullDictionaryIsGivenUp()
    {
        const auto value = [](std::int64_t row) -> Text {
            return row % 10 == 3 ? Text() : Text(std::to_string(row / 2));
        };
        using parquet::Encoding;
        check({texts(130'000, value)}, kDictionary, {Encoding::RLE_DICTIONARY});
        check({texts(200'000, value)}, kDictionary, {Encoding::RLE_DICTIONARY, Encoding::PLAIN});
        // A megabyte of texts is too much as well.
        check({texts(30'000,
                     [](std::int64_t row) { return std::string(80, 'x') + std::to_string(row); })},
              kDictionary, {Encoding::RLE_DICTIONARY, Encoding::PLAIN});
    }
    // What comes behind a dictionary is compressed, though the indices before it were not worth it.
    void plainTextsBehindADictionaryAreCompressed()
    {
        const auto alike = texts(100'000, [](std::int64_t row) {
            return std::string(60, 'x') + std::to_string(row * 7919 % 100'003);
        });
        const auto footer = writeAndRead(path(), {alike}, kDictionary).ValueOrDie().footer;
        const auto chunk = footer->RowGroup(0)->ColumnChunk(0);
        QVERIFY(chunk->total_compressed_size() * 2 < chunk->total_uncompressed_size());
    }
    // A page has a mebibyte and a value more, however many rows come at once.
    void aPageOfLongTextsEnds()
    {
        const auto values = texts(100, [](std::int64_t row) -> Text {
            return row % 9 == 4 ? Text() : Text(std::string(300'000, char('a' + row % 26)));
        });
        for (const FileSettings& settings : {kPlain, kPrefixed, kDictionary}) {
            const auto written = writeAndRead(path(), {values}, settings).ValueOrDie();
            QVERIFY(written.values->Equals(*plain({values}, arrow::utf8())));
            const auto chunk = written.footer->RowGroup(0)->ColumnChunk(0);
            std::int64_t pages = 0;
            for (const auto& told : chunk->encoding_stats())
                pages += told.page_type == parquet::PageType::DICTIONARY_PAGE ? 0 : told.count;
            QVERIFY2(pages >= 22, qPrintable(QString::number(pages))); // 89 texts, four a page
        }
    }
    void otherLayoutsOfTexts()
    {
        const auto value = [](std::int64_t row) -> Text {
            return row % 5 == 2 ? Text()
                                : Text(std::string(std::size_t(row % 23), char('a' + row % 7)));
        };
        const auto whole = texts(30'000, value);
        const auto views = arrow::compute::Cast(*whole, arrow::utf8_view()).ValueOrDie();
        const auto coded = arrow::compute::DictionaryEncode(whole).ValueOrDie().make_array();
        const auto other
            = arrow::compute::DictionaryEncode(whole->Slice(17, 900)).ValueOrDie().make_array();
        using parquet::Encoding;
        for (const Arrays& batches :
             {Arrays{views, views->Slice(3, 7000)}, Arrays{coded->Slice(5), other, coded}}) {
            check(batches, kPlain, {Encoding::PLAIN});
            check(batches, kPrefixed, {Encoding::DELTA_BYTE_ARRAY});
            check(batches, kDictionary, {Encoding::RLE_DICTIONARY});
        }
    }
    void wholeNumbersComeBack_data()
    {
        QTest::addColumn<int>("shape");
        const char* const shapes[] = {"ascending", "random", "ends", "some null", "all null"};
        for (int i = 0; i < 5; ++i)
            QTest::newRow(shapes[i]) << i;
    }
    void wholeNumbersComeBack()
    {
        QFETCH(int, shape);
        std::mt19937_64 random(3);
        using Number = std::optional<std::int64_t>;
        const std::vector<std::function<Number(std::int64_t)>> values{
            [](std::int64_t row) { return row * 3; },
            [&](std::int64_t) { return std::int64_t(random()); },
            [](std::int64_t row) { return row % 2 ? INT64_MAX : INT64_MIN; },
            [&](std::int64_t) { return random() % 3 ? Number(random() % 1000) : Number(); },
            [](std::int64_t) { return Number(); }};
        const std::int64_t rows = 41'003;
        const auto numbers
            = arrayOf<arrow::Int64Builder>(arrow::int64(), rows, values[std::size_t(shape)]);
        const auto narrow = [&](const std::shared_ptr<arrow::DataType>& type) {
            return arrow::compute::Cast(*numbers, type, arrow::compute::CastOptions::Unsafe())
                .ValueOrDie();
        };
        const auto decimals = [&](int precision, std::int64_t modulus) {
            const auto& given = static_cast<const arrow::Int64Array&>(*numbers);
            return arrayOf<arrow::Decimal128Builder>(
                arrow::decimal128(precision, 2), rows,
                [&](std::int64_t row) -> std::optional<arrow::Decimal128> {
                    if (given.IsNull(row))
                        return std::nullopt;
                    return arrow::Decimal128(given.Value(row) % modulus);
                });
        };
        const Arrays columns{numbers,
                             narrow(arrow::int32()),
                             narrow(arrow::int16()),
                             narrow(arrow::int8()),
                             narrow(arrow::int32())->View(arrow::date32()).ValueOrDie(),
                             numbers->View(timestampType()).ValueOrDie(),
                             decimals(9, 1'000'000'000),
                             decimals(18, 1'000'000'000'000'000'000)};
        for (const auto& column : columns) {
            const Arrays batches{column->Slice(0, 1), column->Slice(1, 20'000),
                                 column->Slice(20'001)};
            for (const Codec codec : {Codec::Snappy, Codec::Zstd, Codec::None}) {
                FileSettings settings = kPacked;
                settings.codec = codec;
                check(batches, settings, {parquet::Encoding::DELTA_BINARY_PACKED});
            }
        }
    }
    // What we have no encoder for is the library's, in the same file.
    void allKindsOfColumnsInOneFile()
    {
        const auto values = texts(1000, [](std::int64_t row) { return std::to_string(row % 9); });
        const auto numbers
            = arrayOf<arrow::Int64Builder>(arrow::int64(), 1000,
                                           [](std::int64_t row) { return std::optional(row % 4); });
        const auto reals
            = arrayOf<arrow::DoubleBuilder>(arrow::float64(), 1000, [](std::int64_t row) {
                  return std::optional(double(row) / 8);
              });
        const auto place
            = arrow::StructArray::Make({values, numbers}, std::vector<std::string>{"name", "n"})
                  .ValueOrDie();
        const auto list
            = arrow::ListArray::FromArrays(*arrayOf<arrow::Int32Builder>(arrow::int32(), 1001,
                                                                         [](std::int64_t row) {
                                                                             return std::optional(
                                                                                 int(row));
                                                                         }),
                                           *values)
                  .ValueOrDie();
        const auto schema
            = arrow::schema({arrow::field("place", place->type()), arrow::field("t", arrow::utf8()),
                             arrow::field("r", arrow::float64()), arrow::field("n", arrow::int64()),
                             arrow::field("l", list->type()), arrow::field("few", arrow::int64())});
        const auto batch = arrow::RecordBatch::Make(schema, 1000,
                                                    {place, values, reals, numbers, list, numbers});
        auto sink = arrow::io::FileOutputStream::Open(path()).ValueOrDie();
        auto file = openPagedFile(schema, sink,
                                  writerProperties({.codec = Codec::Zstd, .packedColumns = {"n"}}),
                                  arrowProperties())
                        .ValueOrDie();
        for (int group = 0; group < 3; ++group) {
            QVERIFY(file->NewBufferedRowGroup().ok());
            QVERIFY(file->WriteRecordBatch(*batch).ok());
            QVERIFY(file->WriteRecordBatch(*batch->Slice(100, 200)).ok());
        }
        QVERIFY(file->Close().ok());
        QVERIFY(sink->Close().ok());
        const auto reader = openParquet(path()).ValueOrDie();
        QCOMPARE(reader->num_row_groups(), 3);
        const auto read = reader->ReadTable().ValueOrDie();
        const auto expected = arrow::Table::FromRecordBatches({batch, batch->Slice(100, 200), batch,
                                                               batch->Slice(100, 200), batch,
                                                               batch->Slice(100, 200)})
                                  .ValueOrDie();
        QVERIFY(read->Equals(*expected));
    }
    void theFooterTellsBounds()
    {
        const auto bounds
            = [&](const std::shared_ptr<arrow::Array>& values, const FileSettings& settings) {
                  const auto footer = writeAndRead(path(), {values}, settings).ValueOrDie().footer;
                  const auto told = footer->RowGroup(0)->ColumnChunk(0)->statistics();
                  return told->HasMinMax() ? told->EncodeMin() + " " + told->EncodeMax() : "none";
              };
        const auto value = [](std::int64_t row) { return "k" + std::to_string(row % 12); };
        for (const FileSettings& settings : {kPlain, kPrefixed, kDictionary})
            QCOMPARE(bounds(texts(500, value), settings), "k0 k9");
        QCOMPARE(bounds(texts(5, [](std::int64_t) { return std::string(5000, 'x'); }), kPlain),
                 "none"); // too long for a footer
        QCOMPARE(bounds(texts(5, [](std::int64_t) { return Text(); }), kDictionary), "none");
        FileSettings unmeasured = kDictionary;
        unmeasured.unmeasuredColumns = {"v"};
        const auto footer
            = writeAndRead(path(), {texts(500, value)}, unmeasured).ValueOrDie().footer;
        QVERIFY(!footer->RowGroup(0)->ColumnChunk(0)->is_stats_set());
        const auto numbers
            = arrayOf<arrow::Int32Builder>(arrow::int32(), 300, [](std::int64_t row) {
                  return std::optional(int(row) - 100);
              });
        const auto packed = writeAndRead(path(), {numbers}, kPacked).ValueOrDie().footer;
        const auto told = std::static_pointer_cast<parquet::Int32Statistics>(
            packed->RowGroup(0)->ColumnChunk(0)->statistics());
        QCOMPARE(told->min(), -100);
        QCOMPARE(told->max(), 199);
    }
    void aPageThatDoesNotShrinkIsNotCompressed()
    {
        std::mt19937_64 random(9);
        const auto scattered
            = arrayOf<arrow::Int64Builder>(arrow::int64(), 60'000, [&](std::int64_t) {
                  return std::optional(std::int64_t(random() % 512));
              });
        const auto steps
            = arrayOf<arrow::Int64Builder>(arrow::int64(), 60'000, [](std::int64_t row) {
                  return std::optional(row / 10 * 1000);
              });
        const auto bytes = [&](const std::shared_ptr<arrow::Array>& values) {
            const auto footer = writeAndRead(path(), {values}, kPacked).ValueOrDie().footer;
            const auto chunk = footer->RowGroup(0)->ColumnChunk(0);
            return std::pair(chunk->total_compressed_size(), chunk->total_uncompressed_size());
        };
        const auto [packed, whole] = bytes(scattered);
        QCOMPARE(packed, whole);
        const auto [small, large] = bytes(steps); // ten bits a difference, most of them alike
        QVERIFY(small * 8 < large);
    }
    void requiredColumns()
    {
        const auto value = [](std::int64_t row) { return "v" + std::to_string(row); };
        const auto whole = texts(25'000, value);
        const auto written = writeAndRead(path(), {whole}, kPlain, true);
        QVERIFY2(written.ok(), written.status().ToString().c_str());
        QCOMPARE(written->footer->schema()->Column(0)->max_definition_level(), 0);
        QVERIFY(written->values->Equals(*plain({whole}, arrow::utf8())));
        const auto holed = texts(3, [](std::int64_t) { return Text(); });
        const auto refused = writeAndRead(path(), {holed}, kPlain, true);
        QVERIFY(!refused.ok());
        QVERIFY(refused.status().message().find("v") != std::string::npos);
    }
    void onlyBufferedRowGroups()
    {
        auto sink = arrow::io::FileOutputStream::Open(path()).ValueOrDie();
        const auto schema = arrow::schema({arrow::field("v", arrow::utf8())});
        auto file
            = openPagedFile(schema, sink, writerProperties({}), arrowProperties()).ValueOrDie();
        QVERIFY(!file->NewRowGroup().ok());
    }
    // Another reader, which knows nothing of ours.
    void duckDbReadsAll()
    {
        constexpr std::int64_t kRows = 100'000;
        const auto ids = texts(kRows, [](std::int64_t row) { return "id-" + std::to_string(row); });
        const auto few = texts(kRows, [](std::int64_t row) -> Text {
            return row % 4 == 3 ? Text() : Text(std::string("abc", std::size_t(row % 4)));
        });
        const auto numbers
            = arrayOf<arrow::Int64Builder>(arrow::int64(), kRows,
                                           [](std::int64_t row) -> std::optional<std::int64_t> {
                                               return row % 5 == 0
                                                   ? std::nullopt
                                                   : std::optional(row * row % 1009);
                                           });
        const auto schema = arrow::schema(
            {arrow::field("row", arrow::int64()), arrow::field("id", arrow::utf8()),
             arrow::field("plain", arrow::utf8()), arrow::field("few", arrow::utf8()),
             arrow::field("n", arrow::int64())});
        const auto rows = arrayOf<arrow::Int64Builder>(arrow::int64(), kRows, [](std::int64_t row) {
            return std::optional(row);
        });
        auto sink = arrow::io::FileOutputStream::Open(path()).ValueOrDie();
        auto file = openPagedFile(schema, sink,
                                  writerProperties({.codec = Codec::Snappy,
                                                    .plainColumns = {"plain"},
                                                    .prefixedColumns = {"id"},
                                                    .packedColumns = {"row", "n"}}),
                                  arrowProperties())
                        .ValueOrDie();
        const auto batch = arrow::RecordBatch::Make(schema, kRows, {rows, ids, ids, few, numbers});
        QVERIFY(file->WriteRecordBatch(*batch).ok());
        QVERIFY(file->Close().ok());
        QVERIFY(sink->Close().ok());
        const auto wrong = test::duckdbRows(
            {"SELECT count(*) AS rows, count(*) FILTER (WHERE id IS DISTINCT FROM 'id-' || row) AS "
             "a,"
             " count(*) FILTER (WHERE plain IS DISTINCT FROM 'id-' || row) AS b,"
             " count(*) FILTER (WHERE few IS DISTINCT FROM CASE WHEN row % 4 < 3 THEN"
             " substr('abc', 1, (row % 4)::INTEGER) END) AS c,"
             " count(*) FILTER (WHERE n IS DISTINCT FROM CASE WHEN row % 5 > 0 THEN row * row % "
             "1009"
             " END) AS d, sum(row) AS total FROM read_parquet('"
             + path() + "')"});
        const test::TextRow expected{{"rows", "100000"}, {"a", "0"}, {"b", "0"},
                                     {"c", "0"},         {"d", "0"}, {"total", "4999950000"}};
        QCOMPARE(wrong, std::vector<test::TextRow>{expected});
    }
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::PagedFileTest)
#include "paged_file_test.moc"
