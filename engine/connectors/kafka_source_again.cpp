// SPDX-License-Identifier: Apache-2.0
// How a Kafka source reads what another run of it has read: the half of KafkaSource that knows
// where each partition begins and ends, and when it is done.
#include "engine/connectors/kafka_source.h"

#include <algorithm>
#include <memory>

namespace sluice::connectors {
namespace {

struct ListDeleter
{
    void operator()(rd_kafka_topic_partition_list_t* list) const
    {
        rd_kafka_topic_partition_list_destroy(list);
    }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, ListDeleter>;

} // namespace

Status KafkaSource::readAgain(const flow::RecordRange& range, const std::string& upTo)
{
    SLUICE_TRY(const Position end, readPosition(upTo));
    if (end.topic != m_config.topic)
        return Error{.code = ErrorCode::Conflict,
                     .message = "what was read before is topic " + end.topic,
                     .object = m_config.node,
                     .hint = "Run the pipeline once, so that it has read " + m_config.topic + ".",
                     .cause = {}};
    std::vector<std::string> names;
    for (const auto& [number, offset] : end.next)
        names.push_back(std::to_string(number));
    SLUICE_TRY(flow::checkPartitions(range, names, m_config.topic));
    m_again.emplace(range, end.next);
    return ok();
}

// Asks the brokers where the times of the range are; false, with its trouble noted, if they did not
// say. On the discovery thread.
bool KafkaSource::findBounds()
{
    const auto ask = [this](std::optional<std::int64_t> timeMs, auto take) {
        if (!timeMs)
            return true;
        const std::vector<std::int32_t> numbers = m_again->partitions();
        const PartitionList list(rd_kafka_topic_partition_list_new(int(numbers.size())));
        for (const std::int32_t number : numbers)
            rd_kafka_topic_partition_list_add(list.get(), m_config.topic.c_str(), number)->offset
                = *timeMs;
        constexpr int kTimeoutMs = 3000;
        rd_kafka_resp_err_t failure
            = rd_kafka_offsets_for_times(m_client.get(), list.get(), kTimeoutMs);
        for (int i = 0; i < list->cnt && !failure; ++i)
            failure = list->elems[i].err;
        if (failure) {
            m_trouble.note(failure,
                           std::string("the offsets of a time could not be asked for: ")
                               + rd_kafka_err2str(failure));
            return false;
        }
        for (int i = 0; i < list->cnt; ++i)
            take(list->elems[i].partition, list->elems[i].offset);
        return true;
    };
    const bool isFound
        = ask(m_again->sinceMs(),
              [&](std::int32_t number, std::int64_t at) { m_again->setSince(number, at); })
        && ask(m_again->untilMs(),
               [&](std::int32_t number, std::int64_t at) { m_again->setUntil(number, at); });
    if (isFound)
        m_hasBounds = true;
    return isFound;
}

Status KafkaSource::startAgain(flow::SourceContext& context)
{
    if (m_partitionCount == 0 || !m_hasBounds)
        return ok();
    for (const std::int32_t number : m_again->partitions()) {
        if (number >= m_partitionCount)
            return Error{.code = ErrorCode::NotFound,
                         .message = "partition " + std::to_string(number)
                             + " is no longer in the topic: it was made anew",
                         .object = m_config.topic,
                         .hint = "Replay what bronze keeps of it: --from bronze.",
                         .cause = {}};
        Partition& partition = m_partitions[number];
        if (partition.queue || partition.isDone)
            continue;
        if (partition.next < 0)
            partition.next = m_again->begin(number);
        const std::int64_t end = m_again->end(number);
        if (end <= std::max<std::int64_t>(partition.next, 0)) {
            letGo(number, context.clock().steadyNow());
            continue;
        }
        SLUICE_TRY(startPartition(number,
                                  partition.next >= 0 ? partition.next
                                                      : std::int64_t(RD_KAFKA_OFFSET_BEGINNING),
                                  context));
    }
    return ok();
}

// The records of a partition have come to an end at an offset: behind the last one that it is to be
// read to, or the topic is shorter than it was.
void KafkaSource::noteEof(std::int32_t number, std::int64_t offset)
{
    Partition& partition = m_partitions[number];
    partition.isPastEnd = offset >= m_again->end(number);
    partition.endsAt = partition.isPastEnd ? -1 : offset;
}

std::string KafkaSource::trouble() const
{
    std::string out = m_trouble.text();
    for (auto it = m_partitions.begin(); out.empty() && it != m_partitions.end(); ++it)
        if (it->second.endsAt >= 0)
            out = "partition " + std::to_string(it->first) + " of " + m_config.topic
                + " ends at offset " + std::to_string(it->second.endsAt)
                + ", it is to be read again to offset " + std::to_string(m_again->end(it->first))
                + ": it is waited for. If the topic was made anew, discard the replay";
    return out;
}

// Ends partitions that are read; no message of theirs may be held. Returns whether there were any.
bool KafkaSource::finishAgain(SteadyTime now)
{
    bool hasEnded = false;
    for (const std::int32_t number : m_again->partitions()) {
        Partition& partition = m_partitions[number];
        if (!partition.queue || (!partition.isPastEnd && partition.next < m_again->end(number)))
            continue;
        rd_kafka_consume_stop(m_topic, number);
        rd_kafka_queue_destroy(partition.queue);
        partition.queue = nullptr;
        letGo(number, now);
        hasEnded = true;
    }
    return hasEnded;
}

// Where the other run was, a partition holds the watermark as it does there, so that what comes
// behind is judged in the same way. One that ends before, or that had no row, holds nobody.
void KafkaSource::letGo(std::int32_t number, SteadyTime now)
{
    m_partitions[number].isDone = true;
    const std::string name = std::to_string(number);
    if (m_again->isCut(number) || m_intake.watermarks().of(name) == EventTime::min())
        m_intake.watermarks().finish(name);
    else
        m_intake.watermarks().setCaughtUp(name, true, now);
}

bool KafkaSource::isAgainRead() const
{
    return std::ranges::all_of(m_again->partitions(), [this](std::int32_t number) {
        const auto found = m_partitions.find(number);
        return found != m_partitions.end() && found->second.isDone;
    });
}

} // namespace sluice::connectors
