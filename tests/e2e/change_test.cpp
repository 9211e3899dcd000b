// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/program.h"
#include "tests/support/test_main.h"
#include "tests/support/wait_for.h"

#include <fstream>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

namespace sluice::test {
namespace {

constexpr int kHalf = 500;

// A workspace, an input that grows, and the real binary running a document over it.
class Site
{
public:
    Site() { append(0); }
    ~Site()
    {
        m_run.kill();
        m_run.waitForFinished(test::kPatienceMs);
    }

    // Writes a document: bronze and the given nodes.
    QString document(const char* name, const std::string& nodes) const
    {
        const QString path = m_folder.path() + QLatin1Char('/') + QLatin1String(name);
        std::ofstream(path.toStdString())
            << "pipeline: p\nepoch: 300ms\nnodes:\n"
               "  in: {type: file_source, path: in.jsonl, follow: true, schema: {v: long not null, "
               "t: "
               "timestamp(ms)}, event_time: {column: t}}\n"
               "  bronze: {type: delta_sink, input: in, table: bronze.p, write: raw}\n"
            << nodes;
        return path;
    }
    void append(int half) const
    {
        std::ofstream records(m_folder.path().toStdString() + "/in.jsonl", std::ios::app);
        for (int v = half * kHalf; v < (half + 1) * kHalf; ++v)
            records << "{\"v\":" << v << ",\"t\":" << 1'700'000'000'000 + v << "}\n";
    }
    void start(const QString& document, const char* failPoint = "")
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("SLUICE_FAILPOINT"), QLatin1String(failPoint));
        m_run.setProcessEnvironment(environment);
        m_run.start(QStringLiteral(SLUICE_CTL),
                    {QStringLiteral("run"), document, QStringLiteral("-q"), QStringLiteral("-w"),
                     workspace()});
    }
    Ended ctl(QStringList arguments) const
    {
        return sluicectl(arguments << QStringLiteral("-w") << workspace());
    }
    QJsonObject status() const
    {
        const Ended ended = ctl({QStringLiteral("status"), QStringLiteral("--json")});
        return QJsonDocument::fromJson(ended.out)
            .object()[QStringLiteral("pipelines")]
            .toArray()[0]
            .toObject();
    }
    bool hasRead(int records) const
    {
        return test::waitFor([&] {
            return sql("SELECT count(*) AS n FROM bronze.p")
                == "[{\"n\":" + QByteArray::number(records) + "}]";
        });
    }
    QByteArray sql(const char* text) const
    {
        return ctl({QStringLiteral("sql"), QStringLiteral("--json"), QString::fromLatin1(text)})
            .out.trimmed();
    }
    QString workspace() const { return m_folder.path() + QStringLiteral("/w"); }
    QProcess& run() { return m_run; }

private:
    QTemporaryDir m_folder;
    QProcess m_run;
};

const char* const kCopy = "  copy: {type: delta_sink, input: in, table: silver.copy}\n";
const char* const kAfter = "  after: {type: delta_sink, input: in, table: silver.after}\n";

} // namespace

/// A pipeline in another process is looked at, limited, changed and stopped from the command line;
/// killed in the middle of a change it loses nothing.
class ChangeTest : public QObject
{
    Q_OBJECT

private slots:
    void aRunningPipelineIsChangedFromTheCommandLine()
    {
        Site site;
        const QString before = site.document("v1.yaml", kCopy),
                      after = site.document("v2.yaml", kAfter);
        site.start(before);
        QVERIFY(site.hasRead(kHalf));
        const Ended limited = site.ctl({QStringLiteral("rate"), QStringLiteral("p"),
                                        QStringLiteral("in"), QStringLiteral("5000")});
        QVERIFY2(limited.code == 0, limited.err.constData());
        QVERIFY(test::waitFor([&] {
            return site.status()[QStringLiteral("nodes")]
                       .toArray()[0]
                       .toObject()[QStringLiteral("rate_limit")]
                == 5000;
        }));
        const Ended unknown = site.ctl({QStringLiteral("rate"), QStringLiteral("p"),
                                        QStringLiteral("nobody"), QStringLiteral("1")});
        QVERIFY2(unknown.code != 0 && unknown.err.contains("nobody"), unknown.err.constData());

        const Ended diff = site.ctl({QStringLiteral("diff"), after, QStringLiteral("--json")});
        QCOMPARE(diff.code, 0);
        QVERIFY2(diff.out.contains(
                     "{\"node\":\"copy\",\"type\":\"delta_sink\",\"change\":\"removed"),
                 diff.out.constData());
        const Ended deployed = site.ctl({QStringLiteral("deploy"), after, QStringLiteral("--yes")});
        QVERIFY2(deployed.code == 0, deployed.err.constData());
        QVERIFY2(deployed.out.endsWith("p: version 2 runs\n"), deployed.out.constData());
        site.append(1);
        QVERIFY(site.hasRead(2 * kHalf));
        const QJsonObject status = site.status();
        QCOMPARE(status[QStringLiteral("version")].toInt(), 2);
        QVERIFY(status[QStringLiteral("balanced")].toBool());
        QCOMPARE(status[QStringLiteral("rows_in")].toInt(), kHalf); // of this version
        QCOMPARE(site.ctl({QStringLiteral("stop"), QStringLiteral("p")}).code, 0);
        QVERIFY(site.run().waitForFinished(test::kPatienceMs));
        QCOMPARE(site.run().exitCode(), 0);
        QCOMPARE(site.sql(
                     "SELECT (SELECT count(*) FROM silver.copy) AS a, count(*) AS b, min(v) AS "
                     "c FROM silver.after"),
                 QByteArray("[{\"a\":500,\"b\":500,\"c\":500}]"));
        const Ended late = site.ctl({QStringLiteral("stop"), QStringLiteral("p")});
        QVERIFY2(late.code == 4, late.err.constData());
    }

    void withoutAProcessTheNextStartTakesTheDocument()
    {
        Site site;
        const Ended deployed
            = site.ctl({QStringLiteral("deploy"), site.document("v1.yaml", kCopy)});
        QVERIFY2(deployed.code == 0, deployed.err.constData());
        QVERIFY(deployed.out.contains("version 1 is kept"));
        QCOMPARE(site.status()[QStringLiteral("state")].toString(), QStringLiteral("stopped"));
    }

    void killedDuringTheChangeNothingIsLostOrTwice_data()
    {
        QTest::addColumn<QByteArray>("failPoint");
        QTest::addColumn<bool>("deploys"); // false: it dies before anybody can
        QTest::newRow("the old version has ended") << QByteArray("swap.stopped=kill") << true;
        QTest::newRow("the new version is kept") << QByteArray("swap.kept=kill") << true;
        QTest::newRow("an epoch of the old version is durable and in no table")
            << QByteArray("epoch.manifest_durable=kill") << false;
        QTest::newRow("it is in one table only") << QByteArray("sink.after_commit=kill") << false;
    }
    void killedDuringTheChangeNothingIsLostOrTwice()
    {
        QFETCH(QByteArray, failPoint);
        QFETCH(bool, deploys);
        Site site;
        const QString before = site.document("v1.yaml", kCopy),
                      after = site.document("v2.yaml", kAfter);
        site.start(before, failPoint.constData());
        if (deploys) {
            QVERIFY(site.hasRead(kHalf));
            QVERIFY(site.ctl({QStringLiteral("deploy"), after, QStringLiteral("-y")}).code != 0);
        }
        QVERIFY(site.run().waitForFinished(test::kPatienceMs));
        QCOMPARE(site.run().exitStatus(), QProcess::CrashExit);
        site.append(1);
        const Ended ended = site.ctl(
            {QStringLiteral("run"), after, QStringLiteral("--until-idle"), QStringLiteral("-q")});
        QVERIFY2(ended.code == 0, ended.err.constData());
        // What the old version counted as read is in its table, the rest in the new version's.
        QCOMPARE(site.sql("SELECT count(*) AS n, count(DISTINCT v) AS d, min(v) AS a, max(v) AS z "
                          "FROM (SELECT v FROM silver.copy UNION ALL SELECT v FROM silver.after)"),
                 QByteArray("[{\"n\":1000,\"d\":1000,\"a\":0,\"z\":999}]"));
        QCOMPARE(site.sql("SELECT count(*) AS n, count(DISTINCT event_id) AS d FROM bronze.p"),
                 QByteArray("[{\"n\":1000,\"d\":1000}]"));
        QCOMPARE(site.sql("SELECT count(*) AS n FROM silver.copy"), QByteArray("[{\"n\":500}]"));
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::ChangeTest)
#include "change_test.moc"
