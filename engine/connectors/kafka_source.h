// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connectors/kafka_bounds.h"
#include "engine/connectors/kafka_client.h"
#include "engine/connectors/record_intake.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace sluice::connectors {

struct KafkaSourceConfig
{
    std::string node, connection, topic;
    bool startsAtEnd = false;
    std::string onOffsetLost = "fail"; // fail | earliest | latest
    formats::RecordLayout layout;
};

/// Reads all partitions of a topic. Offsets are kept in our checkpoints only, never in a consumer
/// group, so that what was read and what was written cannot part. Brokers that go away are waited
/// for; a thread of its own looks for the topic and for new partitions. A partition that waits for
/// slower ones (max_drift) is not read; what the library has fetched of it stays in its queue,
/// which is bounded. Position:
/// {"topic":"orders","offsets":{"0":12},"watermarks":{"0":...}}; offsets of another topic are not
/// used.
///
/// Reading again, it begins with the oldest record, not where `start` says; a time of the range is
/// that of the broker's records, and the first record of that time is where it begins or ends. An
/// offset that the topic no longer has is an error whatever on_offset_lost says.
class KafkaSource final : public flow::Source
{
public:
    static flow::NodeKind kind();

    KafkaSource(KafkaSourceConfig config, const flow::Connection& connection,
                const flow::ColumnSet& needed);
    ~KafkaSource() override;

    Status open(const std::optional<std::string>& position) override;
    Result<flow::PollOutcome> poll(const flow::PollBudget& budget,
                                   flow::SourceContext& context) override;
    std::string position() const override;
    flow::RecordReader* recordReader() override { return &m_intake; }
    Status readAgain(const flow::RecordRange& range, const std::string& upTo) override;
    std::string trouble() const override;

private:
    struct Partition
    {
        std::int64_t next = -1; // offset to read next; -1 = where the options say
        rd_kafka_queue_t* queue
            = nullptr; // its own, so that it can be left alone; null: not started, or done
        // reading again
        bool isPastEnd = false; // a record or the end of the partition beyond its bound has come
        bool isDone = false;
        std::int64_t endsAt = -1; // it has come to its end there, before its bound
    };
    struct Position
    {
        std::string topic;
        std::map<std::int32_t, std::int64_t> next;
        DocumentNode watermarks;
    };
    /// Messages of one poll and partition, copied into one buffer.
    struct Run;

    void discover();
    Result<Position> readPosition(const std::string& text) const;
    Status restore(const std::string& position);
    Status startPartitions(flow::SourceContext& context);
    Status startPartition(std::int32_t number, std::int64_t from, flow::SourceContext& context);
    std::vector<rd_kafka_message_t*> nextMessages(std::size_t most);
    Result<bool> takeMessages(rd_kafka_message_t** messages, std::size_t count,
                              flow::SourceContext& context);
    void noteRestart(std::int32_t number, std::int64_t offset);
    void updateLag(flow::SourceContext& context);
    bool isBounded() const { return !m_again || m_hasBounds; }
    bool findBounds();
    Status startAgain(flow::SourceContext& context);
    void noteEof(std::int32_t number, std::int64_t offset);
    bool finishAgain(SteadyTime now);
    void letGo(std::int32_t number, SteadyTime now);
    bool isAgainRead() const;

    const KafkaSourceConfig m_config;
    const flow::Connection m_connection;
    RecordIntake m_intake;
    KafkaTrouble m_trouble;
    KafkaHandle m_client;
    rd_kafka_topic_t* m_topic = nullptr;
    std::shared_ptr<const std::string> m_source;
    std::map<std::int32_t, Partition> m_partitions;
    std::map<std::int32_t, std::shared_ptr<const std::string>> m_names;
    std::int32_t m_turn = 0; // the partition that is read first
    std::int64_t m_newestRecordUs = 0;
    std::optional<KafkaBounds> m_again; // discovery's until m_hasBounds
    std::atomic<bool> m_hasBounds{false};

    std::mutex m_mutex; // guards what discovery hands over
    std::condition_variable m_wakes;
    bool m_isStopping = false;
    std::atomic<int> m_partitionCount{0};
    std::thread m_discovery;
};

} // namespace sluice::connectors
