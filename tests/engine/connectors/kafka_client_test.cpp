// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/kafka_client.h"

#include "tests/support/test_main.h"

#include <array>

namespace sluice::connectors {

class KafkaClientTest : public QObject
{
    Q_OBJECT

    static std::string optionOf(const KafkaHandle& client, const char* name)
    {
        std::array<char, 256> value{};
        std::size_t size = value.size();
        return rd_kafka_conf_get(rd_kafka_conf(client.get()), name, value.data(), &size)
                == RD_KAFKA_CONF_OK
            ? std::string(value.data())
            : "unknown";
    }
    static Result<KafkaHandle> make(KafkaOptions options, KafkaTrouble& trouble)
    {
        const flow::Connection connection{.name = "events",
                                          .kind = "kafka",
                                          .options = std::move(options)};
        return makeKafkaClient(connection, RD_KAFKA_PRODUCER,
                               {.fixed = {{"transactional.id", "sluice-job-sink"}},
                                .usual = {{"linger.ms", "5"}, {"compression.type", "lz4"}}},
                               trouble);
    }

private slots:
    void theConnectionsOptionsWinOverTheUsualOnes()
    {
        KafkaTrouble trouble("events");
        const auto client = make({{"linger.ms", "40"}, {"client.id", "plant-7"}}, trouble);
        QVERIFY(client);
        QCOMPARE(optionOf(*client, "linger.ms"), "40");
        QCOMPARE(optionOf(*client, "client.id"), "plant-7");
        QCOMPARE(optionOf(*client, "compression.type"), "lz4");
    }
    void whatTheNodeNeedsWins()
    {
        KafkaTrouble trouble("events");
        const auto client = make({{"transactional.id", "mine"}}, trouble);
        QVERIFY(client);
        QCOMPARE(optionOf(*client, "transactional.id"), "sluice-job-sink");
        QCOMPARE(optionOf(*client, "client.id"), "sluice");
    }
    void aWrongOptionIsNamedAndItsValueIsNot()
    {
        KafkaTrouble trouble("events");
        const auto client = make({{"linger.ms", "secret"}}, trouble);
        QVERIFY(!client);
        QCOMPARE(client.error().code, ErrorCode::ConfigInvalid);
        QVERIFY(client.error().text().find("linger.ms") != std::string::npos);
        QVERIFY(client.error().text().find("secret") == std::string::npos);
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::KafkaClientTest)
#include "kafka_client_test.moc"
