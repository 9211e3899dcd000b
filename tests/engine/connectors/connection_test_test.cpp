// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/connection_test.h"

#include "engine/connectors/mock_cluster.h"
#include "tests/support/test_main.h"

namespace sluice::connectors {

class ConnectionTestTest : public QObject
{
    Q_OBJECT

    static QString states(const std::vector<TestStep>& steps)
    {
        QString out;
        for (const TestStep& step : steps)
            out += QLatin1Char("PROFS"[int(step.state)]); // Pending, Running, Ok, Failed, Skipped
        return out;
    }
    static std::vector<TestStep> test(const flow::Connection& connection, const std::string& topic)
    {
        const std::atomic<bool> isCancelled = false;
        return testConnection(connection, topic, isCancelled, [](const auto&) {});
    }

private slots:
    void aWorkingConnectionIsGreen()
    {
        const auto cluster = MockCluster::start();
        QVERIFY(cluster);
        QVERIFY((*cluster)->createTopic("orders", 2));
        const auto feeder = TopicFeeder::connect((*cluster)->connection());
        QVERIFY(feeder && (*feeder)->send("orders", "k", "0123456789", 0)
                && (*feeder)->flush(10'000));
        const auto steps = test((*cluster)->connection(), "orders");
        QCOMPARE(states(steps), QStringLiteral("OOSSOO"));
        QVERIFY2(steps.back().detail.find("10 bytes at offset 0") != std::string::npos,
                 steps.back().detail.c_str());
    }
    void aClosedPortFailsAtTcpAndTheRestIsSkipped()
    {
        const auto steps = test({"x", "kafka", {{"bootstrap.servers", "127.0.0.1:1"}}}, "");
        QCOMPARE(states(steps), QStringLiteral("OFSSSS"));
        QVERIFY2(steps[1].detail.find("refused") != std::string::npos, steps[1].detail.c_str());
    }
    void noBrokerNamedFailsAtOnce()
    {
        QCOMPARE(states(test({"x", "kafka", {}}, "")), QStringLiteral("FSSSSS"));
    }
    void anUnknownTopicIsFoundByMetadata()
    {
        const auto cluster = MockCluster::start();
        QVERIFY(cluster && (*cluster)->createTopic("orders", 1));
        const auto steps = test((*cluster)->connection(), "ordes");
        QCOMPARE(states(steps), QStringLiteral("OOSSFS"));
        QVERIFY(steps[4].detail.find("no topic \"ordes\"") != std::string::npos);
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::ConnectionTestTest)
#include "connection_test_test.moc"
