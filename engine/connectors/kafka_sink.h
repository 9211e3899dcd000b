// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connectors/kafka_client.h"
#include "engine/flow/node_kind.h"
#include "engine/flow/sink.h"

#include <atomic>
#include <string>

namespace sluice::connectors {

struct KafkaSinkConfig
{
    std::string pipeline, node, connection, topic;
    std::string keyColumn; // "" = no key
    std::string folder;    // for sealed epochs
};

/// Writes rows as JSON to a topic, an epoch in one transaction. The same transaction commits the
/// epoch's number as the offset of a consumer group named after the sink, so that the broker itself
/// tells after a crash whether an epoch is there. Sealed epochs wait in files:
/// length:u32 key, length:u32 value, repeated; UINT32_MAX as key length = no key.
class KafkaSink final : public flow::Sink
{
public:
    static flow::NodeKind kind();

    KafkaSink(KafkaSinkConfig config, const flow::Connection& connection);
    ~KafkaSink() override;

    Status open() override;
    Status write(const Batch& batch, flow::NodeContext& context) override;
    Result<flow::SealedEpoch> seal(flow::Epoch epoch) override;
    Status makeDurable(const flow::SealedEpoch& sealed) override;
    Status commit(const flow::SealedEpoch& sealed) override;
    flow::Epoch committedEpoch() const override { return m_committed; }
    std::string target() const override { return m_config.topic; }

private:
    std::string path(flow::Epoch epoch) const;
    std::string group() const { return "sluice." + m_config.pipeline + "." + m_config.node; }
    Status readCommitted();
    Status produce(const std::string& records, flow::Epoch epoch);
    Status send(const char* key, std::size_t keySize, std::string_view value);
    void abort();
    Error failure(rd_kafka_error_t* error, const char* what) const;

    const KafkaSinkConfig m_config;
    const flow::Connection m_connection;
    KafkaTrouble m_trouble;
    KafkaHandle m_producer;
    KafkaTopic m_topic;    // goes first: it is the producer's
    std::string m_records; // of the epoch being written
    std::int64_t m_rows = 0;
    std::atomic<flow::Epoch> m_committed{0};
};

} // namespace sluice::connectors
