// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/mock_cluster.h"

#include <librdkafka/rdkafka_mock.h>

namespace sluice::connectors {

MockCluster::MockCluster()
    : m_trouble("mock cluster")
{
}

MockCluster::~MockCluster()
{
    if (m_cluster)
        rd_kafka_mock_cluster_destroy(m_cluster);
}

Result<std::unique_ptr<MockCluster>> MockCluster::start(int brokers)
{
    std::unique_ptr<MockCluster> out(new MockCluster);
    SLUICE_TRY(out->m_host,
               makeKafkaClient({.name = "mock cluster", .kind = "kafka", .options = {}},
                               RD_KAFKA_PRODUCER, {}, out->m_trouble));
    out->m_cluster = rd_kafka_mock_cluster_new(out->m_host.get(), brokers);
    if (!out->m_cluster)
        return Error{.code = ErrorCode::CapacityExceeded,
                     .message = "the Kafka endpoint in this process cannot start",
                     .object = "mock cluster",
                     .hint = "It needs a free port on 127.0.0.1.",
                     .cause = {}};
    return out;
}

std::string MockCluster::bootstrapServers() const
{
    return rd_kafka_mock_cluster_bootstraps(m_cluster);
}

flow::Connection MockCluster::connection(const std::string& name) const
{
    return {.name = name, .kind = "kafka", .options = {{"bootstrap.servers", bootstrapServers()}}};
}

Status MockCluster::createTopic(const std::string& topic, int partitions)
{
    const rd_kafka_resp_err_t made
        = rd_kafka_mock_topic_create(m_cluster, topic.c_str(), partitions, 1);
    return made ? Status(kafkaError(made, {}, "mock cluster")) : ok();
}

void MockCluster::refuseOffsets(int requests)
{
    constexpr std::int16_t kOffsetFetch = 9; // of the Kafka protocol
    for (int i = 0; i < requests; ++i)
        rd_kafka_mock_push_request_errors(m_cluster, kOffsetFetch, 1,
                                          RD_KAFKA_RESP_ERR_NOT_COORDINATOR);
}

void MockCluster::refuseTimes(int requests)
{
    constexpr std::int16_t kListOffsets = 2; // of the Kafka protocol
    for (int i = 0; i < requests; ++i)
        rd_kafka_mock_push_request_errors(m_cluster, kListOffsets, 1,
                                          RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
}

std::size_t MockCluster::fetches()
{
    constexpr std::int16_t kFetch = 1; // of the Kafka protocol
    std::size_t all = 0, out = 0;
    rd_kafka_mock_request_t** const requests = rd_kafka_mock_get_requests(m_cluster, &all);
    for (std::size_t i = 0; i < all; ++i)
        out += rd_kafka_mock_request_api_key(requests[i]) == kFetch ? 1 : 0;
    if (requests)
        rd_kafka_mock_request_destroy_array(requests, all);
    rd_kafka_mock_clear_requests(m_cluster);
    rd_kafka_mock_start_request_tracking(m_cluster);
    return out;
}

void MockCluster::setBrokerUp(int broker, bool isUp)
{
    if (isUp)
        rd_kafka_mock_broker_set_up(m_cluster, broker);
    else
        rd_kafka_mock_broker_set_down(m_cluster, broker);
}

TopicFeeder::TopicFeeder()
    : m_trouble("feeder")
{
}

Result<std::unique_ptr<TopicFeeder>> TopicFeeder::connect(const flow::Connection& connection)
{
    std::unique_ptr<TopicFeeder> out(new TopicFeeder);
    SLUICE_TRY(out->m_producer,
               makeKafkaClient(connection, RD_KAFKA_PRODUCER,
                               {.fixed = {}, .usual = {{"linger.ms", "5"}}}, out->m_trouble));
    return out;
}

Status TopicFeeder::send(const std::string& topic, std::string_view key, std::string_view value,
                         int partition)
{
    for (;;) {
        const rd_kafka_resp_err_t sent
            = rd_kafka_producev(m_producer.get(), RD_KAFKA_V_TOPIC(topic.c_str()),
                                RD_KAFKA_V_PARTITION(partition),
                                RD_KAFKA_V_KEY(key.data(), key.size()),
                                RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                                RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
        rd_kafka_poll(m_producer.get(), sent == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 50 : 0);
        if (sent == RD_KAFKA_RESP_ERR_NO_ERROR)
            return ok();
        if (sent != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            return kafkaError(sent, {}, topic);
    }
}

Status TopicFeeder::flush(int timeoutMs)
{
    const rd_kafka_resp_err_t flushed = rd_kafka_flush(m_producer.get(), timeoutMs);
    return flushed ? Status(kafkaError(flushed, {}, "feeder")) : ok();
}

} // namespace sluice::connectors
