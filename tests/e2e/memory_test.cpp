// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/program.h"
#include "tests/support/test_main.h"

#include <fstream>
#include <string>

#include <QTemporaryDir>
#include <QTest>

namespace sluice::test {

/// A node whose state has outgrown its bound, in the real binary.
class MemoryTest : public QObject
{
    Q_OBJECT

    static constexpr int kKeys = 20'000;

    QTemporaryDir m_folder;

    QString path(const char* name) const
    {
        return m_folder.path() + QLatin1Char('/') + QLatin1String(name);
    }
    // Every key comes twice, the second time when all have come once.
    QString document(const char* maxState) const
    {
        std::ofstream records(path("in.jsonl").toStdString());
        for (int i = 0; i < 2 * kKeys; ++i)
            records << "{\"k\":" << i % kKeys << ",\"t\":" << 1'700'000'000'000 + i / 100 << "}\n";
        std::ofstream(path("p.yaml").toStdString())
            << "pipeline: p\nepoch: 50ms\nnodes:\n"
               "  in: {type: file_source, path: in.jsonl, rate: 60000, schema: {k: long not null, "
               "t: timestamp(ms)}, event_time: {column: t}}\n"
               "  bronze: {type: delta_sink, input: in, table: bronze.p, write: raw}\n"
               "  counted: {type: window_aggregate, input: in, window: {tumbling: 1h}, group_by: "
               "[k], max_state: "
            << maxState
            << ", aggregates: {n: count(*)}}\n"
               "  gold: {type: delta_sink, input: counted, table: gold.p}\n";
        return path("p.yaml");
    }
    Ended run(const QString& document) const
    {
        return sluicectl({QStringLiteral("run"), document, QStringLiteral("--until-idle"),
                          QStringLiteral("-q"), QStringLiteral("-w"), path("ws")});
    }
    int number(const char* sql) const
    {
        const Ended ended = sluicectl({QStringLiteral("sql"), QLatin1String(sql),
                                       QStringLiteral("--json"), QStringLiteral("-w"), path("ws")});
        QByteArray digits;
        for (const char letter : ended.out.mid(ended.out.lastIndexOf("\"rows\"")))
            if (letter >= '0' && letter <= '9')
                digits += letter;
        return digits.toInt();
    }

private slots:
    void aBoundThatIsTooSmallIsSaidAndNothingIsLost()
    {
        const Ended stopped = run(document("1MB"));
        QCOMPARE(stopped.code, 1);
        for (const char* part : {"counted", "more than max_state allows (1000 KB)", "groups open",
                                 "Group by fewer values", "goes on from the last epoch"})
            QVERIFY2(stopped.err.contains(part), stopped.err.constData());
        const int committed = number("SELECT count(*) FROM bronze.p");
        QVERIFY2(committed > 0 && committed < 2 * kKeys, qPrintable(QString::number(committed)));
        const Ended ended = run(document("100MB"));
        QVERIFY2(ended.code == 0, ended.err.constData());
        QVERIFY2(!ended.err.contains("starts with empty state"), ended.err.constData());
        QCOMPARE(number("SELECT count(*) FROM bronze.p"), 2 * kKeys);
        QCOMPARE(number("SELECT count(*) FROM gold.p WHERE n = 2"), kKeys);
        QCOMPARE(number("SELECT count(*) FROM gold.p"), kKeys);
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::MemoryTest)
#include "memory_test.moc"
