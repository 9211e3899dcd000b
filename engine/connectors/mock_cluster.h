// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connectors/kafka_client.h"

#include <memory>
#include <string>
#include <string_view>

struct rd_kafka_mock_cluster_s;

namespace sluice::connectors {

/// A Kafka endpoint inside this process, spoken to over loopback like any broker (librdkafka's mock
/// cluster); keeps its records in memory only. For the demo plant and for tests.
class MockCluster
{
public:
    static Result<std::unique_ptr<MockCluster>> start(int brokers = 1);
    ~MockCluster();

    std::string bootstrapServers() const;
    flow::Connection connection(const std::string& name = "mock") const;
    Status createTopic(const std::string& topic, int partitions);
    /// Takes a broker (from 1) off the network, or back.
    void setBrokerUp(int broker, bool isUp);
    /// Answers the next requests for a group's offsets as a coordinator does that is not ready.
    void refuseOffsets(int requests);
    /// Refuses the next requests for the offsets of a time.
    void refuseTimes(int requests);
    /// Begins to count the requests for records; returns how many there were since the last call.
    std::size_t fetches();

private:
    MockCluster();
    KafkaTrouble m_trouble;
    KafkaHandle m_host;
    rd_kafka_mock_cluster_s* m_cluster = nullptr;
};

/// Sends records to topics; what is sent is queued and sent by the library. One thread.
class TopicFeeder
{
public:
    static Result<std::unique_ptr<TopicFeeder>> connect(const flow::Connection& connection);
    /// Sends one record; waits while the queue is full. Partition -1 = by key.
    Status send(const std::string& topic, std::string_view key, std::string_view value,
                int partition = -1);
    /// Waits until everything is with the broker.
    Status flush(int timeoutMs);

private:
    TopicFeeder();
    KafkaTrouble m_trouble;
    KafkaHandle m_producer;
};

} // namespace sluice::connectors
