// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/program.h"
#include "tests/support/test_main.h"

#include <fstream>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

namespace sluice::test {

/// The command line as a script uses it: exit codes, and nothing but JSON with --json.
class CommandLineTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString file(const char* name, const char* text)
    {
        const QString path = m_folder.path() + QLatin1Char('/') + QLatin1String(name);
        std::ofstream(path.toStdString()) << text;
        return path;
    }

private slots:
    void cataloguesAreJson()
    {
        for (const char* command : {"nodes", "functions"}) {
            const Ended ended = sluicectl({QString::fromLatin1(command), QStringLiteral("--json")});
            QCOMPARE(ended.code, 0);
            const QJsonArray all = QJsonDocument::fromJson(ended.out).array();
            QVERIFY2(all.size() >= 15, command);
            QVERIFY(all[0].toObject().contains(QStringLiteral("help")));
        }
    }
    void exitCodesTellWhatWentWrong()
    {
        QCOMPARE(sluicectl({QStringLiteral("nonsense")}).code, 2);
        const QString bad = file("bad.yaml", "pipeline: x\nnodes:\n  a: {type: fliter}\n");
        const Ended invalid
            = sluicectl({QStringLiteral("validate"), bad, QStringLiteral("--json")});
        QCOMPARE(invalid.code, 3);
        const QJsonObject findings = QJsonDocument::fromJson(invalid.out).object();
        QVERIFY(!findings[QStringLiteral("valid")].toBool());
        QVERIFY(findings[QStringLiteral("findings")].toArray()[0].toString().contains(
            QStringLiteral("bad.yaml:3:")));
        const Ended missing
            = sluicectl({QStringLiteral("lake"), QStringLiteral("ls"), QStringLiteral("-w"),
                         m_folder.path() + QStringLiteral("/nothing"), QStringLiteral("--json")});
        QCOMPARE(missing.code, 4);
        QVERIFY(QJsonDocument::fromJson(missing.out).object().contains(QStringLiteral("hint")));
    }
    void aRunAndItsTables()
    {
        file("in.jsonl", "{\"a\":1}\n{\"a\":2}\nbroken\n");
        const QString document = file(
            "p.yaml",
            "pipeline: p\nnodes:\n  in: {type: file_source, path: in.jsonl, schema: {a: long}}\n"
            "  out: {type: delta_sink, input: in, table: silver.p}\n");
        const QString workspace = m_folder.path() + QStringLiteral("/w");
        const Ended ran = sluicectl({QStringLiteral("run"), document,
                                     QStringLiteral("--until-idle"), QStringLiteral("--json"),
                                     QStringLiteral("-q"), QStringLiteral("-w"), workspace});
        QVERIFY2(ran.code == 0, ran.err.constData());
        const QJsonObject outcome = QJsonDocument::fromJson(ran.out).object();
        QCOMPARE(outcome[QStringLiteral("rows_in")].toInt(), 3);
        QCOMPARE(outcome[QStringLiteral("dead_letter")].toInt(), 1);
        const Ended sql
            = sluicectl({QStringLiteral("sql"), QStringLiteral("SELECT sum(a) AS s FROM silver.p"),
                         QStringLiteral("--json"), QStringLiteral("-w"), workspace});
        QCOMPARE(sql.out.trimmed(), QByteArray("[{\"s\":3}]"));
        const Ended human
            = sluicectl({QStringLiteral("sql"), QStringLiteral("SELECT count(*) FROM silver.p"),
                         QStringLiteral("-w"), workspace});
        QVERIFY(human.out.contains("2"));
        const QJsonArray tables
            = QJsonDocument::fromJson(
                  sluicectl({QStringLiteral("lake"), QStringLiteral("ls"), QStringLiteral("--json"),
                             QStringLiteral("-w"), workspace})
                      .out)
                  .array();
        QVERIFY(tables.size() >= 2);
        QVERIFY(sluicectl({QStringLiteral("lake"), QStringLiteral("history"),
                           QStringLiteral("silver.p"), QStringLiteral("-w"), workspace})
                    .out.contains("STREAMING UPDATE"));
    }
    void secretsNeverShow()
    {
        const QString workspace = m_folder.path() + QStringLiteral("/s");
        sluicectl({QStringLiteral("connections"), QStringLiteral("put"), QStringLiteral("prod"),
                   QStringLiteral("bootstrap.servers=h:1"), QStringLiteral("-w"), workspace});
        const Ended refused = sluicectl(
            {QStringLiteral("connections"), QStringLiteral("put"), QStringLiteral("prod"),
             QStringLiteral("sasl.password=hunter2"), QStringLiteral("-w"), workspace});
        QCOMPARE(refused.code, 3);
        QVERIFY(!refused.err.contains("hunter2"));
        qputenv("SLUICE_VAULT_PASSPHRASE", "open sesame");
        QCOMPARE(sluicectl({QStringLiteral("secrets"), QStringLiteral("put"),
                            QStringLiteral("prod"), QStringLiteral("-w"), workspace},
                           "hunter2\n")
                     .code,
                 0);
        const Ended names = sluicectl({QStringLiteral("secrets"), QStringLiteral("ls"),
                                       QStringLiteral("--json"), QStringLiteral("-w"), workspace});
        QCOMPARE(names.out.trimmed(), QByteArray("[\"prod\"]"));
        qputenv("SLUICE_VAULT_PASSPHRASE", "wrong");
        QCOMPARE(sluicectl({QStringLiteral("secrets"), QStringLiteral("ls"), QStringLiteral("-w"),
                            workspace})
                     .code,
                 5);
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::CommandLineTest)
#include "command_line_test.moc"
