// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/kafka_sink.h"

#include "engine/base/byte_stream.h"
#include "engine/base/durable_file.h"
#include "engine/base/fail_point.h"
#include "engine/formats/json_encoder.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <unistd.h>

namespace sluice::connectors {
namespace {

constexpr int kTimeoutMs = 30'000, kRetryMs = 100;
constexpr int kQueueFullMs = 5; // nothing tells when there is room again
constexpr std::uint32_t kNoKey = UINT32_MAX;

struct ListDeleter
{
    void operator()(rd_kafka_topic_partition_list_t* list) const
    {
        rd_kafka_topic_partition_list_destroy(list);
    }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, ListDeleter>;

bool isOnItsWay(rd_kafka_resp_err_t error)
{
    return error == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS
        || error == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE
        || error == RD_KAFKA_RESP_ERR_NOT_COORDINATOR;
}

flow::BoundNode bindKafkaSink(const flow::BindContext& context)
{
    flow::BoundNode bound;
    KafkaSinkConfig config;
    config.connection = context.options.text("connection");
    config.topic = context.options.text("topic");
    config.keyColumn = context.options.text("key");
    const auto columns = context.inputs.front().columns;
    if (!config.keyColumn.empty() && columns->GetFieldIndex(config.keyColumn) < 0)
        context.error("key", context.options.at("key"),
                      "column \"" + config.keyColumn + "\" does not exist",
                      suggestionFor(config.keyColumn, flow::columnNames(*columns)));
    const auto names = context.services.connections->connectionNames();
    if (!config.connection.empty() && !names.empty()
        && std::ranges::find(names, config.connection) == names.end())
        context.error("connection", context.options.at("connection"),
                      "there is no connection \"" + config.connection + "\"",
                      suggestionFor(config.connection, names));
    bound.target = config.topic;
    bound.summary = config.topic;
    bound.neededInput = [columns](const flow::ColumnSet&) { return flow::allColumns(*columns); };
    bound.createSink
        = [config](const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Sink>> {
        KafkaSinkConfig own = config;
        own.pipeline = create.pipeline;
        own.node = create.node;
        own.folder = create.stateFolder;
        SLUICE_TRY(const flow::Connection connection,
                   create.services->connections->connection(own.connection));
        return std::unique_ptr<flow::Sink>(std::make_unique<KafkaSink>(std::move(own), connection));
    };
    return bound;
}

} // namespace

flow::NodeKind KafkaSink::kind()
{
    return {.name = "kafka_sink",
            .title = "Kafka topic",
            .help = "Writes rows as JSON to a topic, an epoch in one transaction, exactly once.",
            .category = flow::NodeCategory::Sink,
            .options = {{.name = "connection",
                         .type = OptionType::Connection,
                         .isRequired = true,
                         .help = "A connection of the workspace."},
                        {.name = "topic", .isRequired = true, .help = "The topic to write."},
                        {.name = "key",
                         .type = OptionType::Column,
                         .help = "The column whose text is the key of the record."}},
            .bind = bindKafkaSink};
}

KafkaSink::KafkaSink(KafkaSinkConfig config, const flow::Connection& connection)
    : m_config(std::move(config))
    , m_connection(connection)
    , m_trouble(m_config.connection)
{
}

KafkaSink::~KafkaSink() = default;

std::string KafkaSink::path(flow::Epoch epoch) const
{
    return m_config.folder + "/" + m_config.node + "-" + std::to_string(epoch) + ".records";
}

Error KafkaSink::failure(rd_kafka_error_t* error, const char* what) const
{
    Error out
        = kafkaError(rd_kafka_error_code(error),
                     std::string(what) + ": " + rd_kafka_error_string(error), m_config.connection);
    rd_kafka_error_destroy(error);
    return out;
}

Status KafkaSink::open()
{
    SLUICE_TRY(makeFolderDurably(m_config.folder));
    SLUICE_TRY(m_producer,
               makeKafkaClient(m_connection, RD_KAFKA_PRODUCER,
                               {.fixed = {{"transactional.id", group()}},
                                .usual = {{"linger.ms", "5"},
                                          {"compression.type", "lz4"},
                                          {"queue.buffering.max.messages", "400000"}}},
                               m_trouble));
    m_topic.reset(rd_kafka_topic_new(m_producer.get(), m_config.topic.c_str(), nullptr));
    if (!m_topic)
        return kafkaError(rd_kafka_last_error(),
                          std::string("cannot use the topic: ")
                              + rd_kafka_err2str(rd_kafka_last_error()),
                          m_config.connection);
    if (rd_kafka_error_t* error = rd_kafka_init_transactions(m_producer.get(), kTimeoutMs))
        return failure(error, "cannot begin with transactions");
    return readCommitted();
}

// Asks the broker which epoch the sink's group has committed.
Status KafkaSink::readCommitted()
{
    SLUICE_TRY(const KafkaHandle consumer,
               makeKafkaClient(m_connection, RD_KAFKA_CONSUMER,
                               {.fixed = {{"group.id", group()}}, .usual = {}}, m_trouble));
    const PartitionList list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), m_config.topic.c_str(), 0);
    // A group's coordinator that is still loading, as it is right after the broker's start or the
    // group's birth, knows soon.
    const std::int64_t end = systemClock().steadyNow().ns + std::int64_t(kTimeoutMs) * 1'000'000;
    rd_kafka_resp_err_t found = RD_KAFKA_RESP_ERR_NO_ERROR;
    do {
        if (found)
            rd_kafka_poll(consumer.get(), kRetryMs);
        const rd_kafka_resp_err_t asked
            = rd_kafka_committed(consumer.get(), list.get(), kTimeoutMs);
        found = asked ? asked : list->elems[0].err;
    } while (isOnItsWay(found) && systemClock().steadyNow().ns < end);
    if (found)
        return kafkaError(found,
                          std::string("cannot read which epoch is committed: ")
                              + rd_kafka_err2str(found),
                          m_config.connection);
    m_committed = std::max<std::int64_t>(0, list->elems[0].offset);
    return ok();
}

Status KafkaSink::write(const Batch& batch, flow::NodeContext&)
{
    const auto keys
        = m_config.keyColumn.empty() ? nullptr : batch.columns->GetColumnByName(m_config.keyColumn);
    std::string text;
    const auto put = [this](std::uint32_t length, const std::string& bytes) {
        m_records.append(reinterpret_cast<const char*>(&length), sizeof length);
        m_records.append(bytes);
    };
    for (std::int64_t row = 0; row < batch.rows(); ++row) {
        text.clear();
        if (keys && keys->IsValid(row)) {
            formats::encodeJsonValue(*keys, row, false, text);
            if (text.size() >= 2 && text.front() == '"')
                text = text.substr(1, text.size() - 2);
            put(std::uint32_t(text.size()), text);
        } else {
            put(kNoKey, {});
        }
        text.clear();
        formats::encodeJsonRow(*batch.columns, row, text);
        put(std::uint32_t(text.size()), text);
    }
    m_rows += batch.rows();
    return ok();
}

Result<flow::SealedEpoch> KafkaSink::seal(flow::Epoch epoch)
{
    flow::SealedEpoch sealed{.epoch = epoch,
                             .entry = m_rows > 0 ? "{\"records\":true}" : "{}",
                             .rows = m_rows,
                             .bytes = std::int64_t(m_records.size())};
    if (m_rows > 0) {
        std::FILE* file = std::fopen(path(epoch).c_str(), "wb");
        if (!file)
            return errorFromErrno(errno, "cannot create the file", path(epoch));
        const bool isWritten
            = std::fwrite(m_records.data(), 1, m_records.size(), file) == m_records.size();
        const int number = errno;
        if (std::fclose(file) != 0 || !isWritten)
            return errorFromErrno(isWritten ? errno : number, "cannot write the file", path(epoch));
    }
    m_records.clear();
    m_rows = 0;
    return sealed;
}

Status KafkaSink::makeDurable(const flow::SealedEpoch& sealed)
{
    if (sealed.rows == 0 && sealed.entry == "{}")
        return ok();
    SLUICE_TRY(syncFile(path(sealed.epoch)));
    return syncFolder(m_config.folder);
}

// That it fails changes nothing: the broker aborts what is not committed in time.
void KafkaSink::abort()
{
    if (rd_kafka_error_t* error = rd_kafka_abort_transaction(m_producer.get(), kTimeoutMs))
        rd_kafka_error_destroy(error);
}

Status KafkaSink::send(const char* key, std::size_t keySize, std::string_view value)
{
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    do {
        error
            = rd_kafka_produce(m_topic.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                               const_cast<char*>(value.data()), value.size(), key, keySize, nullptr)
                == 0
            ? RD_KAFKA_RESP_ERR_NO_ERROR
            : rd_kafka_last_error();
        if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL)
            rd_kafka_poll(m_producer.get(), kQueueFullMs);
    } while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    if (!error)
        return ok();
    return kafkaError(error, std::string("cannot send: ") + rd_kafka_err2str(error),
                      m_config.connection);
}

Status KafkaSink::produce(const std::string& records, flow::Epoch epoch)
{
    if (rd_kafka_error_t* error = rd_kafka_begin_transaction(m_producer.get()))
        return failure(error, "cannot begin the transaction");
    ByteReader in(records);
    while (!in.atEnd() && !in.hasFailed()) {
        const std::uint32_t keyLength = in.u32();
        const std::string_view key = keyLength == kNoKey ? std::string_view() : in.view(keyLength);
        const std::string_view value = in.view(in.u32());
        if (in.hasFailed())
            break;
        if (Status put = send(keyLength == kNoKey ? nullptr : key.data(), key.size(), value);
            !put) {
            abort();
            return put;
        }
    }
    if (Status read = in.status(path(epoch)); !read) {
        abort();
        return read;
    }
    const PartitionList list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), m_config.topic.c_str(), 0)->offset = epoch;
    rd_kafka_consumer_group_metadata_t* metadata
        = rd_kafka_consumer_group_metadata_new(group().c_str());
    rd_kafka_error_t* error
        = rd_kafka_send_offsets_to_transaction(m_producer.get(), list.get(), metadata, kTimeoutMs);
    rd_kafka_consumer_group_metadata_destroy(metadata);
    if (!error)
        SLUICE_TRY(failPoint("kafka.sent", m_config.topic));
    if (!error)
        error = rd_kafka_commit_transaction(m_producer.get(), kTimeoutMs);
    if (!error)
        return ok();
    const Error out = failure(error, "cannot commit the transaction");
    abort();
    return out;
}

Status KafkaSink::commit(const flow::SealedEpoch& sealed)
{
    if (sealed.entry == "{}" || sealed.epoch <= m_committed)
        return ok();
    SLUICE_TRY(const std::string records, readFile(path(sealed.epoch)));
    SLUICE_TRY(failPoint("kafka.begin", m_config.topic));
    SLUICE_TRY(produce(records, sealed.epoch));
    SLUICE_TRY(failPoint("kafka.committed", m_config.topic));
    m_committed = sealed.epoch;
    ::unlink(path(sealed.epoch).c_str());
    return ok();
}

} // namespace sluice::connectors
