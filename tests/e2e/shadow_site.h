// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/e2e/program.h"
#include "tests/support/wait_for.h"

#include <fstream>
#include <string>
#include <vector>

#include <QTemporaryDir>
#include <QTest>

namespace sluice::test {

constexpr int kPart = 400; // ids of one append

/// A workspace, an input that grows, and the real binary. Records have an id, a key of five and an
/// amount of 0 .. 199; one of ten comes twice.
class Site
{
public:
    explicit Site(bool keepsBronze = true)
        : m_keepsBronze(keepsBronze)
    {
        append();
    }
    ~Site()
    {
        m_run.kill();
        m_run.waitForFinished(test::kPatienceMs);
    }
    void append()
    {
        std::ofstream records(path("in.jsonl").toStdString(), std::ios::app);
        for (int i = 0; i < kPart; ++i, ++m_next) {
            m_begins.push_back(m_bytes);
            for (int copy = 0; copy < (m_next % 10 == 0 ? 2 : 1); ++copy) {
                const std::string line = "{\"id\":" + std::to_string(m_next) + ",\"k\":"
                    + std::to_string(m_next % 5) + ",\"amount\":" + std::to_string(m_next % 200)
                    + ",\"t\":" + std::to_string(1'700'000'000'000 + m_next * 10) + "}\n";
                records << line;
                m_bytes += qint64(line.size());
            }
        }
    }
    /// The byte of in.jsonl at which the first record of an id begins.
    qint64 byteOf(int id) const { return m_begins.at(std::size_t(id)); }
    void keepBronze() { m_keepsBronze = true; }
    /// A version of the pipeline: what the check allows, how long the windows are.
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
            << (m_keepsBronze
                    ? "  bronze: {type: delta_sink, input: in, table: bronze.p, write: raw}\n"
                    : "")
            << "  unique: {type: deduplicate, input: in, keys: [id], within: 100d}\n"
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
    Ended ctl(const QString& arguments, const QByteArray& failPoint = {},
              const char* workspace = "w") const
    {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("SLUICE_FAILPOINT"), QString::fromLatin1(failPoint));
        process.setProcessEnvironment(environment);
        process.start(programPath(),
                      arguments.split(QLatin1Char(' ')) << QStringLiteral("-w") << path(workspace));
        process.waitForFinished(test::kPatienceMs);
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                process.readAllStandardOutput(), process.readAllStandardError()};
    }
    Ended runToEnd(const char* workspace = "w") const
    {
        return ctl(QStringLiteral("run %1 --until-idle -q").arg(path("p.yaml")), {}, workspace);
    }
    /// Runs until everything is read, and on.
    bool start()
    {
        m_run.start(programPath(),
                    {QStringLiteral("run"), path("p.yaml"), QStringLiteral("-q"),
                     QStringLiteral("-w"), path("w")});
        return hasRead();
    }
    bool hasRead() const
    {
        return test::waitFor([&] {
            return sql("SELECT count(DISTINCT id) AS n FROM silver.every")
                == "[{\"n\":" + QByteArray::number(m_next) + "}]";
        });
    }
    bool stop()
    {
        return ctl(QStringLiteral("stop p")).code == 0 && m_run.waitForFinished(test::kPatienceMs);
    }
    QByteArray sql(const QString& text, const char* workspace = "w") const
    {
        const Ended ended = sluicectl({QStringLiteral("sql"), QStringLiteral("--json"), text,
                                       QStringLiteral("-w"), path(workspace)});
        return ended.out.trimmed() + ended.err;
    }
    /// Rows of gold that bronze does not give, and the other way round; DuckDB does the windows.
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
    bool m_keepsBronze;
    int m_next = 0;
    qint64 m_bytes = 0;
    std::vector<qint64> m_begins;
};

} // namespace sluice::test
