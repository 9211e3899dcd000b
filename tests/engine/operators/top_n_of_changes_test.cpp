// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/top_n_of_changes.h"

#include "engine/operators/group_aggregate.h"
#include "tests/engine/operators/duckdb_rows.h"
#include "tests/engine/operators/net_changes.h"
#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <random>

namespace sluice::operators {

using test::OperatorHarness;

class TopNOfChangesTest : public QObject
{
    Q_OBJECT

    static constexpr const char* kChanges
        = "{p: integer, k: integer, total: long, change_type: string}";

    static std::string change(const char* k, int total, const char* word)
    {
        return std::string("{\"k\":\"") + k + "\",\"total\":" + std::to_string(total)
            + ",\"change_type\":\"" + word + "\"}";
    }
    static std::string ranked(const char* k, int total, int place, const char* word)
    {
        return std::string("{\"k\":\"") + k + "\",\"total\":" + std::to_string(total)
            + ",\"place\":" + std::to_string(place) + ",\"change_type\":\"" + word + "\"}\n";
    }

private slots:
    // The best of sums that go on changing, up and down, against the batch answer.
    void theNetOfAllChangesIsTheBatchResult_data()
    {
        QTest::addColumn<int>("batchSize");
        QTest::addColumn<bool>("isTies");
        QTest::addColumn<bool>("isRanked");
        for (const int size : {1, 7, 4096})
            for (const bool isTies : {false, true})
                for (const bool isRanked : {false, true})
                    QTest::addRow("%d rows a batch, %s, %s", size, isTies ? "ties" : "no ties",
                                  isRanked ? "ranked" : "not ranked")
                        << size << isTies << isRanked;
    }
    void theNetOfAllChangesIsTheBatchResult()
    {
        QFETCH(int, batchSize);
        QFETCH(bool, isTies);
        QFETCH(bool, isRanked);
        OperatorHarness sums(GroupAggregate::kind(),
                             "{group_by: [p, k], aggregates: {total: sum(v)}}",
                             "{p: integer, k: integer, v: long}");
        OperatorHarness top(TopN::kind(),
                            std::string("{partition_by: [p], limit: 3, order_by: [{total: desc}")
                                + (isTies ? "], ties: true" : ", {k: asc}]")
                                + (isRanked ? ", rank_as: place" : "") + "}",
                            kChanges);
        top.isChangeStream = true;
        QVERIFY2(sums.start(), sums.diagnostics.text().c_str());
        QVERIFY2(top.start(), top.diagnostics.text().c_str());
        std::mt19937 random(5);
        std::string values;
        std::vector<std::string> batch;
        constexpr int kRows = 3000;
        for (int i = 0; i < kRows; ++i) {
            const int p = int(random() % 3), k = int(random() % 12), v = int(random() % 9) - 4;
            values += (i > 0 ? ",(" : "(") + std::to_string(p) + "," + std::to_string(k) + ","
                + std::to_string(v) + ")";
            batch.push_back("{\"p\":" + std::to_string(p) + ",\"k\":" + std::to_string(k)
                            + ",\"v\":" + std::to_string(v) + "}");
            if (int(batch.size()) < batchSize && i + 1 < kRows)
                continue;
            QVERIFY(sums.feed(batch));
            batch.clear();
            if (!sums.context.rows.empty())
                QVERIFY(top.feed(sums.context.rows));
            sums.context.rows.clear();
            if (i % 500 < batchSize)
                QVERIFY(top.saveAndRestart(i % 1000 < batchSize ? flow::SaveKind::Whole
                                                                : flow::SaveKind::Changes));
        }
        std::vector<std::string> expected;
        for (const test::TextRow& row : test::duckdbRows(
                 {"CREATE TABLE sums AS SELECT p, k, sum(v)::BIGINT AS total FROM (VALUES " + values
                      + ") AS r(p, k, v) GROUP BY p, k",
                  std::string("SELECT p, k, total, ")
                      + (isTies ? "rank() OVER (PARTITION BY p ORDER BY total DESC)"
                                : "row_number() OVER (PARTITION BY p ORDER BY total DESC, k)")
                      + " AS place FROM sums QUALIFY place <= 3"}))
            expected.push_back(
                "{\"p\":" + row.at("p") + ",\"k\":" + row.at("k") + ",\"total\":" + row.at("total")
                + (isRanked ? ",\"place\":" + row.at("place") : std::string()) + "}");
        std::ranges::sort(expected);
        QVERIFY(expected.size() >= 9);
        QVERIFY(test::net(top.context.rows) == expected);
    }
    // Each place is a result of its own, and what stood behind the first comes when one goes.
    void aRowThatIsTakenBackMakesRoomForTheNext()
    {
        OperatorHarness h(TopN::kind(), "{order_by: [{total: desc}], limit: 2, rank_as: place}",
                          "{k: string, total: long, change_type: string}");
        h.isChangeStream = true;
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed(
            {change("a", 10, "insert"), change("b", 20, "insert"), change("c", 5, "insert")}));
        QCOMPARE(h.takeRows(), ranked("b", 20, 1, "insert") + ranked("a", 10, 2, "insert"));
        QVERIFY(h.feed({change("b", 20, "update_preimage"), change("b", 7, "update_postimage")}));
        QCOMPARE(h.takeRows(),
                 ranked("b", 20, 1, "update_preimage") + ranked("a", 10, 1, "update_postimage")
                     + ranked("a", 10, 2, "update_preimage")
                     + ranked("b", 7, 2, "update_postimage"));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.feed({change("a", 10, "delete")}));
        QCOMPARE(h.takeRows(),
                 ranked("a", 10, 1, "update_preimage") + ranked("b", 7, 1, "update_postimage")
                     + ranked("b", 7, 2, "update_preimage")
                     + ranked("c", 5, 2, "update_postimage"));
        QVERIFY(h.feed({change("b", 7, "delete")}));
        QCOMPARE(h.takeRows(),
                 ranked("b", 7, 1, "update_preimage") + ranked("c", 5, 1, "update_postimage")
                     + ranked("c", 5, 2, "delete"));
        // What comes and goes within a batch is not told.
        QVERIFY(h.feed({change("d", 9, "insert"), change("d", 9, "delete")}));
        QCOMPARE(h.takeRows(), std::string());
    }
    // The only row of a partition is one result; an empty partition costs nothing once it is saved.
    void theFirstOfAPartitionIsOneResult()
    {
        OperatorHarness h(TopN::kind(), "{partition_by: [p], order_by: [{total: desc}]}", kChanges);
        h.isChangeStream = true;
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        const auto row = [](int p, int k, int total, const char* word) {
            return "{\"p\":" + std::to_string(p) + ",\"k\":" + std::to_string(k)
                + ",\"total\":" + std::to_string(total) + ",\"change_type\":\"" + word + "\"}";
        };
        QVERIFY(h.feed({row(1, 1, 5, "insert"), row(2, 1, 5, "insert")}));
        h.takeRows();
        QVERIFY(h.feed({row(1, 2, 6, "insert"), row(2, 1, 5, "delete")}));
        QCOMPARE(h.takeRows(),
                 row(1, 1, 5, "update_preimage") + "\n" + row(1, 2, 6, "update_postimage") + "\n"
                     + row(2, 1, 5, "delete") + "\n");
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.feed({row(1, 1, 5, "delete")}));
        QCOMPARE(h.takeRows(), std::string());
        QCOMPARE(h.context.counters().stateKeys.load(), std::int64_t(1));
        QVERIFY(h.feed({row(1, 2, 6, "delete")}));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.watermark(1));
        QCOMPARE(h.context.counters().stateKeys.load(), std::int64_t(0));
        const std::int64_t none = h.context.counters().stateBytes.load();
        QVERIFY2(none < 4096, std::to_string(none).c_str());
    }
    void whatChangesHaveNotIsRefused_data()
    {
        QTest::addColumn<QString>("option");
        QTest::addColumn<QString>("schema");
        QTest::addColumn<QString>("finding");
        const QString plain = "{k: string, total: long, t: timestamp(s), change_type: string}";
        QTest::newRow("a window") << "window: 10s" << plain << "there are no windows";
        QTest::newRow("a final answer") << "emit: final" << plain << "there is no final answer";
        QTest::newRow("a time to live") << "time_to_live: 1h" << plain << "give a time_to_live to";
        QTest::newRow("a list")
            << "limit: 1"
            << "{k: list<long>, total: long, t: timestamp(s), change_type: string}"
            << "leave it out with a select";
    }
    void whatChangesHaveNotIsRefused()
    {
        QFETCH(QString, option);
        QFETCH(QString, schema);
        QFETCH(QString, finding);
        OperatorHarness h(TopN::kind(),
                          ("{order_by: [{total: desc}], " + option + "}").toStdString(),
                          schema.toStdString());
        h.isChangeStream = true;
        QVERIFY(!h.start());
        QVERIFY2(h.diagnostics.text().find(finding.toStdString()) != std::string::npos,
                 h.diagnostics.text().c_str());
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::TopNOfChangesTest)
#include "top_n_of_changes_test.moc"
