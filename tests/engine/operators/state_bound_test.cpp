// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/state_bound.h"

#include "tests/support/test_main.h"

namespace sluice::operators {

class StateBoundTest : public QObject
{
    Q_OBJECT

    // Binds "{max_state: ...}" of a node called counts.
    static StateBound bound(const std::string& yaml)
    {
        Diagnostics diagnostics("p.yaml");
        const DocumentNode map = parseDocument(yaml, diagnostics);
        const std::vector<OptionSpec> specs{StateBound::option()};
        const Options options(map, specs);
        flow::Services services;
        return StateBound({.node = "counts",
                           .map = map,
                           .options = options,
                           .inputs = {},
                           .inputNames = {},
                           .services = services,
                           .diagnostics = diagnostics},
                          "Group by fewer values");
    }

private slots:
    void aStateUpToItsBoundIsTold()
    {
        StateBound small = bound("{max_state: 3MB}");
        NodeCounters counters;
        QVERIFY(small.check(counters, 7, 3'000'000, "groups"));
        QCOMPARE(counters.stateKeys.load(), std::int64_t(7));
        QCOMPARE(counters.stateBytes.load(), std::int64_t(3'000'000));
    }
    void beyondItsBoundTheNodeTheKeysAndTheCureAreSaid()
    {
        StateBound small = bound("{max_state: 3MB}");
        NodeCounters counters;
        const Status status = small.check(counters, 70'000, 5'100'000, "groups");
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::CapacityExceeded);
        QCOMPARE(status.error().object, std::string("counts"));
        QCOMPARE(status.error().message,
                 std::string("the state has grown to 5 MB with 70000 groups, more than max_state "
                             "allows (3 MB)"));
        QVERIFY(status.error().hint.starts_with("Group by fewer values, or give it more memory"));
        QVERIFY(status.error().hint.find("goes on from the last epoch") != std::string::npos);
    }
    void withoutABoundTheMachineIsAskedAsTheStateGrows()
    {
        StateBound open = bound("{}");
        std::int64_t left = 2'000'000'000;
        int asked = 0;
        open.memoryLeft = [&] {
            ++asked;
            return left;
        };
        NodeCounters counters;
        for (std::int64_t bytes = 0; bytes < 1'000'000'000; bytes += 1'000'000)
            QVERIFY(open.check(counters, 1, bytes, "groups"));
        QVERIFY2(asked > 5 && asked < 20, qPrintable(QString::number(asked)));
        left = 100'000'000;
        QVERIFY(open.check(counters, 1, 900'000'000, "groups")); // it has not grown
        const Status status = open.check(counters, 9, 1'200'000'000, "groups");
        QVERIFY(!status);
        QCOMPARE(status.error().message,
                 std::string("the state has grown to 1200 MB with 9 groups, and the machine has "
                             "only 100 MB left"));
    }
    void aSmallStateIsNotBlamedForWhatOthersTake()
    {
        StateBound open = bound("{}");
        open.memoryLeft = [] { return std::int64_t(0); };
        NodeCounters counters;
        QVERIFY(open.check(counters, 1, 1'000'000, "groups"));
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::StateBoundTest)
#include "state_bound_test.moc"
