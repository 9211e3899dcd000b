// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/kafka_client.h"

#include "engine/base/log.h"

#include <array>

namespace sluice::connectors {

void KafkaTrouble::clear()
{
    const std::lock_guard lock(m_mutex);
    m_text.clear();
    m_code = RD_KAFKA_RESP_ERR_NO_ERROR;
}

std::string KafkaTrouble::text() const
{
    const std::lock_guard lock(m_mutex);
    return m_text;
}

void KafkaTrouble::note(rd_kafka_resp_err_t code, const std::string& reason)
{
    const std::lock_guard lock(m_mutex);
    if (!m_text.empty() && (code == m_code || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN))
        return;
    m_text = kafkaError(code, reason, m_connection).text();
    m_code = code;
}

Error kafkaError(rd_kafka_resp_err_t code, const std::string& reason, const std::string& connection)
{
    Error out{.code = ErrorCode::ConnectFailed,
              .message = reason.empty() ? rd_kafka_err2str(code) : reason,
              .object = "connection " + connection,
              .hint = {},
              .cause = {}};
    switch (code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
        out.code = ErrorCode::ConnectRefused;
        out.message = "the broker refused the user or the password (" + out.message + ")";
        out.hint = "Check sasl.username, the secret behind sasl.password, and sasl.mechanism.";
        break;
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
        out.message = "no broker can be reached (" + out.message + ")";
        out.hint = "It is tried again all the time. Check bootstrap.servers, the network and "
                   "whether the broker runs.";
        break;
    case RD_KAFKA_RESP_ERR__RESOLVE:
        out.message = "the name of the broker is not known (" + out.message + ")";
        out.hint = "Check bootstrap.servers.";
        break;
    case RD_KAFKA_RESP_ERR__SSL: out.hint = "Check security.protocol and ssl.ca.location."; break;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        out.code = ErrorCode::NotFound;
        out.hint = "Check the name of the topic, or make it.";
        break;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        out.code = ErrorCode::PermissionDenied;
        out.hint = "The user lacks the right to it; ask who runs the cluster.";
        break;
    default: break;
    }
    return out;
}

namespace {

KafkaOptions optionsOf(const flow::Connection& connection, const KafkaNeeds& needs)
{
    KafkaOptions out{{"client.id", "sluice"}};
    for (const auto* options : {&needs.usual, &connection.options, &needs.fixed})
        for (const auto& [name, value] : *options)
            out[name] = value;
    for (const auto& [name, value] : needs.fixed)
        if (const auto asked = connection.options.find(name);
            asked != connection.options.end() && asked->second != value)
            log(LogLevel::Warning,
                "connection " + connection.name + ": the option " + name
                    + " is not followed, the node needs " + value);
    return out;
}

} // namespace

Result<KafkaHandle> makeKafkaClient(const flow::Connection& connection, rd_kafka_type_t type,
                                    const KafkaNeeds& needs, KafkaTrouble& trouble)
{
    std::array<char, 512> text{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    const KafkaOptions options = optionsOf(connection, needs);
    for (const auto& [name, value] : options) {
        if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size())
            == RD_KAFKA_CONF_OK)
            continue;
        rd_kafka_conf_destroy(conf);
        // The library's text repeats the value, which may be a secret: say the name only.
        return Error{.code = ErrorCode::ConfigInvalid,
                     .message = "the option " + name + " is unknown or has a wrong value",
                     .object = "connection " + connection.name,
                     .hint = "The names are those of librdkafka's configuration.",
                     .cause = {}};
    }
    rd_kafka_conf_set_opaque(conf, &trouble);
    rd_kafka_conf_set_error_cb(conf, [](rd_kafka_t*, int code, const char* reason, void* opaque) {
        static_cast<KafkaTrouble*>(opaque)->note(rd_kafka_resp_err_t(code), reason ? reason : "");
    });
    rd_kafka_conf_set_log_cb(conf,
                             [](const rd_kafka_t*, int level, const char*, const char* message) {
                                 constexpr int kError = 3;
                                 log(level <= kError ? LogLevel::Warning : LogLevel::Debug,
                                     std::string("kafka: ") + message);
                             });
    rd_kafka_t* handle = rd_kafka_new(type, conf, text.data(), text.size());
    if (!handle) {
        rd_kafka_conf_destroy(conf);
        return Error{.code = ErrorCode::ConfigInvalid,
                     .message = text.data(),
                     .object = "connection " + connection.name,
                     .hint = {},
                     .cause = {}};
    }
    return KafkaHandle(handle);
}

} // namespace sluice::connectors
