// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/program.h"
#include "tests/support/test_main.h"
#include "tests/support/wait_for.h"

#include <fstream>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

namespace sluice::test {
namespace {

// 20 good records (id 0..19), three whose amount is too high (20..22), two that cannot be read.
constexpr int kGood = 20, kHigh = 3, kUnreadable = 2;

// A workspace whose pipeline has turned records away, and the real binary.
class Site
{
public:
    explicit Site(bool follows = false)
    {
        std::ofstream records(path("in.jsonl").toStdString());
        for (int id = 0; id < kGood + kHigh; ++id)
            records << "{\"id\":" << id << ",\"amount\":" << (id < kGood ? id : 1000 + id)
                    << ",\"t\":" << 1'700'000'000'000 + id << "}\n";
        for (int i = 0; i < kUnreadable; ++i)
            records << "{\"id\":\"x" << i << "\",\"amount\":1,\"t\":1700000000500}\n";
        write(follows, 100);
    }
    ~Site()
    {
        m_run.kill();
        m_run.waitForFinished(test::kPatienceMs);
    }

    // The check is behind a deduplicate, which has kept the keys of what it turns away.
    void write(bool follows, int most) const
    {
        std::ofstream(document().toStdString())
            << "pipeline: p\nepoch: 200ms\nnodes:\n"
               "  in: {type: file_source, path: in.jsonl, follow: "
            << (follows ? "true" : "false")
            << ", schema: {id: long not null, amount: long, t: timestamp(ms)}, event_time: "
               "{column: "
               "t, out_of_order: 1h}}\n"
               "  bronze: {type: delta_sink, input: in, table: bronze.p, write: raw}\n"
               "  every: {type: delta_sink, input: in, table: silver.every}\n"
               "  unique: {type: deduplicate, input: in, keys: [id], within: 100d}\n"
               "  checked: {type: expect, input: unique, rules: [{name: small, check: amount < "
            << most
            << ", on_fail: quarantine}]}\n"
               "  good: {type: delta_sink, input: checked, table: silver.good}\n";
    }
    QString path(const char* name) const
    {
        return m_folder.path() + QLatin1Char('/') + QLatin1String(name);
    }
    QString document() const { return path("p.yaml"); }
    Ended ctl(QStringList arguments) const
    {
        return sluicectl(arguments << QStringLiteral("-w") << path("w"));
    }
    Ended ctl(const char* arguments) const
    {
        return ctl(QString::fromLatin1(arguments).split(QLatin1Char(' ')));
    }
    Ended runToEnd() const
    {
        return ctl({QStringLiteral("run"), document(), QStringLiteral("--until-idle"),
                    QStringLiteral("-q")});
    }
    void start(const QByteArray& failPoint = {})
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("SLUICE_FAILPOINT"), QString::fromLatin1(failPoint));
        m_run.setProcessEnvironment(environment);
        m_run.start(programPath(),
                    {QStringLiteral("run"), document(), QStringLiteral("-q"), QStringLiteral("-w"),
                     path("w")});
    }
    QProcess& run() { return m_run; }
    QByteArray sql(const char* text) const
    {
        return ctl({QStringLiteral("sql"), QStringLiteral("--json"), QString::fromLatin1(text)})
            .out.trimmed();
    }
    // Exports the rejects of a verdict and replaces a text in them.
    QString edited(const char* verdict, const QByteArray& from, const QByteArray& to) const
    {
        const QString file = path("edited.jsonl");
        const Ended exported = ctl({QStringLiteral("rejects"), QStringLiteral("export"),
                                    QStringLiteral("p"), QStringLiteral("--verdict"),
                                    QLatin1String(verdict), QStringLiteral("-o"), file});
        if (exported.code != 0)
            qFatal("%s", exported.err.constData());
        QFile lines(file);
        if (!lines.open(QIODevice::ReadOnly))
            qFatal("no file was exported");
        const QByteArray text = lines.readAll().replace(from, to);
        lines.close();
        if (!lines.open(QIODevice::WriteOnly) || lines.write(text) != text.size())
            qFatal("cannot write");
        return file;
    }
    Ended replay(const QString& file) const
    {
        return ctl(
            {QStringLiteral("rejects"), QStringLiteral("replay"), QStringLiteral("p"), file});
    }

private:
    QTemporaryDir m_folder;
    QProcess m_run;
};

const char* const kCounts
    = "SELECT (SELECT count(*) FROM bronze.p) AS bronze, (SELECT count(*) FROM silver.every) AS "
      "every, (SELECT count(*) FROM silver.good) AS good, (SELECT count(DISTINCT id) FROM "
      "silver.good) AS ids";

} // namespace

/// Rejects are listed, exported, edited and read again by the command line: each comes only to
/// where it has not been, once, whatever dies meanwhile.
class RejectsTest : public QObject
{
    Q_OBJECT

private slots:
    void rejectsAreCountedByReason()
    {
        const Site site;
        const Ended ran = site.runToEnd();
        QVERIFY2(ran.code == 0, ran.err.constData());
        const Ended listed = site.ctl("rejects list p --json");
        QVERIFY2(listed.code == 0, listed.err.constData());
        const QJsonArray groups = QJsonDocument::fromJson(listed.out).array();
        QCOMPARE(groups.size(), 2);
        QCOMPARE(groups[0][QStringLiteral("verdict")].toString(), QStringLiteral("quarantined"));
        QCOMPARE(groups[0][QStringLiteral("node")].toString(), QStringLiteral("checked"));
        QCOMPARE(groups[0][QStringLiteral("rows")].toInt(), kHigh);
        QCOMPARE(groups[1][QStringLiteral("verdict")].toString(), QStringLiteral("dead_letter"));
        QCOMPARE(groups[1][QStringLiteral("node")].toString(), QStringLiteral("in"));
        QCOMPARE(groups[1][QStringLiteral("rows")].toInt(), kUnreadable);
        const Ended chosen = site.ctl("rejects list p --json --node checked --since 1h");
        QCOMPARE(QJsonDocument::fromJson(chosen.out).array(), QJsonArray{groups[0]});
        QCOMPARE(site.ctl("rejects list p --json --since 2099-01-01").out.trimmed(),
                 QByteArray("[]"));
        QCOMPARE(site.ctl("rejects list nobody").code, 4);
        QVERIFY(site.ctl("rejects list p --verdict wrong").err.contains("no verdict"));
    }

    void anEditedRejectGoesOnFromTheNodeThatTurnedItAway()
    {
        const Site site;
        QCOMPARE(site.runToEnd().code, 0);
        // Two of the three are mended: 1020 -> 20, 1021 -> 21; 1022 stays.
        const QString file = site.edited("quarantined", "\"amount\":1020", "\"amount\":20");
        QFile lines(file);
        QVERIFY(lines.open(QIODevice::ReadOnly));
        const QByteArray text = lines.readAll().replace("\"amount\":1021", "\"amount\":21");
        lines.close();
        QVERIFY(lines.open(QIODevice::WriteOnly));
        lines.write(text);
        lines.close();
        const Ended tried = site.ctl({QStringLiteral("rejects"), QStringLiteral("replay"),
                                      QStringLiteral("p"), file, QStringLiteral("--dry-run")});
        QVERIFY2(tried.out.contains("would replay 3 records, 2 of them edited"),
                 (tried.out + tried.err).constData());
        const Ended done = site.replay(file);
        QVERIFY2(done.code == 0, done.err.constData());
        QVERIFY2(done.out.contains("3 records, 2 of them edited"), done.out.constData());
        // Only what is behind the check has new rows.
        QCOMPARE(site.sql(kCounts),
                 QByteArray("[{\"bronze\":23,\"every\":23,\"good\":22,\"ids\":22}]"));
        QCOMPARE(site.sql("SELECT attempt, replay_id IS NOT NULL AS again, count(*) AS n FROM "
                          "quarantine.p GROUP BY ALL ORDER BY attempt"),
                 QByteArray(
                     "[{\"attempt\":1,\"again\":false,\"n\":3},\n {\"attempt\":2,\"again\":true,"
                     "\"n\":1}]"));
        // Where it came from and when is as it was; what was read is kept.
        QCOMPARE(site.sql(
                     "SELECT count(*) AS n, sum(is_edited::INT) AS edited, count(DISTINCT "
                     "r.replay_id) AS ids, min(q.\"position\" = r.\"position\" AND q.event_time = "
                     "r.event_time AND q.ingest_time = r.ingest_time AND r.replayed_at > "
                     "q.ingest_time) AS same FROM replayed.p r JOIN quarantine.p q USING (source, "
                     "\"partition\", \"position\", attempt)"),
                 QByteArray("[{\"n\":3,\"edited\":2,\"ids\":1,\"same\":true}]"));
        const Ended again = site.replay(file);
        QVERIFY2(again.code == 0 && again.out.contains("3 were replayed before"),
                 (again.out + again.err).constData());
        QCOMPARE(site.sql(kCounts),
                 QByteArray("[{\"bronze\":23,\"every\":23,\"good\":22,\"ids\":22}]"));
        // The rule is mended: what is open is replayed as it is.
        site.write(false, 5000);
        QCOMPARE(site.runToEnd().code, 0);
        const Ended rest = site.ctl("rejects replay p --rule small --id mended");
        QVERIFY2(rest.out.contains("replay mended: 1 record"), (rest.out + rest.err).constData());
        QVERIFY(site.ctl("rejects replay p --id mended").out.contains("nothing to replay"));
        QCOMPARE(site.sql(kCounts),
                 QByteArray("[{\"bronze\":23,\"every\":23,\"good\":23,\"ids\":23}]"));
    }

    void aRecordThatCouldNotBeReadComesToEveryNode()
    {
        const Site site;
        QCOMPARE(site.runToEnd().code, 0);
        const QString file = site.edited("dead_letter", "\"id\":\"x", "\"id\":\"7");
        const Ended wrong = site.replay(file); // still no number
        QVERIFY2(wrong.code == 0, wrong.err.constData());
        QCOMPARE(site.sql("SELECT max(attempt) AS most, count(*) AS n FROM dead_letter.p"),
                 QByteArray("[{\"most\":2,\"n\":4}]"));
        const QString better = site.edited("dead_letter", "\"id\":\"7", "\"name\":\"7");
        QFile lines(better);
        QVERIFY(lines.open(QIODevice::ReadOnly));
        QByteArray text = lines.readAll();
        lines.close();
        text.replace("\"name\":\"70\"", "\"id\":70").replace("\"name\":\"71\"", "\"id\":71");
        QVERIFY(lines.open(QIODevice::WriteOnly));
        lines.write(text);
        lines.close();
        const Ended done = site.replay(better);
        QVERIFY2(done.code == 0, done.err.constData());
        QCOMPARE(site.sql(kCounts),
                 QByteArray("[{\"bronze\":25,\"every\":25,\"good\":22,\"ids\":22}]"));
        QCOMPARE(site.sql("SELECT count(*) AS n, count(DISTINCT event_id) AS d FROM bronze.p"),
                 QByteArray("[{\"n\":25,\"d\":25}]"));
    }

    void theWayOfARecordIsTold()
    {
        Site site(true);
        site.start();
        QVERIFY(test::waitFor(
            [&] { return site.sql("SELECT count(*) AS n FROM quarantine.p") == "[{\"n\":3}]"; }));
        const auto verdicts = [&](const char* arguments) {
            const Ended told = site.ctl(arguments);
            QStringList out;
            const QJsonObject answer = QJsonDocument::fromJson(told.out).object();
            for (const QJsonValue step :
                 answer[QStringLiteral("records")][0][QStringLiteral("steps")].toArray())
                out << step[QStringLiteral("node")].toString() + QLatin1Char(' ')
                        + step[QStringLiteral("verdict")].toString();
            out.sort();
            return out.join(QLatin1Char(','));
        };
        QCOMPARE(verdicts("why p --where id=21 --json"),
                 QStringLiteral("bronze written,checked quarantined,every written,good not reached,"
                                "in pass,unique pass"));
        QCOMPARE(verdicts("why p --where id=7 --json"),
                 QStringLiteral("bronze written,checked pass,every written,good written,in pass,"
                                "unique pass"));
        QCOMPARE(verdicts("why p --where id=x1 --json"),
                 QStringLiteral("bronze not reached,checked not reached,every not reached,"
                                "good not reached,in dead_letter,unique not reached"));
        const Ended reason = site.ctl("why p --where id=21");
        QVERIFY2(reason.out.contains("amount < 100") && reason.out.contains("1021"),
                 reason.out.constData());
        QCOMPARE(site.ctl("why p --where id=4711").code, 4);
        QCOMPARE(site.ctl("why p --where nonsense").code, 3);
    }

    void aFileThatMeansNoRejectIsRefusedWhole()
    {
        const Site site;
        QCOMPARE(site.runToEnd().code, 0);
        const QString file = site.edited("quarantined", "\"attempt\":1", "\"attempt\":7");
        const Ended unknown = site.replay(file);
        QVERIFY2(unknown.code == 4 && unknown.err.contains("edited.jsonl:1"),
                 unknown.err.constData());
        QVERIFY(QFile(file).resize(20));
        const Ended torn = site.replay(file);
        QVERIFY2(torn.code == 1 && torn.err.contains("edited.jsonl:1"), torn.err.constData());
        QCOMPARE(site.sql(kCounts),
                 QByteArray("[{\"bronze\":23,\"every\":23,\"good\":20,\"ids\":20}]"));
    }

    void killedAnywhereEachIsReplayedOnce_data()
    {
        QTest::addColumn<QByteArray>("failPoint");
        for (const char* point : {"replay.write", "replay.renamed", "replay.sealed",
                                  "replay.durable", "replay.committed"})
            QTest::newRow(point) << QByteArray(point) + "=kill";
    }
    void killedAnywhereEachIsReplayedOnce()
    {
        QFETCH(QByteArray, failPoint);
        Site site(true);
        site.start(failPoint);
        QVERIFY(test::waitFor(
            [&] { return site.sql("SELECT count(*) AS n FROM quarantine.p") == "[{\"n\":3}]"; }));
        const QString file = site.edited("quarantined", "\"amount\":10", "\"amount\":");
        QVERIFY(site.replay(file).code != 0);
        QVERIFY(site.run().waitForFinished(test::kPatienceMs));
        QCOMPARE(site.run().exitStatus(), QProcess::CrashExit);
        site.write(false, 100);
        const Ended ended = site.runToEnd();
        QVERIFY2(ended.code == 0, ended.err.constData());
        const Ended again = site.replay(file); // whatever is left of it
        QVERIFY2(again.code == 0, again.err.constData());
        QCOMPARE(site.sql(kCounts),
                 QByteArray("[{\"bronze\":23,\"every\":23,\"good\":23,\"ids\":23}]"));
        QCOMPARE(site.sql(
                     "SELECT count(*) AS n, count(DISTINCT \"position\") AS d FROM replayed.p"),
                 QByteArray("[{\"n\":3,\"d\":3}]"));
        QCOMPARE(site.ctl("rejects list p --json --verdict quarantined").out.trimmed(),
                 QByteArray("[]"));
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::RejectsTest)
#include "rejects_test.moc"
