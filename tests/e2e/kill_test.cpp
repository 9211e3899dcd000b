// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/program.h"
#include "tests/support/test_main.h"

#include <fstream>
#include <random>

#include <QTemporaryDir>

namespace sluice::test {

/// The real binary is killed with SIGKILL again and again; then bronze holds what was produced,
/// silver each key once, gold the counts, nothing twice.
class KillTest : public QObject
{
    Q_OBJECT

private slots:
    void killedAnywhereNothingIsLostAndNothingTwice()
    {
        constexpr int kRecords = 400'000, kKeys = 300'000, kKills = 12;
        const QTemporaryDir folder;
        const QString workspace = folder.path() + QStringLiteral("/w"),
                      document = folder.path() + QStringLiteral("/p.yaml");
        {
            std::ofstream records(folder.path().toStdString() + "/in.jsonl");
            for (int i = 0; i < kRecords; ++i)
                records << "{\"id\":" << i % kKeys << ",\"k\":" << i % 7
                        << ",\"t\":" << 1'700'000'000'000 + i << "}\n";
            std::ofstream(document.toStdString())
                << "pipeline: p\nepoch: 50ms\nnodes:\n"
                   "  in: {type: file_source, path: in.jsonl, rate: 250000, schema: {id: long not "
                   "null, k: long, t: timestamp(ms)}, event_time: {column: t, out_of_order: 1s}}\n"
                   "  bronze: {type: delta_sink, input: in, table: bronze.p, write: raw}\n"
                   "  unique: {type: deduplicate, input: in, keys: [id], within: 1h}\n"
                   "  silver: {type: delta_sink, input: unique, table: silver.p}\n"
                   "  win: {type: window_aggregate, input: unique, window: {tumbling: 10s}, "
                   "group_by: [k], aggregates: {n: count(*), s: sum(id)}}\n"
                   "  gold: {type: delta_sink, input: win, table: gold.p}\n"
                   "  out: {type: file_sink, input: unique, path: out}\n";
        }
        std::mt19937 random(7);
        int killed = 0;
        for (int i = 0; i < kKills; ++i) {
            QProcess process;
            process.start(QStringLiteral(SLUICE_CTL),
                          {QStringLiteral("run"), document, QStringLiteral("--until-idle"),
                           QStringLiteral("-q"), QStringLiteral("-w"), workspace});
            QVERIFY(process.waitForStarted());
            if (!process.waitForFinished(60 + int(random() % 220))) {
                process.kill(); // SIGKILL
                ++killed;
            }
            process.waitForFinished();
        }
        QVERIFY2(killed >= 4, "the runs were over before they could be killed");
        const Ended last
            = sluicectl({QStringLiteral("run"), document, QStringLiteral("--until-idle"),
                         QStringLiteral("-q"), QStringLiteral("-w"), workspace});
        QVERIFY2(last.code == 0, last.err.constData());
        const auto answer = [&](const char* sql) {
            return sluicectl({QStringLiteral("sql"), QStringLiteral("--json"), QStringLiteral("-w"),
                              workspace, QString::fromLatin1(sql)})
                .out.trimmed();
        };
        QCOMPARE(answer("SELECT count(*) AS n, count(DISTINCT event_id) AS d FROM bronze.p"),
                 QByteArray("[{\"n\":400000,\"d\":400000}]"));
        QCOMPARE(answer("SELECT count(*) AS n, count(DISTINCT id) AS d FROM silver.p"),
                 QByteArray("[{\"n\":300000,\"d\":300000}]"));
        QCOMPARE(answer("SELECT sum(n) AS n, sum(s) AS s FROM gold.p"),
                 QByteArray("[{\"n\":300000,\"s\":44999850000}]"));
        QCOMPARE(answer("SELECT count(*) AS n FROM (SELECT window_start, k FROM gold.p GROUP BY "
                        "ALL HAVING count(*) > 1)"),
                 QByteArray("[{\"n\":0}]"));
        QProcess count;
        count.start(
            QStringLiteral("sh"),
            {QStringLiteral("-c"),
             QStringLiteral(
                 "cat '%1'/out/part-*.jsonl | sort -u | wc -l; cat '%1'/out/part-*.jsonl | wc -l")
                 .arg(folder.path())});
        count.waitForFinished();
        QCOMPARE(count.readAllStandardOutput().simplified(), QByteArray("300000 300000"));
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::KillTest)
#include "kill_test.moc"
