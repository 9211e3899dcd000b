// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/parquet_file.h"

#include "tests/support/test_main.h"

#include <QTemporaryDir>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/table.h>

namespace sluice::lake {

class ParquetFileTest : public QObject
{
    Q_OBJECT

    static constexpr std::int64_t kRows = 50'000, kBatch = 5'000;

    // "id" never repeats (40 bytes each, 2 MB: more than a dictionary may have), "country" does.
    static std::string idOf(std::int64_t row)
    {
        const std::string digits = std::to_string(row);
        return std::string(40 - digits.size(), 'x') + digits;
    }
    static std::string countryOf(std::int64_t row) { return row % 3 == 0 ? "DE" : "France"; }
    static std::shared_ptr<arrow::RecordBatch> batchFrom(std::int64_t from)
    {
        arrow::StringBuilder ids, countries;
        for (std::int64_t row = from; row < from + kBatch; ++row)
            if (!ids.Append(idOf(row)).ok() || !countries.Append(countryOf(row)).ok())
                return nullptr;
        const auto schema = arrow::schema(
            {arrow::field("id", arrow::utf8()), arrow::field("country", arrow::utf8())});
        return arrow::RecordBatch::Make(schema, kBatch, {*ids.Finish(), *countries.Finish()});
    }
    static Result<ClosedFile> writeTo(const std::string& path, const FileSettings& settings)
    {
        SLUICE_TRY(const auto file, ParquetFile::create(path, batchFrom(0)->schema(), settings));
        for (std::int64_t row = 0; row < kRows; row += kBatch)
            SLUICE_TRY(file->write(*batchFrom(row)));
        return file->close();
    }

private slots:
    void aDictionaryThatOverflowedIsTold_data()
    {
        QTest::addColumn<int>("codec");
        QTest::addColumn<QStringList>("plain");
        QTest::addColumn<QStringList>("crowded");
        for (const Codec codec : {Codec::Zstd, Codec::Lz4, Codec::Snappy, Codec::None}) {
            QTest::addRow("%s, with a dictionary each", codecName(codec))
                << int(codec) << QStringList() << QStringList{"id"};
            QTest::addRow("%s, without for the ids", codecName(codec))
                << int(codec) << QStringList{"id"} << QStringList();
        }
    }
    void aDictionaryThatOverflowedIsTold()
    {
        QFETCH(int, codec);
        QFETCH(QStringList, plain);
        QFETCH(QStringList, crowded);
        const QTemporaryDir folder(QStringLiteral("./parquet-XXXXXX"));
        const std::string path = folder.filePath("file.parquet").toStdString();
        FileSettings settings{.codec = Codec(codec)};
        for (const QString& column : plain)
            settings.plainColumns.insert(column.toStdString());
        const auto closed = writeTo(path, settings);
        QVERIFY(closed);
        QVERIFY(closed->output->wait());
        QCOMPARE(closed->rows, kRows);
        QStringList found;
        for (const std::string& column : closed->crowdedColumns)
            found += QString::fromStdString(column);
        QCOMPARE(found, crowded);

        auto reader = openParquet(path);
        QVERIFY(reader.ok());
        const auto table = (*reader)->ReadTable();
        QVERIFY2(table.ok(), table.status().ToString().c_str());
        const auto whole = *(*table)->CombineChunksToBatch();
        QCOMPARE(whole->num_rows(), kRows);
        const auto& ids = static_cast<const arrow::StringArray&>(*whole->column(0));
        const auto& countries = static_cast<const arrow::StringArray&>(*whole->column(1));
        for (std::int64_t row = 0; row < kRows; ++row) {
            QCOMPARE(ids.GetView(row), std::string_view(idOf(row)));
            QCOMPARE(countries.GetView(row), std::string_view(countryOf(row)));
        }
    }
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::ParquetFileTest)
#include "parquet_file_test.moc"
