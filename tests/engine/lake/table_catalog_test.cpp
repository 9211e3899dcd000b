// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/table_catalog.h"

#include "engine/lake/commit_file.h"

#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

#include <filesystem>

namespace sluice::lake {

class TableCatalogTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }
    void init()
    {
        m_fixture = std::make_unique<LakeFixture>();
        m_catalog = std::make_unique<LakeCatalog>(m_fixture->lake(), m_fixture->lake());
    }

    void aLakeThatIsEmptyOrNotThere()
    {
        QVERIFY(m_catalog->tables().empty());
        QVERIFY(LakeCatalog("/nowhere").tables().empty());
        const auto missing = m_catalog->readTable("silver.orders");
        QVERIFY(missing.error().code == ErrorCode::NotFound);
        QCOMPARE(missing.error().message, std::string("there is no table \"silver.orders\""));
        QVERIFY(!m_catalog->tableSchema("../../etc"));
        QVERIFY(m_catalog->summary("silver.orders").trouble.has_value());
    }
    void tablesAreListedAndRead()
    {
        write("silver.orders", 1, R"([[1, "DE", 0], [2, "FR", 0]])");
        write("gold.daily", 1, R"([[3, "US", 0]])");
        std::filesystem::create_directories(m_fixture->lake() + "/silver/no_table");
        writeText(m_fixture->lake() + "/stray", "x");
        QVERIFY(
            (m_catalog->tableNames() == std::vector<std::string>{"gold.daily", "silver.orders"}));
        const TableSummary orders = m_catalog->summary("silver.orders");
        QVERIFY(!orders.trouble);
        QCOMPARE(orders.version, std::int64_t(1));
        QCOMPARE(orders.rows, std::int64_t(2));
        QCOMPARE(orders.files, std::int64_t(1));
        QVERIFY(orders.bytes > 0);
        QVERIFY(orders.lastCommitMs > 1'700'000'000'000);
        QCOMPARE(orders.schema->num_fields(), 3);
        QCOMPARE(m_catalog->readTable("gold.daily")->batches.front()->num_rows(), std::int64_t(1));
        QCOMPARE(m_catalog->preview("silver.orders", 1)->batches.front()->num_rows(),
                 std::int64_t(1));
        QCOMPARE(m_catalog->summary("silver.orders", 0).rows, std::int64_t(0));
        QCOMPARE(m_catalog->history("silver.orders", 9)->size(), std::size_t(2));
    }
    void whatOthersCommitIsSeen()
    {
        write("silver.orders", 1, R"([[1, "DE", 0]])");
        QCOMPARE(m_catalog->summary("silver.orders").rows, std::int64_t(1));
        write("silver.orders", 2, R"([[2, "DE", 0]])");
        QCOMPARE(m_catalog->summary("silver.orders").rows, std::int64_t(2));
        // A table made anew in the same place is another one, whatever its version.
        std::filesystem::remove_all(m_fixture->folder("silver", "orders"));
        QVERIFY(m_catalog->summary("silver.orders").trouble.has_value());
        write("silver.orders", 1, R"([[1, "DE", 0], [2, "DE", 0], [3, "DE", 0]])");
        QCOMPARE(m_catalog->summary("silver.orders").rows, std::int64_t(3));
    }
    void aDamagedTableHidesNoOther()
    {
        write("silver.orders", 1, R"([[1, "DE", 0]])");
        write("silver.whole", 1, R"([[1, "DE", 0]])");
        writeText(m_fixture->folder("silver", "orders") + "/_delta_log/" + commitName(1), "{\"ad");
        const auto tables = m_catalog->tables();
        QCOMPARE(tables.size(), std::size_t(2));
        QVERIFY(tables[0].trouble.has_value());
        QVERIFY(tables[0].trouble->object.find(commitName(1)) != std::string::npos);
        QVERIFY(!tables[1].trouble);
    }
    void filesForReadersOfTheirOwn()
    {
        auto config = m_fixture->config(orderSchema());
        config.partitions = {{.name = "country", .source = "country"}};
        TableSink sink(config, systemClock());
        QVERIFY(sink.open());
        const auto rows = rowsOf(orderSchema(), R"([[1, "DE", 0], [2, "FR", 0]])");
        QCOMPARE(LakeFixture::runEpoch(sink, batchOf(rows), 1), std::string());
        auto files = m_catalog->tableFiles("silver.orders");
        QCOMPARE(files->files.size(), std::size_t(2));
        QVERIFY(files->isUniform && files->hasHiveFolders);
        QVERIFY(files->partitionColumns == std::vector<std::string>{"country"});
        for (const auto& file : files->files) {
            QVERIFY(std::filesystem::exists(file.path));
            QCOMPARE(file.rows, std::int64_t(1));
        }
        const auto odd = rowsOf(orderSchema(), R"([[3, "a b", 0]])");
        QCOMPARE(LakeFixture::runEpoch(sink, batchOf(odd), 2), std::string());
        QVERIFY(!m_catalog->tableFiles("silver.orders")->hasHiveFolders); // a value in disguise
        QVERIFY(m_catalog->tableFiles("silver.orders", 1)->hasHiveFolders);
    }
    void filesBesideTheDocumentAreTables()
    {
        writeText(m_fixture->lake() + "/planes.csv", "tail,seats\nN1,100\nN2,NA\n");
        QCOMPARE(m_catalog->tableSchema("planes.csv").value()->ToString(),
                 std::string("tail: string\nseats: int64"));
        const auto planes = m_catalog->readTable("planes.csv");
        QCOMPARE(planes->version, std::int64_t(-1));
        QCOMPARE(planes->batches.front()->num_rows(), std::int64_t(2));
        QVERIFY(m_catalog->tableSchema("trains.csv").error().code == ErrorCode::NotFound);
    }

private:
    void write(const std::string& table, flow::Epoch epoch, const std::string& json) const
    {
        TableSink sink(m_fixture->config(orderSchema(), table), systemClock());
        QVERIFY(sink.open());
        QCOMPARE(LakeFixture::runEpoch(sink, batchOf(rowsOf(orderSchema(), json)), epoch),
                 std::string());
    }
    std::unique_ptr<LakeFixture> m_fixture;
    std::unique_ptr<LakeCatalog> m_catalog;
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::TableCatalogTest)
#include "table_catalog_test.moc"
