// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/route.h"

#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

using test::OperatorHarness;

class RouteTest : public QObject
{
    Q_OBJECT

    static std::vector<std::string> records()
    {
        return {"{\"c\":\"DE\",\"v\":5}", "{\"c\":\"US\",\"v\":500}", "{\"c\":\"DE\",\"v\":500}",
                "{\"c\":null,\"v\":null}", "{\"c\":\"FR\",\"v\":\"x\"}"};
    }

private slots:
    void theFirstConditionThatIsTrueTakesTheRow_data()
    {
        QTest::addColumn<bool>("hasOtherwise");
        QTest::addColumn<int>("batchSize");
        for (const bool hasOtherwise : {false, true})
            for (const int size : {1, 2, 4096})
                QTest::addRow("%s, %d rows a batch", hasOtherwise ? "otherwise" : "filtered", size)
                    << hasOtherwise << size;
    }
    void theFirstConditionThatIsTrueTakesTheRow()
    {
        QFETCH(bool, hasOtherwise);
        QFETCH(int, batchSize);
        OperatorHarness h(Route::kind(),
                          std::string("{branches: {large: v > 100, german: c = 'DE'}")
                              + (hasOtherwise ? ", otherwise: rest}" : "}"),
                          "{c: string, v: {type: long, on_error: null}}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QCOMPARE(h.bound.branches,
                 hasOtherwise ? (std::vector<std::string>{"large", "german", "rest"})
                              : (std::vector<std::string>{"large", "german"}));
        const auto all = records();
        for (std::size_t i = 0; i < all.size(); i += std::size_t(batchSize)) {
            const std::size_t end = std::min(all.size(), i + std::size_t(batchSize));
            QVERIFY(h.feed({all.begin() + std::ptrdiff_t(i), all.begin() + std::ptrdiff_t(end)}));
        }
        std::map<std::size_t, std::string> branches;
        for (std::size_t i = 0; i < h.context.batches.size(); ++i)
            for (std::int64_t row = 0; row < h.context.batches[i].rows(); ++row)
                formats::encodeJsonRow(*h.context.batches[i].columns, row,
                                       branches[h.context.branches[i]]);
        QCOMPARE(branches[0], std::string("{\"c\":\"US\",\"v\":500}{\"c\":\"DE\",\"v\":500}"));
        QCOMPARE(branches[1], std::string("{\"c\":\"DE\",\"v\":5}"));
        QCOMPARE(branches[2],
                 std::string(hasOtherwise ? "{\"c\":null,\"v\":null}{\"c\":\"FR\",\"v\":null}"
                                          : ""));
        QCOMPARE(h.context.counted(Verdict::Filtered), std::uint64_t(hasOtherwise ? 0 : 2));
        QCOMPARE(h.context.counters().rowsOut.load(), std::uint64_t(hasOtherwise ? 5 : 3));
    }
    void aConditionThatFailsIsADeadLetterAndTheOthersGoOn()
    {
        OperatorHarness h(Route::kind(),
                          "{branches: {low: CAST(c AS INTEGER) < 5}, otherwise: rest}",
                          "{c: string}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"c\":\"1\"}", "{\"c\":\"x\"}", "{\"c\":\"7\"}"}));
        QCOMPARE(h.takeRows(), std::string("{\"c\":\"1\"}\n{\"c\":\"7\"}\n"));
        QCOMPARE(h.context.counted(Verdict::DeadLetter), std::uint64_t(1));
    }
    void wrongDocumentsAreFound_data()
    {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<QString>("finding");
        QTest::newRow("none") << "{branches: {}}"
                              << "there is no branch";
        QTest::newRow("condition") << "{branches: {a: v + 1}}"
                                   << "boolean";
        QTest::newRow("column") << "{branches: {a: w > 1}}"
                                << "\"w\"";
        QTest::newRow("name") << "{branches: {'a b': v > 1}}"
                              << "letters, digits and _";
        QTest::newRow("twice") << "{branches: {a: v > 1}, otherwise: a}"
                               << "two branches";
    }
    void wrongDocumentsAreFound()
    {
        QFETCH(QString, yaml);
        QFETCH(QString, finding);
        OperatorHarness h(Route::kind(), yaml.toStdString(), "{v: long}");
        QVERIFY(!h.start());
        QVERIFY2(h.diagnostics.text().find(finding.toStdString()) != std::string::npos,
                 h.diagnostics.text().c_str());
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::RouteTest)
#include "route_test.moc"
