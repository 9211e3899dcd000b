// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/shadow_site.h"
#include "tests/support/test_main.h"
#include "tests/support/wait_for.h"

#include <csignal>
#include <memory>

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace sluice::test {
namespace {

// All rows of the tables that the pipeline makes, in an order of their own. The rejects without
// what is of the run that found them.
const QStringList kEveryTable{
    QStringLiteral("SELECT * FROM silver.every ORDER BY ALL"),
    QStringLiteral("SELECT * FROM silver.good ORDER BY ALL"),
    QStringLiteral("SELECT * FROM gold.sums ORDER BY ALL"),
    QStringLiteral("SELECT node, source, \"partition\", \"position\", rule FROM quarantine.p "
                   "ORDER BY ALL")};

} // namespace

/// What a replay reads: the source itself instead of bronze, a part instead of all; and how it is
/// given up.
class ReplayTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<Site> m_refusing;

    // Brings the pipeline to its end and compares all its tables with those of a run from scratch.
    static void compareWithScratch(Site& site, int most)
    {
        site.write(false, most, "1s");
        const Ended ended = site.runToEnd();
        QVERIFY2(ended.code == 0, ended.err.constData());
        QCOMPARE(site.runToEnd("scratch").code, 0);
        for (const QString& select : kEveryTable) {
            const QByteArray rows = site.sql(select);
            QVERIFY2(rows.startsWith("[{"), rows.constData());
            QVERIFY2(rows == site.sql(select, "scratch"), qPrintable(select));
        }
    }
    static QByteArray idsOfShadow(const Site& site)
    {
        return site.sql(QStringLiteral("SELECT count(*) AS n, min(id) AS least, max(id) AS most "
                                       "FROM silver.every__shadow"));
    }

private slots:
    void cleanupTestCase() { m_refusing.reset(); }

    void aPipelineWithoutBronzeIsReplayedFromItsSource()
    {
        Site site(false);
        site.write(true, 100, "1s");
        QVERIFY(site.start());
        QVERIFY(site.stop());
        QCOMPARE(site.ctl(QStringLiteral("deploy -y ") + site.write(true, 150, "1s")).code, 0);
        const Ended fromBronze = site.ctl(QStringLiteral("replay p"));
        QVERIFY(fromBronze.code != 0);
        QVERIFY2(fromBronze.err.contains("--from source"), fromBronze.err.constData());
        site.append(); // the pipeline has not read this, so the replay does not
        const Ended replayed = site.ctl(QStringLiteral("replay p --from source"));
        QVERIFY2(replayed.code == 0, replayed.err.constData());
        QVERIFY2(replayed.out.contains("440 records were read"), replayed.out.constData());
        const Ended compared
            = site.ctl(QStringLiteral("compare p --table silver.good --key id --json"));
        const QJsonObject good = QJsonDocument::fromJson(compared.out).array()[0].toObject();
        QCOMPARE(good[QStringLiteral("rows")].toInt(), 200);
        QCOMPARE(good[QStringLiteral("shadow_rows")].toInt(), 300);
        QCOMPARE(good[QStringLiteral("differing")].toInt(), 0);
        const Ended refused = site.ctl(QStringLiteral("swap p"));
        QVERIFY(refused.code != 0);
        QVERIFY2(refused.err.contains("may have forgotten") && refused.err.contains("--force"),
                 refused.err.constData());
        QVERIFY(site.start());
        const Ended swapped = site.ctl(QStringLiteral("swap p --force"));
        QVERIFY2(swapped.code == 0, swapped.err.constData());
        site.append();
        QVERIFY(site.hasRead());
        QVERIFY(site.stop());
        compareWithScratch(site, 150);
        QVERIFY(!site.ctl(QStringLiteral("lake ls")).out.contains("__shadow"));
    }

    // Bronze came later than the pipeline: what it lacks is still in the source.
    void bronzeIsMadeAnewFromTheSource()
    {
        Site site(false);
        site.write(true, 100, "1s");
        QVERIFY(site.start());
        QVERIFY(site.stop());
        site.keepBronze();
        site.write(true, 100, "1s");
        site.append();
        QVERIFY(site.start());
        const QString records
            = QStringLiteral("SELECT count(*) AS n, count(DISTINCT event_id) AS d FROM bronze.p");
        QCOMPARE(site.sql(records), QByteArray("[{\"n\":440,\"d\":440}]"));
        const Ended replayed = site.ctl(QStringLiteral("replay p --from source"));
        QVERIFY2(replayed.code == 0, replayed.err.constData());
        const Ended compared = site.ctl(QStringLiteral("compare p --table bronze.p --json"));
        const QJsonObject bronze = QJsonDocument::fromJson(compared.out).array()[0].toObject();
        QCOMPARE(bronze[QStringLiteral("only_table")].toInt(), 0); // but for the time of arrival
        QCOMPARE(bronze[QStringLiteral("only_shadow")].toInt(), 440);
        QCOMPARE(site.ctl(QStringLiteral("swap p --force")).code, 0);
        site.append();
        QVERIFY(site.hasRead());
        QVERIFY(site.stop());
        QCOMPARE(site.sql(records), QByteArray("[{\"n\":1320,\"d\":1320}]"));
        compareWithScratch(site, 100);
        QCOMPARE(site.goldAgainstBronze(100, 1000), QByteArray("[{\"missing\":0,\"wrong\":0}]"));
    }

    void aKilledReplayOfTheSourceGoesOn()
    {
        Site site;
        site.write(true, 100, "1s");
        QVERIFY(site.start());
        QVERIFY(site.stop());
        const QString replay = QStringLiteral("replay p --from source --from-offset in.jsonl=0");
        QCOMPARE(site.ctl(replay, "epoch.manifest_durable=kill").code, -1);
        const Ended other = site.ctl(QStringLiteral("replay p"));
        QVERIFY(other.code != 0);
        QVERIFY2(other.err.contains("sluicectl " + replay.toUtf8()), other.err.constData());
        QVERIFY(site.ctl(replay).code == 0);
        for (const QJsonValue table :
             QJsonDocument::fromJson(site.ctl(QStringLiteral("compare p --json")).out).array()) {
            QCOMPARE(table[QStringLiteral("only_table")].toInt(), 0);
            QCOMPARE(table[QStringLiteral("only_shadow")].toInt(), 0);
        }
        QVERIFY(site.ctl(QStringLiteral("swap p")).err.contains("a part of the records only"));
        // And so do tables that change places, bronze among them.
        site.append();
        QVERIFY(site.start());
        QVERIFY(site.stop());
        QCOMPARE(site.ctl(QStringLiteral("swap p --force"), "shadow.table=kill").code, -1);
        compareWithScratch(site, 100);
        QVERIFY(!site.ctl(QStringLiteral("lake ls")).out.contains("__shadow"));
        QCOMPARE(site.goldAgainstBronze(100, 1000), QByteArray("[{\"missing\":0,\"wrong\":0}]"));
    }

    void aPartOfBronzeIsReplayed_data()
    {
        QTest::addColumn<QString>("from");
        QTest::newRow("bronze") << "bronze";
        QTest::newRow("source") << "source";
    }
    void aPartOfBronzeIsReplayed()
    {
        QFETCH(QString, from);
        Site site;
        site.write(true, 100, "1s");
        QVERIFY(site.start());
        QVERIFY(site.stop());
        const Ended replayed
            = site.ctl(QStringLiteral("replay p --from %1 --from-offset in.jsonl=%2 "
                                      "--until-offset in.jsonl=%3")
                           .arg(from)
                           .arg(site.byteOf(100))
                           .arg(site.byteOf(300)));
        QVERIFY2(replayed.code == 0, replayed.err.constData());
        QVERIFY2(replayed.out.contains("220 records were read"), replayed.out.constData());
        QCOMPARE(idsOfShadow(site), QByteArray("[{\"n\":200,\"least\":100,\"most\":299}]"));
        const Ended refused = site.ctl(QStringLiteral("swap p"));
        QVERIFY2(refused.code != 0 && refused.err.contains("without bounds"),
                 refused.err.constData());
        // Forced, it reads on to where the pipeline is.
        site.append();
        QVERIFY(site.start());
        const Ended swapped = site.ctl(QStringLiteral("swap p --force"));
        QVERIFY2(swapped.code == 0, swapped.err.constData());
        QVERIFY(site.stop());
        QCOMPARE(site.sql(
                     QStringLiteral("SELECT count(*) AS n, count(DISTINCT id) AS d, min(id) AS "
                                    "least, max(id) AS most FROM silver.every")),
                 QByteArray("[{\"n\":700,\"d\":700,\"least\":100,\"most\":799}]"));
        QCOMPARE(site.sql(QStringLiteral("SELECT sum(n)::BIGINT AS n FROM gold.sums")),
                 // A window is 100 ids long. Amounts below 100 have 200 .. 299, 400 .. 499 and 600
                 // .. 699; the last is open, the watermark is 1.001 s behind the newest, id 799.
                 QByteArray("[{\"n\":200}]"));
    }

    void aSpanOfTimeIsReplayed()
    {
        Site site;
        site.write(true, 100, "1s");
        QVERIFY(site.start());
        QVERIFY(site.stop());
        const QString between = QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs);
        site.append();
        QVERIFY(site.start());
        // Beside the process that runs it.
        QCOMPARE(site.ctl(QStringLiteral("replay p --until-time ") + between).code, 0);
        QCOMPARE(idsOfShadow(site), QByteArray("[{\"n\":400,\"least\":0,\"most\":399}]"));
        QCOMPARE(site.ctl(QStringLiteral("discard p")).code, 0);
        QCOMPARE(site.ctl(QStringLiteral("replay p --until-time 0s --from-time ") + between).code,
                 0);
        QCOMPARE(idsOfShadow(site), QByteArray("[{\"n\":400,\"least\":400,\"most\":799}]"));
        QVERIFY(site.stop());
    }

    void whatCannotBeReplayedIsSaidBeforeAnythingStarts_data()
    {
        QTest::addColumn<QString>("options");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char* name, const char* options, const char* said) {
            QTest::newRow(name) << options << QByteArray(said);
        };
        row("no such partition of bronze", "p --from-offset nowhere=5", "It has in.jsonl.");
        row("no such partition of the source", "p --from source --until-offset nowhere=5",
            "It has in.jsonl.");
        row("no list", "p --from-offset in.jsonl", "is no PARTITION=OFFSET");
        row("no time", "p --until-time sometimes", "\"sometimes\" is no time");
        row("no span", "p --from-time 1h --until-time 2h", "nothing can be between the bounds");
        row("a time of files", "p --from source --from-time 1h", "when a record arrived");
        row("offsets of two", "q --from-offset in.jsonl=0", "this pipeline reads a, b");
        row("not read yet", "q --from source", "has not read this source yet");
    }
    void whatCannotBeReplayedIsSaidBeforeAnythingStarts()
    {
        QFETCH(QString, options);
        QFETCH(QByteArray, said);
        if (!m_refusing) {
            m_refusing = std::make_unique<Site>();
            const Site& site = *m_refusing;
            site.write(false, 100, "1s");
            QCOMPARE(site.runToEnd().code, 0);
            std::ofstream(site.path("q.yaml").toStdString())
                << "pipeline: q\nnodes:\n"
                   "  a: {type: file_source, path: in.jsonl, schema: {id: long}}\n"
                   "  b: {type: file_source, path: in.jsonl, schema: {id: long}}\n"
                   "  bronze_a: {type: delta_sink, input: a, table: bronze.a, write: raw}\n"
                   "  bronze_b: {type: delta_sink, input: b, table: bronze.b, write: raw}\n"
                   "  both: {type: union, input: [a, b]}\n"
                   "  all: {type: delta_sink, input: both, table: silver.both}\n";
            QCOMPARE(site.ctl(QStringLiteral("deploy -y ") + site.path("q.yaml")).code, 0);
        }
        const Site& site = *m_refusing;
        const Ended refused = site.ctl(QStringLiteral("replay ") + options);
        QVERIFY(refused.code != 0);
        QVERIFY2(refused.err.contains(said), refused.err.constData());
        QVERIFY(!QFile::exists(site.path("w/state/p__shadow")));
        QVERIFY(!QFile::exists(site.path("w/state/q__shadow")));
    }

    // Ctrl-C gives up what was asked for and nothing else; here beside the process that runs it.
    void aReplayIsGivenUp()
    {
        Site site;
        for (int i = 0; i < 100; ++i)
            site.append();
        site.write(true, 100, "1s");
        QVERIFY(site.start());
        QProcess replay;
        replay.start(programPath(),
                     {QStringLiteral("replay"), QStringLiteral("p"), QStringLiteral("-w"),
                      site.path("w")});
        QVERIFY(test::waitFor([&] { return QFile::exists(site.path("w/state/p__shadow")); }));
        ::kill(pid_t(replay.processId()), SIGINT);
        QVERIFY(replay.waitForFinished(test::kPatienceMs));
        QVERIFY(replay.exitStatus() == QProcess::NormalExit && replay.exitCode() != 0);
        const QByteArray said = replay.readAllStandardError();
        QVERIFY2(said.contains("cancelled"), said.constData());
        QVERIFY(!site.ctl(QStringLiteral("lake ls")).out.contains("__shadow"));
        QVERIFY(!QFile::exists(site.path("w/state/p__shadow")));
        // A shadow that somebody else made is not what Ctrl-C of a refused replay gives up.
        QCOMPARE(site.ctl(QStringLiteral("replay p")).code, 0);
        QVERIFY(site.ctl(QStringLiteral("replay p")).err.contains("already"));
        QVERIFY(QFile::exists(site.path("w/state/p__shadow")));
        QVERIFY(site.stop());
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::ReplayTest)
#include "replay_test.moc"
