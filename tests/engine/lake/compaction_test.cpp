// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/compaction.h"

#include "engine/lake/committer.h"
#include "engine/lake/partition_path.h"

#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <filesystem>

#include <parquet/file_reader.h>
#include <parquet/metadata.h>

namespace sluice::lake {

class CompactionTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }
    void init()
    {
        m_fixture = std::make_unique<LakeFixture>();
        m_log = std::make_unique<DeltaLog>(folder());
        auto config = m_fixture->config(orderSchema());
        config.partitions = {{.name = "country", .source = "country"}};
        m_sink = std::make_unique<TableSink>(config, systemClock());
        QVERIFY(m_sink->open());
        for (int epoch = 1; epoch <= 6; ++epoch) // six files of DE, one of FR, one of nobody
            write(epoch,
                  epoch == 3 ? R"([[3, "DE", 3], [30, "FR", null], [31, null, 31]])"
                             : "[[" + std::to_string(epoch) + ", \"DE\", 0]]");
    }

    void oneFileForManyWithTheSameRows()
    {
        const auto before = rowTexts(folder());
        QCOMPARE(before.size(), std::size_t(8));
        QVERIFY(needsCompaction(*m_log->load(), {.minFiles = 5}));
        QVERIFY(!needsCompaction(*m_log->load(), {.minFiles = 6}));
        QVERIFY(!needsCompaction(*m_log->load(), {.minFiles = 5, .smallBytes = 10}));
        const auto done = compactTable(*m_log, {.minFiles = 5}, systemClock());
        QVERIFY2(done, done ? "" : done.error().text().c_str());
        QCOMPARE(done->removedFiles, std::int64_t(6));
        QCOMPARE(done->addedFiles, std::int64_t(1));
        QCOMPARE(done->version, std::int64_t(7));
        QVERIFY(rowTexts(folder()) == before);
        QVERIFY(rowTexts(folder(), 6) == before); // the old files are there until a vacuum
        QCOMPARE(m_log->load()->files.size(), std::size_t(3));
        QCOMPARE(compactTable(*m_log, {.minFiles = 5}, systemClock())->version, std::int64_t(-1));
    }
    // As the sink's own files have them: by what the values are.
    void columnsAreEncodedByTheirValues()
    {
        std::int64_t id = 1000;
        for (int epoch = 7; epoch <= 8; ++epoch) {
            std::string rows = "[";
            for (int row = 0; row < 2000; ++row, ++id)
                rows += (row > 0 ? ",[" : "[") + std::to_string(id) + ", \"DE\", "
                    + std::to_string(id * 7919 % 100'003) + "]";
            write(epoch, rows + "]");
        }
        const auto before = rowTexts(folder());
        QVERIFY(compactTable(*m_log, {.minFiles = 5}, systemClock()));
        QVERIFY(rowTexts(folder()) == before);
        const auto files = m_log->load()->files;
        const auto whole = std::ranges::max_element(files, {}, [](const auto& file) {
            return rowsOf(file.second).value();
        });
        const auto reader = openParquet(folder() + "/" + whole->first).ValueOrDie();
        const auto footer = reader->parquet_reader()->metadata();
        for (int column = 0; column < footer->num_columns(); ++column) {
            const auto encodings = footer->RowGroup(0)->ColumnChunk(column)->encodings();
            QVERIFY(std::ranges::count(encodings, parquet::Encoding::DELTA_BINARY_PACKED) == 1);
        }
    }
    void theCommitChangesNoData()
    {
        QVERIFY(compactTable(*m_log, {.minFiles = 5}, systemClock()));
        const auto commit = m_log->readCommit(7);
        QCOMPARE((*commit)->info->operation, std::string("OPTIMIZE"));
        QVERIFY((*commit)->transactions.empty());
        for (const AddFile& add : (*commit)->adds) {
            QVERIFY(!add.dataChange);
            QVERIFY(add.partitionValues.at("country") == std::optional<std::string>("DE"));
            QCOMPARE(*rowsOf(add), std::int64_t(6));
        }
        for (const RemoveFile& remove : (*commit)->removes)
            QVERIFY(!remove.dataChange);
    }
    void theWriterGoesOnBesideIt()
    {
        QVERIFY(compactTable(*m_log, {.minFiles = 5}, systemClock()));
        write(7, R"([[7, "DE", 0]])");
        QCOMPARE(rowTexts(folder()).size(), std::size_t(9));
        QCOMPARE(*m_log->load()->transactionVersion("sluice:orders:sink:0"), std::int64_t(7));
    }
    void columnsAddedSinceAreNull()
    {
        auto fields = orderSchema()->fields();
        fields.push_back(arrow::field("note", arrow::utf8()));
        auto config = m_fixture->config(arrow::schema(fields));
        config.node = "wider";
        config.partitions = {{.name = "country", .source = "country"}};
        TableSink wider(config, systemClock());
        QVERIFY(wider.open());
        const Batch batch = batchOf(rowsOf(config.input, R"([[9, "DE", 0, "new"]])"));
        QCOMPARE(LakeFixture::runEpoch(wider, batch, 1), std::string());
        const auto before = rowTexts(folder());
        QVERIFY(compactTable(*m_log, {.minFiles = 5}, systemClock()));
        QVERIFY(rowTexts(folder()) == before);
        QVERIFY(std::ranges::count(before, "9|DE|1970-01-01 00:00:00.000000Z|new") == 1);
    }
    void aRivalThatRemovedAFileWins()
    {
        // The rival removes a file between our reading of the log and our commit: as the clock is
        // asked for the time of the new file.
        class RivalClock final : public Clock
        {
        public:
            explicit RivalClock(const DeltaLog& log)
                : m_log(log)
            {
            }
            WallTime wallNow() const override
            {
                if (!std::exchange(m_isDone, true)) {
                    Snapshot head = *m_log.load();
                    Commit removal;
                    for (const auto& [path, file] : head.files)
                        if (file.partitionValues.at("country") == "DE" && removal.removes.empty())
                            removal.removes.push_back({.path = path, .deletionTimestamp = 1});
                    if (!commitTo(m_log, head, removal, systemClock()))
                        qFatal("the rival failed");
                }
                return systemClock().wallNow();
            }
            SteadyTime steadyNow() const override { return systemClock().steadyNow(); }

        private:
            const DeltaLog& m_log;
            mutable bool m_isDone = false;
        };
        const auto refused = compactTable(*m_log, {.minFiles = 5}, RivalClock(*m_log));
        QVERIFY(!refused);
        QVERIFY(refused.error().code == ErrorCode::Conflict);
        QCOMPARE(rowTexts(folder()).size(), std::size_t(7)); // only what the rival took is gone
        QCOMPARE(parquetFiles(), std::size_t(8));            // and nothing of ours is left behind
    }
    void aMissingFileIsNamedAndNothingChanges()
    {
        const Snapshot head = *m_log->load();
        for (const auto& [path, file] : head.files)
            if (file.partitionValues.at("country") == "DE")
                std::filesystem::remove(absolutePath(folder(), path));
        const auto failed = compactTable(*m_log, {.minFiles = 5}, systemClock());
        QVERIFY(!failed);
        QVERIFY(failed.error().object.ends_with(".parquet"));
        QCOMPARE(m_log->load()->version, head.version);
        QCOMPARE(parquetFiles(), std::size_t(2));
    }

private:
    std::string folder() const { return m_fixture->folder("silver", "orders"); }
    void write(flow::Epoch epoch, const std::string& json)
    {
        const std::string error
            = LakeFixture::runEpoch(*m_sink, batchOf(rowsOf(orderSchema(), json)), epoch);
        QVERIFY2(error.empty(), error.c_str());
    }
    std::size_t parquetFiles() const
    {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder()))
            count += entry.path().extension() == ".parquet";
        return count;
    }
    std::unique_ptr<LakeFixture> m_fixture;
    std::unique_ptr<DeltaLog> m_log;
    std::unique_ptr<TableSink> m_sink;
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::CompactionTest)
#include "compaction_test.moc"
