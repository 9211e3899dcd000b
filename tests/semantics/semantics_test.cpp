// SPDX-License-Identifier: Apache-2.0
#include "tests/semantics/worked_example.h"
#include "tests/support/test_main.h"

#include <fstream>
#include <sstream>

namespace sluice::test {

/// Runs every worked example of docs/semantics.md.
class SemanticsTest : public QObject
{
    Q_OBJECT

    static std::string documentation()
    {
        std::ostringstream out;
        out << std::ifstream(SLUICE_SEMANTICS).rdbuf();
        return out.str();
    }

private slots:
    void examplesHold_data()
    {
        QTest::addColumn<QString>("heading");
        QTest::addColumn<int>("line");
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("batchSize");
        for (const WorkedExample& example : workedExamples(documentation()))
            for (const int batchSize : {1, 2, 4096})
                QTest::addRow("%s, line %d, batches of %d", example.heading.c_str(), example.line,
                              batchSize)
                    << QString::fromStdString(example.heading) << example.line
                    << QString::fromStdString(example.text) << batchSize;
    }
    void examplesHold()
    {
        QFETCH(QString, heading);
        QFETCH(int, line);
        QFETCH(QString, text);
        QFETCH(int, batchSize);
        const std::string findings
            = runExample({heading.toStdString(), line, text.toStdString()}, std::size_t(batchSize));
        QVERIFY2(findings.empty(), findings.c_str());
    }
    void anExampleThatDoesNotHoldIsFound_data()
    {
        QTest::addColumn<QString>("steps");
        QTest::addColumn<QString>("finding");
        QTest::newRow("value") << "[watermark: '12:10', out: {t: '12:00', k: b}]"
                               << "\"k\":\"b\"}\n but this came\n\n";
        QTest::newRow("too few") << "[in: {t: '12:00', k: a}]"
                                 << "\"k\":\"a\"";
        QTest::newRow("too many")
            << "[out: {t: '12:00', k: a}]"
            << "should come\n  {\"t\":\"2026-01-01T12:00:00.000Z\",\"k\":\"a\"}";
        QTest::newRow("column") << "[in: {t: '12:00', kk: a}]"
                                << "there is no column kk";
        QTest::newRow("step") << "[wait: 5s]"
                              << "there is no step \"wait\"";
    }
    void anExampleThatDoesNotHoldIsFound()
    {
        QFETCH(QString, steps);
        QFETCH(QString, finding);
        const std::string findings = runExample({"", 0,
                                                 "node: {type: filter, where: \"k = 'a'\"}\n"
                                                 "columns: {t: timestamp, k: string}\nsteps: "
                                                     + steps.toStdString()},
                                                1);
        QVERIFY2(findings.find(finding.toStdString()) != std::string::npos, findings.c_str());
    }
    void blocksAreFoundWithTheirHeadings()
    {
        const auto found = workedExamples("# A\ntext\n```yaml\nnot: this\n```\n## B c\n\n"
                                          "```yaml example\nx: 1\ny: 2\n```\nend\n");
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0].heading, std::string("B c"));
        QCOMPARE(found[0].line, 8);
        QCOMPARE(found[0].text, std::string("x: 1\ny: 2\n"));
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::SemanticsTest)
#include "semantics_test.moc"
