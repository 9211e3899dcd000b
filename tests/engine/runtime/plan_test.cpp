// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/plan.h"

#include "tests/engine/runtime/fake_nodes.h"
#include "tests/support/test_main.h"

namespace sluice::runtime {

class PlanTest : public QObject
{
    Q_OBJECT

    static Plan plan(const QString& text, Diagnostics& diagnostics)
    {
        static test::FakeStore store;
        static const flow::NodeRegistry registry = test::fakeRegistry(store);
        return planPipeline(text.toStdString(), "o.yaml", registry, test::fakeServices(),
                            diagnostics);
    }

private slots:
    void everyMistakeIsNamedWithItsPlace_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("findings");
        QTest::newRow("unknown type and unknown input at once")
            << "pipeline: p\nnodes:\n  a: {type: numbrs, count: 1}\n  b: {type: store, input: aa}\n"
            << "o.yaml:3:13: a.type: there is no node type \"numbrs\" (did you mean \"numbers\"?)\n"
               "o.yaml:4:27: b.input: there is no node \"aa\" (did you mean \"a\"?)\n";
        QTest::newRow("cycle")
            << "pipeline: p\nnodes:\n  a: {type: add, input: b}\n  b: {type: add, input: a}\n"
               "  c: {type: store, input: b}\n"
            << "o.yaml:3:3: a.input: the nodes form a cycle through \"a\" (a node cannot read, "
               "directly or not, what it makes)\n";
        QTest::newRow("missing input")
            << "pipeline: p\nnodes:\n  a: {type: numbers, count: 1}\n  b: {type: store}\n"
            << "o.yaml:3:3: warning: a: nothing reads this node (add a sink, or remove the node)\n"
               "o.yaml:4:3: b: the input is missing (input: NAME OF A NODE)\n";
        QTest::newRow("too many inputs")
            << "pipeline: p\nnodes:\n  a: {type: numbers, count: 1}\n  b: {type: store, input: [a, "
               "a]}\n"
            << "o.yaml:4:27: b.input: store takes 1 input(s), found 2\n";
        QTest::newRow("a source with an input")
            << "pipeline: p\nnodes:\n  a: {type: numbers, count: 1, input: b}\n  b: {type: store, "
               "input: a}\n"
            << "o.yaml:3:3: a.input: the nodes form a cycle through \"a\" (a node cannot read, "
               "directly "
               "or not, what it makes)\no.yaml:3:39: a.input: a source has no input (remove the "
               "line)\n";
        QTest::newRow("no name, unknown section, no sink")
            << "pipline: p\nnodes:\n  a: {type: numbers, count: 1}\n"
            << "o.yaml:1:1: unknown section \"pipline\" (did you mean \"pipeline\"?)\n"
               "o.yaml:1:1: pipeline: the pipeline has no name (begin the document with "
               "\"pipeline: NAME\")\n"
               "o.yaml:3:3: warning: a: nothing reads this node (add a sink, or remove the node)\n";
        QTest::newRow("branches")
            << "pipeline: p\nnodes:\n  a: {type: numbers, count: 1}\n  b: {type: split, input: a}\n"
               "  c: {type: store, input: b}\n  d: {type: store, input: b.evn}\n"
               "  e: {type: store, input: a.even}\n"
            << "o.yaml:4:3: warning: b: nothing reads the branch \"even\" (its rows are not kept "
               "anywhere)\n"
               "o.yaml:4:3: warning: b: nothing reads the branch \"odd\" (its rows are not kept "
               "anywhere)\n"
               "o.yaml:5:27: c.input: \"b\" has branches: name one of them (input: b.even)\n"
               "o.yaml:6:27: d.input: \"b\" has no branch \"evn\" (did you mean \"even\"?)\n"
               "o.yaml:7:27: e.input: \"a\" has no branches (input: a)\n";
        QTest::newRow("wrong parameter")
            << "pipeline: p\nnodes:\n  a: {type: numbers, cont: 1}\n  b: {type: store, input: a}\n"
            << "o.yaml:3:6: a: parameter \"count\" is missing\n"
               "o.yaml:3:22: a: unknown parameter \"cont\" (did you mean \"count\"?)\n";
        QTest::newRow("empty") << ""
                               << "o.yaml:1:1: the document is empty (begin with \"pipeline: "
                                  "NAME\" and \"nodes:\")\n";
        QTest::newRow("epoch too short")
            << "pipeline: p\nepoch: 1ms\nnodes:\n  a: {type: numbers, count: 1}\n  b: {type: "
               "store, input: a}\n"
            << "o.yaml:2:8: epoch: expected a duration of at least 50ms (1s is usual)\n";
    }
    void everyMistakeIsNamedWithItsPlace()
    {
        QFETCH(QString, text);
        QFETCH(QString, findings);
        Diagnostics diagnostics("o.yaml");
        plan(text, diagnostics);
        QCOMPARE(QString::fromStdString(diagnostics.text()), findings);
    }

    void inputsComeBeforeTheirReaders()
    {
        Diagnostics diagnostics("o.yaml");
        const Plan made
            = plan(QStringLiteral("pipeline: p\nnodes:\n  s: {type: store, input: x}\n"
                                  "  x: {type: add, input: n}\n"
                                  "  n: {type: numbers, count: 1}\ncanvas: {n: [10, 20.5]}\n"),
                   diagnostics);
        QVERIFY2(!diagnostics.hasErrors(), diagnostics.text().c_str());
        QCOMPARE(made.nodes.size(), std::size_t(3));
        QCOMPARE(made.nodes[0].name, std::string("n"));
        QCOMPARE(made.nodes[2].name, std::string("s"));
        QCOMPARE(made.nodes[2].depth, 2);
        QVERIFY(made.nodes[0].neededOutput.contains("n"));
        QCOMPARE(made.canvas.at("n").second, 20.5);
    }

    void theFingerprintFollowsTheDefinitionOfTheNode()
    {
        Diagnostics diagnostics("o.yaml");
        const QString text = QStringLiteral("pipeline: p\nnodes:\n  n: {type: numbers, count: 9}\n"
                                            "  %1: {type: add, input: n, by: %2}\n"
                                            "  s: {type: store, input: %1}\n");
        const Plan one = plan(text.arg(QLatin1String("a"), QLatin1String("1")), diagnostics);
        const Plan two = plan(text.arg(QLatin1String("a"), QLatin1String("2")), diagnostics);
        const Plan renamed = plan(text.arg(QLatin1String("b"), QLatin1String("1")), diagnostics);
        QVERIFY(one.nodes[1].fingerprint != two.nodes[1].fingerprint);
        QCOMPARE(one.nodes[1].fingerprint, renamed.nodes[1].fingerprint);
        QCOMPARE(one.nodes[2].fingerprint, two.nodes[2].fingerprint);
        QCOMPARE(one.nodes[2].fingerprint, renamed.nodes[2].fingerprint);
    }
};

} // namespace sluice::runtime

SLUICE_TEST(sluice::runtime::PlanTest)
#include "plan_test.moc"
