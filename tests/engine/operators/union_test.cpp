// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/union.h"

#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

using test::OperatorHarness;

class UnionTest : public QObject
{
    Q_OBJECT

private slots:
    void rowsOfAllInputsComeOutWithTheSameColumns()
    {
        OperatorHarness h(Union::kind(), "{}", "{a: long, b: string}", 2);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"a\":1,\"b\":\"x\"}"}, 0));
        QVERIFY(h.feed({"{\"a\":2,\"b\":\"y\"}"}, 1));
        QCOMPARE(h.takeRows(), std::string("{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n"));
    }
    void anInputWithOtherColumnsIsFound()
    {
        Diagnostics diagnostics("test.yaml");
        const DocumentNode map = parseDocument("{input: [one, two]}", diagnostics);
        const auto kind = Union::kind();
        const Options options(map, kind.options);
        flow::Services services;
        const auto one = OperatorHarness::layoutOf("{a: long, b: long}").schema.arrowSchema();
        const auto two = OperatorHarness::layoutOf("{a: string}").schema.arrowSchema();
        kind.bind({.node = "op",
                   .map = map,
                   .options = options,
                   .inputs = {{.columns = one}, {.columns = two}},
                   .inputNames = {"one", "two"},
                   .services = services,
                   .diagnostics = diagnostics});
        const std::string text = diagnostics.text();
        QVERIFY2(text.find("\"a\" is long in \"one\" and string in \"two\"") != std::string::npos,
                 text.c_str());
        QVERIFY2(text.find("\"two\" has no column \"b\"") != std::string::npos, text.c_str());
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::UnionTest)
#include "union_test.moc"
