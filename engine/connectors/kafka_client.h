// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/flow/services.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <librdkafka/rdkafka.h>

namespace sluice::connectors {

struct KafkaDeleter
{
    void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
};
using KafkaHandle = std::unique_ptr<rd_kafka_t, KafkaDeleter>;

struct KafkaTopicDeleter
{
    void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
/// Goes before its client.
using KafkaTopic = std::unique_ptr<rd_kafka_topic_t, KafkaTopicDeleter>;

/// What the client last said about its brokers, as a sentence with its cure. Any thread.
class KafkaTrouble
{
public:
    explicit KafkaTrouble(std::string connection)
        : m_connection(std::move(connection))
    {
    }
    void clear();
    std::string text() const;
    /// Turns an error of the library into a sentence. The first of a kind stays: the library says
    /// the same of every broker and every try. That all brokers are down follows from what was
    /// said before and never covers it.
    void note(rd_kafka_resp_err_t code, const std::string& reason);

private:
    const std::string m_connection;
    mutable std::mutex m_mutex;
    std::string m_text;
    rd_kafka_resp_err_t m_code = RD_KAFKA_RESP_ERR_NO_ERROR;
};

/// Options by librdkafka's own names.
using KafkaOptions = std::map<std::string, std::string>;

/// What a client needs beside the options of its connection.
struct KafkaNeeds
{
    KafkaOptions fixed; // what is right rests on them: they win, and the log says so
    KafkaOptions usual; // the connection's win
};

/// Makes a client of a connection. trouble must outlive the client.
Result<KafkaHandle> makeKafkaClient(const flow::Connection& connection, rd_kafka_type_t type,
                                    const KafkaNeeds& needs, KafkaTrouble& trouble);

/// Returns what an error means and what to do, in words.
Error kafkaError(rd_kafka_resp_err_t code, const std::string& reason,
                 const std::string& connection);

} // namespace sluice::connectors
