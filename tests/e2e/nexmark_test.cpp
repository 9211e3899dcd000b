// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/nexmark_json.h"
#include "tests/e2e/nexmark_answers.h"
#include "tests/e2e/program.h"
#include "tests/support/test_main.h"

#include <filesystem>
#include <fstream>
#include <memory>

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>

namespace sluice::test {
namespace {

constexpr std::int64_t kEvents = 50'000;

QString textOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

// Events of one rate: their records as files, and DuckDB's tables of them.
struct World
{
    explicit World(std::int64_t rate)
    {
        const connectors::NexmarkEvents events({.rate = rate, .outOfOrderGroup = 1});
        for (const char* name : {"person", "auction", "bid"}) {
            const auto stream = connectors::NexmarkJson::streamNamed(name);
            connectors::NexmarkJson json(events, stream);
            std::string text;
            for (std::int64_t n = 0; n < kEvents; ++n)
                if (events.isIn(stream, n)) {
                    json.append(n, text);
                    text += '\n';
                }
            std::ofstream(folder.path().toStdString() + "/" + name + ".jsonl") << text;
        }
        std::filesystem::copy_file(SLUICE_EXAMPLES "/nexmark/side_input.csv",
                                   folder.path().toStdString() + "/side_input.csv");
        answers = std::make_unique<NexmarkAnswers>(folder.path().toStdString());
    }
    QTemporaryDir folder;
    std::unique_ptr<NexmarkAnswers> answers;
};

} // namespace

/// The documents of examples/nexmark, run by the real binary: what each makes of the events is, row
/// by row, what DuckDB makes of them by the SQL in tests/e2e/nexmark.
class NexmarkTest : public QObject
{
    Q_OBJECT

    std::map<int, std::unique_ptr<World>> m_worlds;

    World& world(int rate)
    {
        auto& out = m_worlds[rate];
        if (!out)
            out = std::make_unique<World>(rate);
        return *out;
    }

    // Writes the document of a query with its parameters set and another sink, and runs it.
    static Ended run(const World& world, const QString& query, int rate, const QString& sink)
    {
        QString text = textOf(QStringLiteral(SLUICE_EXAMPLES "/nexmark/%1.yaml").arg(query));
        const auto set = [&text](const QString& name, std::int64_t value) {
            text.replace(QRegularExpression(QStringLiteral("\n  %1: [0-9]+\n").arg(name)),
                         QStringLiteral("\n  %1: %2\n").arg(name).arg(value));
        };
        set(QStringLiteral("events"), kEvents);
        set(QStringLiteral("rate"), rate);
        set(QStringLiteral("group"), rate); // a second's events are shuffled
        if (!sink.isEmpty())
            text.replace(QRegularExpression(
                             QStringLiteral("\\{type: delta_sink, input: (\\w+), [^}]*\\}")),
                         QStringLiteral("{type: file_sink, input: \\1, path: %1}").arg(sink));
        const QString document
            = world.folder.path() + QLatin1Char('/') + query + QStringLiteral(".yaml");
        std::ofstream(document.toStdString()) << text.toStdString();
        return sluicectl({QStringLiteral("run"), document, QStringLiteral("--until-idle"),
                          QStringLiteral("-q"), QStringLiteral("-w"),
                          world.folder.path() + QStringLiteral("/workspace-") + sink});
    }

private slots:
    void everyQueryGivesTheAnswerOfSql_data()
    {
        QTest::addColumn<int>("rate");
        QTest::addColumn<int>("atLeast");
        // At 1000 events a second there are five windows of ten seconds and 46,000 bids.
        QTest::newRow("q0") << 1000 << 46'000;
        QTest::newRow("q1") << 1000 << 46'000;
        QTest::newRow("q2") << 1000 << 100;
        QTest::newRow("q3") << 1000 << 50;
        QTest::newRow("q4") << 1000 << 5;
        QTest::newRow("q5") << 1000 << 25;
        QTest::newRow("q7") << 1000 << 5;
        QTest::newRow("q8") << 1000 << 100;
        QTest::newRow("q9") << 1000 << 1'000;
        QTest::newRow("q10") << 1000 << 46'000;
        QTest::newRow("q11") << 1000 << 1'000;
        QTest::newRow("q13") << 1000 << 46'000;
        QTest::newRow("q14") << 1 << 5'000; // more than half a day
        QTest::newRow("q15") << 1 << 1;
        QTest::newRow("q16") << 1 << 5'000;
        QTest::newRow("q17") << 1 << 2'000;
        QTest::newRow("q18") << 1000 << 10'000;
        QTest::newRow("q19") << 1000 << 20'000;
        QTest::newRow("q20") << 1000 << 5'000;
    }
    void everyQueryGivesTheAnswerOfSql()
    {
        QFETCH(const int, rate);
        QFETCH(const int, atLeast);
        const QString query = QString::fromLatin1(QTest::currentDataTag());
        World& events = world(rate);
        const Ended ran = run(events, query, rate, query);
        QVERIFY2(ran.code == 0, ran.err.constData());
        const QString sql = textOf(QStringLiteral(SLUICE_ANSWERS "/%1.sql").arg(query));
        std::int64_t rows = 0;
        const std::string difference
            = events.answers->compare(sql.toStdString(),
                                      events.folder.path().toStdString() + "/" + query.toStdString()
                                          + "/*.jsonl",
                                      rows);
        QVERIFY2(difference.empty(), difference.c_str());
        QVERIFY2(rows >= atLeast, std::to_string(rows).c_str());
    }
    void q12AddsUpToAllBidsWhateverTheClockDid()
    {
        World& events = world(1000);
        const Ended ran = run(events, QStringLiteral("q12"), 1000, QStringLiteral("q12"));
        QVERIFY2(ran.code == 0, ran.err.constData());
        const std::string ours = "read_json('" + events.folder.path().toStdString()
            + "/q12/*.jsonl', format = 'newline_delimited', columns = {window_start: 'TIMESTAMP', "
              "window_end: 'TIMESTAMP', bidder: 'BIGINT', bid_count: 'BIGINT'})";
        const std::string answer = textOf(QStringLiteral(SLUICE_ANSWERS "/q12.sql")).toStdString();
        const auto different = [&](const std::string& a, const std::string& b) {
            return events.answers->value("SELECT count(*) FROM (" + a + " EXCEPT " + b + ")");
        };
        const std::string sums = "SELECT bidder, sum(bid_count)::BIGINT AS bid_count FROM " + ours
            + " GROUP BY bidder";
        QCOMPARE(different(sums, "(" + answer + ")"), std::string("0"));
        QCOMPARE(different("(" + answer + ")", sums), std::string("0"));
        QCOMPARE(events.answers->value("SELECT count(*) FROM " + ours
                                       + " WHERE window_end <> window_start + INTERVAL 10 SECOND "
                                         "OR epoch(window_start) % 10 <> 0"),
                 std::string("0"));
    }
    void anotherAnswerIsToldApart()
    {
        World& events = world(1000);
        const Ended ran = run(events, QStringLiteral("q2"), 1000, QStringLiteral("q2_again"));
        QVERIFY2(ran.code == 0, (ran.err + std::to_string(ran.code).c_str()).constData());
        std::int64_t rows = 0;
        const std::string files = events.folder.path().toStdString() + "/q2_again/*.jsonl";
        const std::string some = "SELECT auction, price FROM bid WHERE auction % 123 = 0";
        QCOMPARE(events.answers->compare(some, files, rows), std::string());
        QVERIFY(!events.answers->compare(some + " AND price > 200", files, rows).empty());
        QVERIFY(!events.answers->compare(some + " UNION ALL " + some, files, rows).empty());
        QVERIFY(!events.answers->compare("SELECT nothing FROM bid", files, rows).empty());
    }
    void q10PartsItsTableByDayAndMinute()
    {
        World& events = world(20);
        const Ended ran = run(events, QStringLiteral("q10"), 20, {});
        QVERIFY2(ran.code == 0, ran.err.constData());
        const std::string files
            = events.folder.path().toStdString() + "/workspace-/lake/nexmark/q10/*/*/*.parquet";
        // At twenty events a second 50,000 events are 42 minutes.
        QCOMPARE(events.answers->value("SELECT count(DISTINCT (day, minute)) FROM read_parquet('"
                                       + files + "', hive_partitioning = true)"),
                 std::string("42"));
        QCOMPARE(events.answers->value("SELECT count(*) - count(*) FILTER (strftime(dateTime, "
                                       "'%H:%M') = minute::VARCHAR) FROM read_parquet('"
                                       + files + "', hive_partitioning = true)"),
                 std::string("0"));
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::NexmarkTest)
#include "nexmark_test.moc"
