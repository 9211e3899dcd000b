// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/program.h"
#include "tests/support/test_main.h"

#include <fstream>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

namespace sluice::test {
namespace {

constexpr int kPart = 400; // records of one append

// A workspace, an input that grows, and the real binary. Records have an id, a key of five and an
// amount of 0 .. 199; one of ten comes twice.
class Site
{
public:
    Site() { append(); }
    ~Site()
    {
        m_run.kill();
        m_run.waitForFinished();
    }
    void append()
    {
        std::ofstream records(path("in.jsonl").toStdString(), std::ios::app);
        for (int i = 0; i < kPart; ++i, ++m_next)
            for (int copy = 0; copy < (m_next % 10 == 0 ? 2 : 1); ++copy)
                records << "{\"id\":" << m_next << ",\"k\":" << m_next % 5
                        << ",\"amount\":" << m_next % 200
                        << ",\"t\":" << 1'700'000'000'000 + m_next * 10 << "}\n";
    }
    // A version of the pipeline: what the check allows, how long the windows are.
    QString write(bool follows, int most, const char* window) const
    {
        const QString document = path("p.yaml");
        std::ofstream(document.toStdString())
            << "pipeline: p\nepoch: 200ms\nnodes:\n"
               "  in: {type: file_source, path: in.jsonl, follow: "
            << (follows ? "true" : "false")
            << ", schema: {id: long not null, k: long, amount: long, t: timestamp(ms)}, "
               "event_time: "
               "{column: t, out_of_order: 1s}}\n"
               "  bronze: {type: delta_sink, input: in, table: bronze.p, write: raw}\n"
               "  unique: {type: deduplicate, input: in, keys: [id], within: 100d}\n"
               "  every: {type: delta_sink, input: unique, table: silver.every}\n"
               "  checked: {type: expect, input: unique, rules: [{name: small, check: amount < "
            << most
            << ", on_fail: quarantine}]}\n"
               "  good: {type: delta_sink, input: checked, table: silver.good}\n"
               "  sums: {type: window_aggregate, input: checked, window: {tumbling: "
            << window
            << "}, group_by: [k], aggregates: {n: count(*), total: sum(amount)}}\n"
               "  gold: {type: delta_sink, input: sums, table: gold.sums}\n";
        return document;
    }
    QString path(const char* name) const
    {
        return m_folder.path() + QLatin1Char('/') + QLatin1String(name);
    }
    Ended ctl(const QString& arguments, const QByteArray& failPoint = {}) const
    {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("SLUICE_FAILPOINT"), QString::fromLatin1(failPoint));
        process.setProcessEnvironment(environment);
        process.start(programPath(),
                      arguments.split(QLatin1Char(' ')) << QStringLiteral("-w") << path("w"));
        process.waitForFinished(60'000);
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                process.readAllStandardOutput(), process.readAllStandardError()};
    }
    Ended runToEnd() const
    {
        return ctl(QStringLiteral("run %1 --until-idle -q").arg(path("p.yaml")));
    }
    // Runs until everything is in bronze, and on.
    bool start()
    {
        m_run.start(programPath(),
                    {QStringLiteral("run"), path("p.yaml"), QStringLiteral("-q"),
                     QStringLiteral("-w"), path("w")});
        return hasRead();
    }
    bool hasRead() const
    {
        return QTest::qWaitFor(
            [&] {
                return sql("SELECT count(DISTINCT id) AS n FROM silver.every")
                    == "[{\"n\":" + QByteArray::number(m_next) + "}]";
            },
            20'000);
    }
    bool stop() { return ctl(QStringLiteral("stop p")).code == 0 && m_run.waitForFinished(20'000); }
    QByteArray sql(const QString& text) const
    {
        const Ended ended = sluicectl({QStringLiteral("sql"), QStringLiteral("--json"), text,
                                       QStringLiteral("-w"), path("w")});
        return ended.out.trimmed() + ended.err;
    }
    // Rows of gold that bronze does not give, and the other way round; DuckDB does the windows.
    QByteArray goldAgainstBronze(int most, int windowMs) const
    {
        const QString wanted
            = QStringLiteral(
                  "SELECT epoch_ms(t) // %1 AS w, k, count(*) AS n, sum(amount)::BIGINT AS "
                  "total FROM (SELECT DISTINCT (event_data->>'id')::BIGINT AS id, "
                  "(event_data->>'k')::BIGINT AS k, (event_data->>'amount')::BIGINT AS "
                  "amount, event_time AS t FROM bronze.p) WHERE amount < %2 GROUP BY ALL")
                  .arg(windowMs)
                  .arg(most);
        const QString found = QStringLiteral("SELECT epoch_ms(window_start) // %1 AS w, k, n, "
                                             "total::BIGINT AS total FROM gold.sums")
                                  .arg(windowMs);
        return sql(QStringLiteral("SELECT (SELECT count(*) FROM (%1 EXCEPT ALL %2)) AS missing, "
                                  "(SELECT count(*) FROM (%2 EXCEPT ALL %1)) AS wrong")
                       .arg(wanted, found));
    }
    int records() const { return m_next; }
    QProcess& run() { return m_run; }

private:
    QTemporaryDir m_folder;
    QProcess m_run;
    int m_next = 0;
};

const char* const kNoDifference = "[{\"missing\":0,\"wrong\":0}]";

} // namespace

/// Pipelines are replayed into tables beside theirs, compared, swapped and rebuilt; whatever dies
/// meanwhile, the tables hold what bronze gives.
class ShadowTest : public QObject
{
    Q_OBJECT

private slots:
    void aReplayIsComparedAndSwapped()
    {
        Site site;
        site.write(true, 100, "1s");
        QVERIFY(site.start());
        QVERIFY(site.stop());
        // The check lets more through now; what is in the tables was made by the former one.
        QCOMPARE(site.ctl(QStringLiteral("deploy -y ") + site.write(true, 150, "1s")).code, 0);
        const Ended replayed = site.ctl(QStringLiteral("replay p"));
        QVERIFY2(replayed.code == 0, replayed.err.constData());
        QVERIFY2(replayed.out.contains("440 records were read"), replayed.out.constData());
        // 400 ids, amounts 0..199 twice over: 200 below 100, 300 below 150.
        const Ended compared
            = site.ctl(QStringLiteral("compare p --table silver.good --key id --json"));
        QVERIFY2(compared.code == 0, compared.err.constData());
        const QJsonObject good = QJsonDocument::fromJson(compared.out).array()[0].toObject();
        QCOMPARE(good[QStringLiteral("rows")].toInt(), 200);
        QCOMPARE(good[QStringLiteral("shadow_rows")].toInt(), 300);
        QCOMPARE(good[QStringLiteral("only_table")].toInt(), 0);
        QCOMPARE(good[QStringLiteral("only_shadow")].toInt(), 100);
        QCOMPARE(good[QStringLiteral("differing")].toInt(), 0);
        QCOMPARE(good[QStringLiteral("only_shadow_samples")].toArray().size(), 5);
        const Ended whole = site.ctl(QStringLiteral("compare p --table silver.every --json"));
        QVERIFY2(whole.out.contains("\"only_table\":0,\"only_shadow\":0"), whole.out.constData());
        // More comes before the swap; the pipeline goes on behind it.
        site.append();
        QVERIFY(site.start());
        const Ended swapped = site.ctl(QStringLiteral("swap p"));
        QVERIFY2(swapped.code == 0, swapped.err.constData());
        site.append();
        QVERIFY(site.hasRead());
        QVERIFY(site.stop());
        site.write(false, 150, "1s");
        QCOMPARE(site.runToEnd().code, 0);
        QCOMPARE(site.goldAgainstBronze(150, 1000), QByteArray(kNoDifference));
        QCOMPARE(site.sql(QStringLiteral("SELECT count(*) AS n, count(DISTINCT id) AS d FROM "
                                         "silver.good")),
                 QByteArray("[{\"n\":900,\"d\":900}]"));
        QCOMPARE(site.sql(QStringLiteral(
                     "SELECT count(*) AS n, count(DISTINCT id) AS d FROM silver.every")),
                 QByteArray("[{\"n\":1200,\"d\":1200}]"));
        QCOMPARE(site.sql(QStringLiteral("SELECT count(*) AS n FROM quarantine.p")),
                 QByteArray("[{\"n\":300}]"));
        // Nothing is left of the shadow, and the table as it was is still there.
        QVERIFY(!site.ctl(QStringLiteral("lake ls")).out.contains("__shadow"));
        const Ended history = site.ctl(QStringLiteral("lake history silver.good --json"));
        QVERIFY2(history.out.contains("WRITE"), history.out.constData());
        QVERIFY(site.ctl(QStringLiteral("status --json")).out.contains("\"balanced\":true"));
    }

    void aDiscardedReplayLeavesNothing()
    {
        Site site;
        site.write(true, 100, "1s");
        QVERIFY(site.start());
        QVERIFY(site.stop());
        QVERIFY(site.ctl(QStringLiteral("swap p")).err.contains("no shadow"));
        // Killed in an epoch of the shadow, it goes on where it was.
        QVERIFY(site.ctl(QStringLiteral("replay p"), "epoch.manifest_durable=kill").code == -1);
        const Ended goesOn = site.ctl(QStringLiteral("replay p"));
        QVERIFY2(goesOn.code == 0, goesOn.err.constData());
        const Ended compared = site.ctl(QStringLiteral("compare p --json"));
        QCOMPARE(compared.code, 0);
        for (const QJsonValue table : QJsonDocument::fromJson(compared.out).array()) {
            QCOMPARE(table[QStringLiteral("only_table")].toInt(), 0);
            QCOMPARE(table[QStringLiteral("only_shadow")].toInt(), 0);
        }
        const Ended twice = site.ctl(QStringLiteral("replay p"));
        QVERIFY2(twice.code == 5 || twice.err.contains("already"), twice.err.constData());
        QCOMPARE(site.ctl(QStringLiteral("discard p")).code, 0);
        QVERIFY(!site.ctl(QStringLiteral("lake ls")).out.contains("__shadow"));
        QVERIFY(site.ctl(QStringLiteral("compare p")).code == 4);
    }

    void aRunningPipelineIsRebuilt()
    {
        Site site;
        site.write(true, 100, "1s");
        QVERIFY(site.start());
        const QString next = site.write(true, 100, "2s");
        const Ended diff = site.ctl(QStringLiteral("diff %1 --rebuild all").arg(next));
        QVERIFY2(diff.out.contains("rebuilt") && diff.out.contains("about 440 records"),
                 (diff.out + diff.err).constData());
        site.append(); // while it is rebuilt
        const Ended deployed = site.ctl(QStringLiteral("deploy %1 --rebuild all -y").arg(next));
        QVERIFY2(deployed.code == 0, deployed.err.constData());
        site.append();
        QVERIFY(site.hasRead());
        QVERIFY(site.stop());
        site.write(false, 100, "2s");
        QCOMPARE(site.runToEnd().code, 0);
        QCOMPARE(site.goldAgainstBronze(100, 2000), QByteArray(kNoDifference));
        // What is not below the changed node was left alone.
        QCOMPARE(site.sql(QStringLiteral("SELECT count(*) AS n, count(DISTINCT id) AS d FROM "
                                         "silver.good")),
                 QByteArray("[{\"n\":600,\"d\":600}]"));
        QCOMPARE(site.sql(QStringLiteral("SELECT count(*) AS n, count(DISTINCT event_id) AS d FROM "
                                         "bronze.p")),
                 QByteArray("[{\"n\":1320,\"d\":1320}]"));
    }

    void killedWhileTheTablesChangePlaces_data()
    {
        QTest::addColumn<QByteArray>("failPoint");
        for (const char* point : {"shadow.noted", "shadow.table", "shadow.adopted"})
            QTest::newRow(point) << QByteArray(point) + "=kill";
    }
    void killedWhileTheTablesChangePlaces()
    {
        QFETCH(QByteArray, failPoint);
        Site site;
        site.write(true, 100, "1s");
        QVERIFY(site.start());
        QVERIFY(site.stop());
        const QString next = site.write(false, 150, "2s");
        const Ended killed
            = site.ctl(QStringLiteral("deploy %1 --rebuild all -y").arg(next), failPoint);
        QCOMPARE(killed.code, -1);
        site.append();
        const Ended ended = site.runToEnd();
        QVERIFY2(ended.code == 0, ended.err.constData());
        QCOMPARE(site.goldAgainstBronze(150, 2000), QByteArray(kNoDifference));
        QCOMPARE(site.sql(QStringLiteral("SELECT count(*) AS n, count(DISTINCT id) AS d FROM "
                                         "silver.good")),
                 QByteArray("[{\"n\":600,\"d\":600}]"));
        QVERIFY(!site.ctl(QStringLiteral("lake ls")).out.contains("__shadow"));
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::ShadowTest)
#include "shadow_test.moc"
