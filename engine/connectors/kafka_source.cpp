// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/kafka_source.h"

#include "engine/base/log.h"
#include "engine/columns/types.h"

#include <algorithm>
#include <cstring>

namespace sluice::connectors {

KafkaSource::KafkaSource(KafkaSourceConfig config, const flow::Connection& connection,
                         const flow::ColumnSet& needed)
    : m_config(std::move(config))
    , m_connection(connection)
    , m_intake(m_config.layout, needed)
    , m_trouble(m_config.connection)
    , m_source(std::make_shared<const std::string>(m_config.node))
{
}

KafkaSource::~KafkaSource()
{
    if (m_discovery.joinable()) {
        {
            const std::lock_guard lock(m_mutex);
            m_isStopping = true;
        }
        m_wakes.notify_all();
        m_discovery.join();
    }
    for (const auto& [number, partition] : m_partitions) {
        if (!partition.queue)
            continue;
        rd_kafka_consume_stop(m_topic, number);
        rd_kafka_queue_destroy(partition.queue);
    }
    if (m_topic)
        rd_kafka_topic_destroy(m_topic);
}

Status KafkaSource::open(const std::optional<std::string>& position)
{
    if (position) {
        SLUICE_TRY(restore(*position));
    }
    if (m_again)
        for (const std::int32_t number : m_again->partitions())
            m_partitions.try_emplace(number);
    // Every partition that is known is waited for before the first row, or the watermark of those
    // that answer first would run ahead of the others.
    for (const auto& [number, partition] : m_partitions)
        m_intake.watermarks().add(std::to_string(number), SteadyTime{});
    const bool failsWhenLost = m_again || m_config.onOffsetLost == "fail";
    SLUICE_TRY(m_client,
               makeKafkaClient(m_connection, RD_KAFKA_CONSUMER,
                               {.fixed = {{"enable.partition.eof", "true"},
                                          {"auto.offset.reset",
                                           failsWhenLost ? "error" : m_config.onOffsetLost},
                                          {"enable.auto.commit", "false"},
                                          {"isolation.level", "read_committed"}},
                                .usual = {{"group.id", "sluice-unused"},
                                          {"queued.max.messages.kbytes", "65536"},
                                          {"fetch.wait.max.ms", "50"}}},
                               m_trouble));
    m_topic = rd_kafka_topic_new(m_client.get(), m_config.topic.c_str(), nullptr);
    m_discovery = std::thread([this] { discover(); });
    return ok();
}

// Looks for the topic until it is there, then for new partitions.
void KafkaSource::discover()
{
    constexpr int kTimeoutMs = 1000;
    for (;;) {
        const rd_kafka_metadata_t* metadata = nullptr;
        const rd_kafka_resp_err_t asked
            = rd_kafka_metadata(m_client.get(), 0, m_topic, &metadata, kTimeoutMs);
        if (asked == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1) {
            const rd_kafka_metadata_topic_t& topic = metadata->topics[0];
            if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR && topic.partition_cnt > 0) {
                m_partitionCount = topic.partition_cnt;
                if (isBounded() || findBounds())
                    m_trouble.clear();
            } else if (m_partitionCount == 0) {
                m_trouble.note(topic.err,
                               "there is no topic \"" + m_config.topic + "\" ("
                                   + rd_kafka_err2str(topic.err) + ")");
            }
        } else if (m_trouble.text().empty()) {
            m_trouble.note(asked == RD_KAFKA_RESP_ERR__TIMED_OUT ? RD_KAFKA_RESP_ERR__TRANSPORT
                                                                 : asked,
                           rd_kafka_err2str(asked));
        }
        if (metadata)
            rd_kafka_metadata_destroy(metadata);
        std::unique_lock lock(m_mutex);
        const auto pause = m_partitionCount == 0 || !isBounded() ? std::chrono::milliseconds(200)
                                                                 : std::chrono::milliseconds(2000);
        if (m_wakes.wait_for(lock, pause, [this] { return m_isStopping; }))
            return;
    }
}

Status KafkaSource::startPartitions(flow::SourceContext& context)
{
    if (m_again)
        return startAgain(context);
    const int count = m_partitionCount;
    for (std::int32_t number = 0; number < count; ++number) {
        Partition& partition = m_partitions[number];
        if (partition.queue)
            continue;
        const std::int64_t from = partition.next >= 0 ? partition.next
            : m_config.startsAtEnd                    ? std::int64_t(RD_KAFKA_OFFSET_END)
                                                      : std::int64_t(RD_KAFKA_OFFSET_BEGINNING);
        SLUICE_TRY(startPartition(number, from, context));
    }
    return ok();
}

Status KafkaSource::startPartition(std::int32_t number, std::int64_t from,
                                   flow::SourceContext& context)
{
    rd_kafka_queue_t* queue = rd_kafka_queue_new(m_client.get());
    if (rd_kafka_consume_start_queue(m_topic, number, from, queue) != 0) {
        rd_kafka_queue_destroy(queue);
        return kafkaError(rd_kafka_last_error(),
                          "cannot read partition " + std::to_string(number) + " of "
                              + m_config.topic,
                          m_config.connection);
    }
    m_partitions[number].queue = queue;
    m_names[number] = std::make_shared<const std::string>(std::to_string(number));
    m_intake.watermarks().add(*m_names[number], context.clock().steadyNow());
    return ok();
}

// Takes what there is of the partitions that need not wait, each first in its turn.
std::vector<rd_kafka_message_t*> KafkaSource::nextMessages(std::size_t most)
{
    std::vector<rd_kafka_message_t*> messages(most);
    std::size_t count = 0;
    const auto first = m_partitions.lower_bound(m_turn);
    const auto read = [&](auto begin, auto end) {
        for (auto it = begin; it != end && count < most; ++it) {
            if (!it->second.queue || m_intake.watermarks().isWaiting(*m_names[it->first]))
                continue;
            const ssize_t got = rd_kafka_consume_batch_queue(it->second.queue, 0,
                                                             messages.data() + count, most - count);
            count += std::size_t(std::max<ssize_t>(got, 0));
            m_turn = it->first + 1;
        }
    };
    read(first, m_partitions.end());
    read(m_partitions.begin(), first);
    messages.resize(count);
    return messages;
}

struct KafkaSource::Run
{
    std::shared_ptr<RawRecords> raw = std::make_shared<RawRecords>();
    std::vector<const rd_kafka_message_t*> messages;
    std::size_t bytes = 0;
};

Result<bool> KafkaSource::takeMessages(rd_kafka_message_t** messages, std::size_t count,
                                       flow::SourceContext& context)
{
    std::map<std::int32_t, Run> runs;
    std::map<std::int32_t, std::int64_t> ends; // offsets of partitions of which nothing more came
    for (std::size_t i = 0; i < count; ++i) {
        const rd_kafka_message_t* message = messages[i];
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            ends[message->partition] = message->offset;
        } else if (message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE
                   || message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
            return Error{
                .code = ErrorCode::NotFound,
                .message = "offset " + std::to_string(m_partitions[message->partition].next)
                    + " of partition " + std::to_string(message->partition)
                    + " is no longer in the topic: records were deleted before they were read",
                .object = m_config.topic,
                .hint = m_again
                    ? "Replay from an offset that it has, or what bronze keeps: --from bronze."
                    : "Lengthen the topic's retention, or set on_offset_lost to go on with what "
                      "is there.",
                .cause = {}};
        } else if (message->err) {
            m_trouble.note(message->err, rd_kafka_message_errstr(message));
        } else if (m_again && message->offset >= m_again->end(message->partition)) {
            m_partitions[message->partition].isPastEnd = true;
        } else {
            ends.erase(message->partition);
            Run& run = runs[message->partition];
            run.messages.push_back(message);
            run.bytes += message->len;
        }
    }
    for (auto& [number, run] : runs) {
        RawRecords& raw = *run.raw;
        auto buffer = arrow::AllocateBuffer(std::int64_t(run.bytes + RawRecords::kPadding));
        if (!buffer.ok())
            return errorFromArrow(buffer.status(), m_config.topic);
        std::size_t at = 0;
        for (const rd_kafka_message_t* message : run.messages) {
            if (message->len > 0)
                std::memcpy((*buffer)->mutable_data() + at, message->payload, message->len);
            raw.offsets.push_back(std::uint32_t(at));
            raw.lengths.push_back(std::uint32_t(message->len));
            raw.positions.push_back(message->offset);
            rd_kafka_timestamp_type_t type{};
            const std::int64_t timeMs = rd_kafka_message_timestamp(message, &type);
            raw.recordTimesUs.push_back(type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? 0
                                                                                 : timeMs * 1000);
            at += message->len;
        }
        std::memset((*buffer)->mutable_data() + at, 0, RawRecords::kPadding);
        raw.bytes = std::move(*buffer);
        raw.source = m_source;
        raw.partition = m_names[number];
        raw.ingestTimeUs = context.clock().wallNow().us;
        raw.arrivalNs = context.clock().steadyNow().ns;
        noteRestart(number, raw.positions.front());
        m_newestRecordUs = raw.recordTimesUs.back();
        m_partitions[number].next = raw.positions.back() + 1;
        m_partitions[number].endsAt = -1;
        m_intake.watermarks().setCaughtUp(*m_names[number], false, context.clock().steadyNow());
        SLUICE_TRY(m_intake.take(run.raw, context));
    }
    // After the rows that came before them: an end is told once only.
    for (const auto& [number, offset] : ends) {
        m_intake.watermarks().setCaughtUp(*m_names[number], true, context.clock().steadyNow());
        if (m_again)
            noteEof(number, offset);
    }
    return !runs.empty();
}

// Offsets only grow, with holes; a smaller one means that the library went on elsewhere, as
// on_offset_lost says. A step ahead over deleted records looks like any hole and is not told apart.
void KafkaSource::noteRestart(std::int32_t number, std::int64_t offset)
{
    if (offset < m_partitions[number].next)
        log(LogLevel::Warning,
            m_config.node + ": partition " + std::to_string(number) + " of " + m_config.topic
                + " has no offset " + std::to_string(m_partitions[number].next)
                + " any more; it is read from " + std::to_string(offset) + " on");
}

Result<flow::PollOutcome> KafkaSource::poll(const flow::PollBudget& budget,
                                            flow::SourceContext& context)
{
    rd_kafka_poll(m_client.get(), 0);
    SLUICE_TRY(startPartitions(context));
    if (m_partitionCount == 0 || !isBounded())
        return flow::PollOutcome::CaughtUp; // not idle: what there is is not known yet
    const std::size_t waiting = m_intake.watermarks().align(context.clock().steadyNow());
    if (m_config.layout.eventTime.maxDrift)
        NodeCounters::set(context.counters().alignmentWaits, std::int64_t(waiting));
    std::vector<rd_kafka_message_t*> messages = nextMessages(budget.rows);
    Result<bool> taken = takeMessages(messages.data(), messages.size(), context);
    for (rd_kafka_message_t* message : messages)
        rd_kafka_message_destroy(message);
    if (!taken)
        return std::move(taken).takeError();
    if (*taken && !m_trouble.text().empty())
        m_trouble.clear();
    m_intake.publishWatermark(context);
    if (m_again && finishAgain(context.clock().steadyNow()))
        m_intake.publishWatermark(context);
    updateLag(context);
    if (m_again && isAgainRead())
        return flow::PollOutcome::Finished;
    return *taken     ? flow::PollOutcome::More
        : waiting > 0 ? flow::PollOutcome::Waiting
                      : flow::PollOutcome::CaughtUp;
}

void KafkaSource::updateLag(flow::SourceContext& context)
{
    std::int64_t lag = 0;
    for (const auto& [number, partition] : m_partitions) {
        std::int64_t low = 0, high = 0;
        if (partition.next >= 0
            && rd_kafka_get_watermark_offsets(m_client.get(), m_config.topic.c_str(), number, &low,
                                              &high)
                == RD_KAFKA_RESP_ERR_NO_ERROR)
            lag += std::max<std::int64_t>(0,
                                          (m_again ? std::min(high, m_again->end(number)) : high)
                                              - partition.next);
    }
    NodeCounters::set(context.counters().lagRows, lag);
    const std::int64_t age = context.clock().wallNow().us - m_newestRecordUs;
    NodeCounters::set(context.counters().lagUs,
                      lag == 0                   ? 0
                          : m_newestRecordUs > 0 ? std::max<std::int64_t>(0, age)
                                                 : -1);
}

} // namespace sluice::connectors
