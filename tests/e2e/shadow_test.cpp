// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/shadow_site.h"
#include "tests/support/test_main.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

namespace sluice::test {
namespace {

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
