// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/plan_diff.h"

#include "tests/engine/runtime/fake_nodes.h"
#include "tests/support/test_main.h"

namespace sluice::runtime {

class PlanDiffTest : public QObject
{
    Q_OBJECT

    static QString compared(const char* before, const char* after)
    {
        test::FakeStore store;
        const std::string head = "pipeline: p\nnodes:\n  n: {type: numbers, count: 9}\n";
        const Plan one = test::planOf(head + before, store);
        const Plan two = test::planOf(head + after, store);
        Manifest saved;
        saved.epoch = 7;
        for (const PlannedNode& node : one.nodes)
            saved.fingerprints[node.name] = node.fingerprint;
        saved.positions["n"] = "9";
        for (const PlannedNode& node : one.nodes) {
            if (node.bound.createOperator && node.name == "s")
                saved.state[node.name] = {{.epoch = 7, .length = 8}};
        }
        QStringList lines;
        for (const NodeDifference& node : comparePlans(one, two, &saved)) {
            QString line = QString::fromStdString(node.name + ": ") + nodeChangeName(node.change);
            if (!node.was.empty())
                line += QString::fromStdString(" (" + node.was + ")");
            if (node.fate != SavedFate::None)
                line += QStringLiteral(", ") + savedFateName(node.fate);
            for (const std::string& detail : node.details)
                line += QString::fromStdString("; " + detail);
            lines << line;
        }
        return lines.join(QLatin1Char('\n'));
    }

private slots:
    void eachNodeIsNamedWithWhatBecomesOfIt_data()
    {
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("after");
        QTest::addColumn<QString>("differences");
        const QString sum = QStringLiteral("  a: {type: add, input: n, by: 1}\n"
                                           "  s: {type: running_sum, input: a}\n"
                                           "  o: {type: store, input: s}\n");
        QTest::newRow("the same") << sum << sum
                                  << "n: unchanged, kept\na: unchanged\ns: unchanged, kept\n"
                                     "o: unchanged";
        QTest::newRow("above a node with state")
            << sum << QString(sum).replace(QLatin1String("by: 1"), QLatin1String("by: 2"))
            << "n: unchanged, kept\na: changed; by: 1 -> 2\n"
               "s: input changed, kept; reads a, which is changed\n"
               "o: input changed; reads s, whose input is changed";
        QTest::newRow("renamed")
            << sum
            << "  a: {type: add, input: n, by: 1}\n  t: {was: s, type: running_sum, input: a}\n"
               "  o: {type: store, input: t}\n"
            << "n: unchanged, kept\na: unchanged\nt: unchanged (s), kept\no: unchanged";
        QTest::newRow("removed and added")
            << sum << "  b: {type: running_sum, input: n}\n  o: {type: store, input: b}\n"
            << "n: unchanged, kept\nb: added\n"
               "o: input changed; input: s -> b; reads b, which is added\n"
               "a: removed\ns: removed, gone";
        const QString pair = QStringLiteral("  a: {type: add, input: n, by: 1}\n"
                                            "  b: {type: add, input: n, by: 2}\n"
                                            "  s: {type: pair, input: [a, b]}\n"
                                            "  o: {type: store, input: s}\n");
        const QString above = QStringLiteral("n: unchanged, kept\na: unchanged\nb: unchanged\n");
        QTest::newRow("inputs that change places")
            << pair << QString(pair).replace(QLatin1String("[a, b]"), QLatin1String("[b, a]"))
            << above
                + QStringLiteral("s: input changed, anew; input: a, b -> b, a; its inputs have "
                                 "changed places\no: input changed; reads s, whose input is "
                                 "changed");
        QTest::newRow("inputs that are renamed change no place")
            << pair
            << QString(pair)
                   .replace(QLatin1String("  a: {"), QLatin1String("  c: {was: a, "))
                   .replace(QLatin1String("[a, b]"), QLatin1String("[c, b]"))
            << QStringLiteral("n: unchanged, kept\nc: unchanged (a)\nb: unchanged\n"
                              "s: unchanged, kept\no: unchanged");
        QTest::newRow("renamed inputs that change places")
            << pair
            << QString(pair)
                   .replace(QLatin1String("  a: {"), QLatin1String("  c: {was: a, "))
                   .replace(QLatin1String("  b: {"), QLatin1String("  d: {was: b, "))
                   .replace(QLatin1String("[a, b]"), QLatin1String("[d, c]"))
            << QStringLiteral("n: unchanged, kept\nc: unchanged (a)\nd: unchanged (b)\n"
                              "s: input changed, anew; input: c, d -> d, c; its inputs have "
                              "changed places\no: input changed; reads s, whose input is "
                              "changed");
        QTest::newRow("another type of node")
            << sum
            << "  a: {type: running_sum, input: n}\n  s: {type: add, input: a, by: 1}\n"
               "  o: {type: store, input: s}\n"
            << "n: unchanged, kept\na: changed; type: add -> running_sum; by: 1 -> (unset)\n"
               "s: changed, anew; type: running_sum -> add; by: (unset) -> 1; "
               "reads a, which is changed\n"
               "o: input changed; reads s, which is changed";
    }
    void eachNodeIsNamedWithWhatBecomesOfIt()
    {
        QFETCH(QString, before);
        QFETCH(QString, after);
        QFETCH(QString, differences);
        QCOMPARE(compared(qPrintable(before), qPrintable(after)), differences);
    }

    void aFormerNameMustBeGone()
    {
        test::FakeStore store;
        const flow::NodeRegistry registry = test::fakeRegistry(store);
        Diagnostics diagnostics("o.yaml");
        planPipeline("pipeline: p\nnodes:\n  n: {type: numbers, count: 9}\n"
                     "  o: {was: n, type: store, input: n}\n",
                     "o.yaml", registry, test::fakeServices(), diagnostics);
        QCOMPARE(QString::fromStdString(diagnostics.text()),
                 QStringLiteral(
                     "o.yaml:4:12: o.was: \"n\" is a node of this document (a node takes "
                     "over the state of one that is gone)\n"));
    }
};

} // namespace sluice::runtime

SLUICE_TEST(sluice::runtime::PlanDiffTest)
#include "plan_diff_test.moc"
