// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/program.h"
#include "tests/support/test_main.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace sluice::test {

/// Each benchmark, small: standard output is nothing but a JSON array of objects with the keys that
/// docs/performance.md names, and what applies is not null.
class BenchTest : public QObject
{
    Q_OBJECT

private slots:
    void everyBenchmarkReportsTheSameKeys_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("events");
        QTest::addColumn<QStringList>("known"); // keys that are not null
        const auto row
            = [](const char* arguments, const char* name, int events, const char* known) {
                  QTest::newRow(name) << QString::fromLatin1(arguments).split(QLatin1Char(' '))
                                      << QString::fromLatin1(name) << events
                                      << QString::fromLatin1(known).split(QLatin1Char(' '));
              };
        const char* const kParsed = "events_per_second bytes_per_event cores_used ratio_to_parse";
        // Of 50 events 46 are bids, and 3 auctions.
        row("job --events 20000 --runs 1", "job", 20'000, kParsed);
        row("nexmark --query q2 --events 20000 --runs 1", "nexmark_J_q2", 18'400, kParsed);
        row("nexmark --query q13 --mode E --events 20000 --runs 2", "nexmark_E_q13", 18'400,
            kParsed);
        row("nexmark --query q4 --events 20000 --runs 1", "nexmark_J_q4", 19'600, kParsed);
        row("nexmark --query q0 --mode K --events 20000 --runs 1", "nexmark_K_q0", 18'400,
            "events_per_second cores_used");
        row("kafka --events 10000 --runs 1", "kafka_write", 9'200, "events_per_second cores_used");
        row("latency --rate 10000 --seconds 2 --epoch 100ms", "latency", 20'000,
            "events_per_second cores_used p50_ms p99_ms");
        row("peers --events 20000 --runs 1", "peers_q5_count_sluice", 18'400,
            "events_per_second bytes_per_event rows_out sum_out");
        row("recovery --state 1MB --runs 1", "recovery", 0, "first_row_ms state_bytes keys");
    }
    void everyBenchmarkReportsTheSameKeys()
    {
        QFETCH(const QStringList, arguments);
        QFETCH(const QString, name);
        QFETCH(const int, events);
        QFETCH(const QStringList, known);
        const Ended ended = sluicectl(QStringList{QStringLiteral("bench")} + arguments
                                      + QStringList{QStringLiteral("--json")});
        QVERIFY2(ended.code == 0, ended.err.constData());
        QJsonParseError failure;
        const QJsonArray all = QJsonDocument::fromJson(ended.out, &failure).array();
        QCOMPARE(failure.error, QJsonParseError::NoError);
        QVERIFY(!all.isEmpty());
        const QJsonObject figure = all[0].toObject();
        for (const char* key : {"name", "events", "events_per_second", "bytes_per_event",
                                "cores_used", "ratio_to_parse", "p50_ms", "p99_ms", "runs"})
            QVERIFY2(figure.contains(QLatin1String(key)), key);
        QCOMPARE(figure[QStringLiteral("name")].toString(), name);
        if (events > 0)
            QCOMPARE(figure[QStringLiteral("events")].toInt(), events);
        for (const QString& key : known)
            QVERIFY2(figure[key].toDouble() > 0, qPrintable(key));
    }
    void whatDoesNotExistIsRefused()
    {
        for (const char* arguments : {"nothing", "nexmark --query q99", "nexmark --mode X",
                                      "recovery --state much", "latency --epoch"})
            QCOMPARE(sluicectl(QStringList{QStringLiteral("bench")}
                               + QString::fromLatin1(arguments).split(QLatin1Char(' ')))
                         .code,
                     2);
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::BenchTest)
#include "bench_test.moc"
