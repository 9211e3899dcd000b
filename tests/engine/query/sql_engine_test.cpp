// SPDX-License-Identifier: Apache-2.0
#include "engine/query/sql_engine.h"

#include "engine/columns/types.h"

#include <thread>

#include <arrow/array.h>
#include <arrow/io/file.h>
#include <arrow/json/from_string.h>
#include <arrow/table.h>
#include <parquet/arrow/writer.h>

#include "tests/support/test_main.h" // after Arrow, which has functions named like Qt's keywords

#include <QTemporaryDir>

namespace sluice::query {
namespace {

class FixedTables final : public flow::TableFiles
{
public:
    std::vector<std::string> tableNames() const override
    {
        return {"silver.orders", "silver.nothing"};
    }
    Result<flow::TableFileSet> tableFiles(const std::string& table,
                                          std::optional<std::int64_t>) const override
    {
        flow::TableFileSet out = orders;
        out.table = table;
        if (table == "silver.nothing")
            out.files.clear();
        return out;
    }
    flow::TableFileSet orders;
};

} // namespace

class SqlEngineTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    FixedTables m_tables;
    std::unique_ptr<SqlEngine> m_engine;

    std::string write(const char* name, const arrow::FieldVector& fields, const char* json)
    {
        const auto schema = arrow::schema(fields);
        const auto rows = *arrow::json::ArrayFromJSONString(arrow::struct_(fields), json);
        const auto batch = *arrow::RecordBatch::FromStructArray(rows);
        const std::string path = m_folder.path().toStdString() + "/" + name;
        const auto file = *arrow::io::FileOutputStream::Open(path);
        const auto table = *arrow::Table::FromRecordBatches({batch});
        if (!parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), file, 1000).ok()
            || !file->Close().ok())
            qFatal("cannot write");
        return path;
    }
    QString text(const char* sql)
    {
        const auto result = m_engine->run(sql, 0);
        if (!result)
            return QString::fromStdString("error: " + result.error().message);
        QStringList rows;
        for (const auto& batch : result->batches)
            for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
                QStringList cells;
                for (int i = 0; i < batch->num_columns(); ++i)
                    cells << QString::fromStdString(cellText(*batch->column(i), row));
                rows << cells.join(QLatin1Char('|'));
            }
        return rows.join(QLatin1Char('\n'));
    }

private slots:
    void initTestCase()
    {
        const auto id = arrow::field("id", arrow::int64());
        const auto ts = arrow::field("ts", timestampType());
        m_tables.orders.columns = arrow::schema({id, arrow::field("country", arrow::utf8()), ts,
                                                 arrow::field("amount", arrow::decimal128(12, 2))});
        m_tables.orders.partitionColumns = {"country"};
        // The older file has no amount yet.
        m_tables.orders.files
            = {{.path
                = write("a.parquet", {id, ts}, "[{\"id\":1,\"ts\":0},{\"id\":2,\"ts\":1500000}]"),
                .partitionValues = {{"country", "DE"}}},
               {.path
                = write("b's.parquet", {id, ts, arrow::field("amount", arrow::decimal128(12, 2))},
                        "[{\"id\":3,\"ts\":60000000,\"amount\":\"9.50\"}]"),
                .partitionValues = {{"country", std::nullopt}}}};
        m_engine = std::make_unique<SqlEngine>(m_tables, m_folder.path().toStdString());
    }
    void readingsAreAnswered_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("expected");
        QTest::newRow("all") << "SELECT * FROM silver.orders ORDER BY id"
                             << "1|DE|1970-01-01 00:00:00|NULL\n2|DE|1970-01-01 "
                                "00:00:01.500|NULL\n3|NULL|1970-01-01 00:01:00|9.50";
        QTest::newRow("count") << "SELECT count(*) FROM silver.orders"
                               << "3";
        QTest::newRow("filter by partition")
            << "select id from Silver.Orders where country = 'DE' order by 1 desc"
            << "2\n1";
        QTest::newRow("no files") << "SELECT count(*), sum(amount) FROM silver.nothing"
                                  << "0|NULL";
        QTest::newRow("describe")
            << "SELECT column_name, column_type FROM (DESCRIBE silver.orders) LIMIT 2"
            << "id|BIGINT\ncountry|VARCHAR";
        QTest::newRow("nested") << "SELECT [1, NULL], {'a': 'x'}, 1.5::DOUBLE, true"
                                << "[1,null]|{\"a\":\"x\"}|1.5|true";
        QTest::newRow("huge") << "SELECT sum(id) FROM silver.orders"
                              << "6";
    }
    void readingsAreAnswered()
    {
        QFETCH(QString, sql);
        QFETCH(QString, expected);
        QCOMPARE(text(sql.toUtf8().constData()), expected);
    }
    void othersAreRefused_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("finding");
        QTest::newRow("write") << "CREATE TABLE x AS SELECT 1"
                               << "only statements that read";
        QTest::newRow("other file") << "SELECT * FROM read_csv('/etc/passwd')"
                                    << "/etc/passwd";
        QTest::newRow("two") << "SELECT 1; SELECT 2"
                             << "one statement";
        QTest::newRow("settings") << "SET enable_external_access = true"
                                  << "only statements";
        QTest::newRow("syntax") << "SELEC 1"
                                << "syntax error";
        QTest::newRow("column") << "SELECT idd FROM silver.orders"
                                << "idd";
        QTest::newRow("table") << "SELECT * FROM silver.ordes"
                               << "does not exist";
        QTest::newRow("empty") << "  "
                               << "no statement";
        QTest::newRow("value") << "SELECT CAST(country AS INTEGER) FROM silver.orders"
                               << "DE";
    }
    void othersAreRefused()
    {
        QFETCH(QString, sql);
        QFETCH(QString, finding);
        const QString found = text(sql.toUtf8().constData());
        QVERIFY2(found.startsWith(QStringLiteral("error: ")) && found.contains(finding),
                 found.toUtf8().constData());
    }
    void theLimitIsKeptAndSaid()
    {
        const auto some = m_engine->run("SELECT * FROM range(100000)", 5000);
        QVERIFY(some);
        QCOMPARE(some->rows, std::int64_t(5000));
        QVERIFY(some->isTruncated);
        const auto all = m_engine->run("SELECT * FROM range(5000)", 5000);
        QVERIFY(all && !all->isTruncated);
    }
    void aQueryCanBeCancelled()
    {
        Result<SqlResult> outcome = SqlResult{};
        std::atomic<bool> isDone = false;
        std::thread worker([&] {
            outcome = m_engine->run("SELECT count(*) FROM range(100000000) a, range(100000000) b "
                                    "WHERE a.range + b.range < 0",
                                    0);
            isDone = true;
        });
        while (!isDone) {
            m_engine->cancelAll();
            std::this_thread::yield();
        }
        worker.join();
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().code, ErrorCode::Cancelled);
    }
};

} // namespace sluice::query

SLUICE_TEST(sluice::query::SqlEngineTest)
#include "sql_engine_test.moc"
