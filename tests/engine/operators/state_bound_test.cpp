// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/state_bound.h"

#include "engine/operators/deduplicate.h"
#include "engine/operators/group_aggregate.h"
#include "engine/operators/interval_join.h"
#include "engine/operators/lookup_join.h"
#include "engine/operators/stream_join.h"
#include "engine/operators/temporal_join.h"
#include "engine/operators/top_n.h"
#include "engine/operators/window_aggregate.h"
#include "engine/operators/window_join.h"
#include "tests/engine/operators/operator_harness.h"
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
                 std::string("the state has grown to 5100 KB with 70000 groups, more than "
                             "max_state allows (3000 KB)"));
        QVERIFY(status.error().hint.starts_with("Group by fewer values, or give it more memory"));
        QVERIFY(status.error().hint.find("goes on from the last epoch") != std::string::npos);
    }
    void everyNodeThatKeepsStateHasABound_data()
    {
        QTest::addColumn<QString>("node");
        QTest::addColumn<QString>("options");
        const auto add
            = [](const char* node, const char* options) { QTest::newRow(node) << node << options; };
        add("deduplicate", "keys: [k], within: 1h");
        add("window_aggregate", "window: {tumbling: 1h}, group_by: [k], aggregates: {n: count(*)}");
        add("group_aggregate", "group_by: [k], aggregates: {n: count(*)}");
        add("top_n", "partition_by: [k], order_by: [{v: desc}], limit: 3");
        add("lookup_join",
            "table: t, on: {k: k}, add: [v2], on_miss: retry, refresh: 1h, retry_for: 1h");
        add("window_join", "on: {k: k}, window: 1h, right_prefix: r_");
        add("interval_join", "on: {k: k}, between: [-1h, 1h], right_prefix: r_");
        add("stream_join", "on: {k: k}, time_to_live: 1h, right_prefix: r_");
        add("temporal_join", "on: {k: k}, right_prefix: r_");
    }
    void everyNodeThatKeepsStateHasABound()
    {
        static const std::map<QString, flow::NodeKind> kinds{
            {"deduplicate", Deduplicate::kind()},
            {"window_aggregate", WindowAggregate::kind()},
            {"group_aggregate", GroupAggregate::kind()},
            {"top_n", TopN::kind()},
            {"lookup_join", LookupJoin::kind()},
            {"window_join", WindowJoin::kind()},
            {"interval_join", IntervalJoin::kind()},
            {"stream_join", StreamJoin::kind()},
            {"temporal_join", TemporalJoin::kind()}};
        QFETCH(QString, node);
        QFETCH(QString, options);
        const flow::NodeKind& kind = kinds.at(node);
        test::OperatorHarness h(kind, "{max_state: 2MB, " + options.toStdString() + "}",
                                "{k: long, v: long, t: timestamp(ms)}",
                                std::size_t(kind.minInputs));
        h.tables.contents["t"] = {arrow::schema({arrow::field("k", arrow::int64()),
                                                 arrow::field("v2", arrow::utf8())}),
                                  {},
                                  1};
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        Status status = ok();
        int fed = 0;
        for (; fed < 400'000 && status; fed += 1000) {
            std::vector<std::string> records;
            for (int k = fed; k < fed + 1000; ++k)
                records.push_back("{\"k\":" + std::to_string(k) + ",\"v\":1,\"t\":1000}");
            for (std::size_t input = 0; input < std::size_t(kind.minInputs) && status; ++input)
                status = h.feed(records, input);
        }
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::CapacityExceeded);
        QCOMPARE(status.error().object, std::string("op"));
        QVERIFY2(status.error().message.find("more than max_state allows (2000 KB)")
                     != std::string::npos,
                 status.error().message.c_str());
        QVERIFY(status.error().hint.find("max_state") != std::string::npos);
        QVERIFY2(fed >= 2000, "not even the first batches fit");
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
