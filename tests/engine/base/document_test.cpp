// SPDX-License-Identifier: Apache-2.0
#include "engine/base/document.h"

#include "tests/support/test_main.h"

namespace sluice {

class DocumentTest : public QObject
{
    Q_OBJECT

private slots:
    void nodesKnowWhereTheyStand()
    {
        Diagnostics diagnostics("x.yaml");
        const DocumentNode root = parseDocument("a: 1\nb:\n  c: [x, 'null', null]\n", diagnostics);
        QVERIFY(!diagnostics.hasErrors());
        const DocumentNode* list = root.find("b")->find("c");
        QCOMPARE(list->at.line, 3);
        QCOMPARE(list->items[0].at.column, 7);
        QVERIFY(list->items[1].isScalar());
        QVERIFY(list->items[2].isNull());
    }
    void syntaxErrorsHaveAPlace()
    {
        Diagnostics diagnostics("x.yaml");
        parseDocument("a: [1, 2\nb: 3\n", diagnostics);
        QVERIFY(diagnostics.hasErrors());
        QCOMPARE(diagnostics.items()[0].at.line, 2);
    }
    void duplicateNamesAreReportedAtTheSecond()
    {
        Diagnostics diagnostics("x.yaml");
        parseDocument("nodes:\n  a: {}\n  a: {}\n", diagnostics);
        QCOMPARE(diagnostics.items().size(), std::size_t(1));
        QCOMPARE(diagnostics.items()[0].at.line, 3);
        QCOMPARE(diagnostics.items()[0].at.column, 3);
    }
    void parametersAreReplaced()
    {
        Diagnostics diagnostics("x.yaml");
        DocumentNode root
            = parseDocument("parameters: {t: raw}\ntopic: o.${t}.x\nbad: ${tt}\n", diagnostics);
        substituteParameters(root, root.find("parameters"), diagnostics);
        QCOMPARE(root.find("topic")->text, std::string("o.raw.x"));
        QCOMPARE(diagnostics.items().size(), std::size_t(1));
        QCOMPARE(diagnostics.items()[0].at.line, 3);
    }
};

} // namespace sluice

SLUICE_TEST(sluice::DocumentTest)
#include "document_test.moc"
