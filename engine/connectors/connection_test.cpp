// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/connection_test.h"

#include "engine/connectors/kafka_client.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::connectors {
namespace {

enum Index : std::size_t { Dns, Tcp, Tls, Sasl, Metadata, ReadOne, Count };
constexpr int kTcpMs = 3000;
constexpr int kClientMs = 8000;

struct AddressDeleter
{
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

// Carries out the steps; each returns its detail or an Error.
class ConnectionTester
{
public:
    ConnectionTester(const flow::Connection& connection, std::string topic,
                     const std::atomic<bool>& isCancelled,
                     const std::function<void(const std::vector<TestStep>&)>& progress)
        : m_connection(connection)
        , m_topic(std::move(topic))
        , m_isCancelled(isCancelled)
        , m_progress(progress)
        , m_trouble(connection.name)
    {
        for (const char* name : {"DNS", "TCP", "TLS", "SASL", "Metadata", "Read one record"})
            m_steps.push_back(
                {.name = name, .state = TestStep::State::Pending, .detail = {}, .seconds = 0});
    }

    std::vector<TestStep> run()
    {
        step(Dns, [this] { return resolve(); });
        step(Tcp, [this] { return connectTcp(); });
        const std::string protocol = option("security.protocol");
        const bool usesTls = protocol.find("SSL") != std::string::npos
            || protocol.find("ssl") != std::string::npos;
        const bool usesSasl = protocol.find("SASL") != std::string::npos
            || protocol.find("sasl") != std::string::npos;
        // The library shakes hands and signs in by itself: metadata tells how far it came.
        const Result<std::string> metadata
            = m_hasFailed ? Result<std::string>(Error{}) : askMetadata();
        const Error failure = metadata ? Error{} : metadata.error();
        const bool failedTls = !metadata
            && (failure.message.find("SSL") != std::string::npos
                || failure.message.find("certificate") != std::string::npos);
        const bool failedSasl = !metadata && failure.code == ErrorCode::ConnectRefused;
        if (usesTls)
            step(Tls, [&]() -> Result<std::string> {
                return failedTls ? Result<std::string>(failure)
                                 : Result<std::string>("the handshake is done");
            });
        else
            skip(Tls,
                 "not used: security.protocol is "
                     + (protocol.empty() ? std::string("plaintext") : protocol));
        if (usesSasl)
            step(Sasl, [&]() -> Result<std::string> {
                return failedSasl ? Result<std::string>(failure)
                                  : Result<std::string>("signed in as " + option("sasl.username"));
            });
        else
            skip(Sasl, "not used: no user is named");
        step(Metadata, [&] { return metadata; });
        m_steps[Metadata].seconds = m_metadataSeconds;
        if (m_topic.empty())
            skip(ReadOne, "no topic was named");
        else
            step(ReadOne, [this] { return readOne(); });
        return m_steps;
    }

private:
    template <class Work> void step(Index index, Work work)
    {
        TestStep& step = m_steps[index];
        if (m_hasFailed || m_isCancelled) {
            step.state = TestStep::State::Skipped;
            step.detail = m_isCancelled ? "cancelled" : "skipped: an earlier step failed";
            return;
        }
        step.state = TestStep::State::Running;
        m_progress(m_steps);
        const std::int64_t begin = systemClock().steadyNow().ns;
        const Result<std::string> result = work();
        step.seconds = double(systemClock().steadyNow().ns - begin) * 1e-9;
        step.state = result ? TestStep::State::Ok : TestStep::State::Failed;
        step.detail = result ? *result
                             : result.error().message
                + (result.error().hint.empty() ? "" : ". " + result.error().hint);
        m_hasFailed = !result;
        m_progress(m_steps);
    }
    void skip(Index index, std::string why)
    {
        m_steps[index].state = TestStep::State::Skipped;
        m_steps[index].detail = m_hasFailed ? "skipped: an earlier step failed" : std::move(why);
    }

    std::string option(const std::string& name) const
    {
        const auto found = m_connection.options.find(name);
        return found == m_connection.options.end() ? std::string() : found->second;
    }
    static Error fail(std::string message, std::string hint)
    {
        return {.code = ErrorCode::ConnectFailed,
                .message = std::move(message),
                .object = {},
                .hint = std::move(hint),
                .cause = {}};
    }

    Result<std::string> resolve()
    {
        std::string server = option("bootstrap.servers");
        server = server.substr(0, server.find(','));
        if (const std::size_t scheme = server.find("://"); scheme != std::string::npos)
            server = server.substr(scheme + 3);
        const std::size_t colon = server.rfind(':');
        m_host = server.substr(0, colon);
        m_port = colon == std::string::npos ? "9092" : server.substr(colon + 1);
        if (m_host.empty())
            return fail("no broker is named", "Set bootstrap.servers to HOST:PORT.");
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        addrinfo* list = nullptr;
        const int failed = ::getaddrinfo(m_host.c_str(), m_port.c_str(), &hints, &list);
        m_addresses.reset(list);
        if (failed != 0)
            return fail("\"" + m_host + "\" is not known: " + ::gai_strerror(failed),
                        "Check the name, and the VPN if it is an inner one.");
        std::array<char, NI_MAXHOST> text{};
        ::getnameinfo(list->ai_addr, list->ai_addrlen, text.data(), text.size(), nullptr, 0,
                      NI_NUMERICHOST);
        return m_host + " is " + text.data();
    }

    Result<std::string> connectTcp()
    {
        int lastError = ECONNREFUSED;
        for (const addrinfo* address = m_addresses.get(); address; address = address->ai_next) {
            const int socket
                = ::socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                           address->ai_protocol);
            if (socket < 0)
                continue;
            int error = ::connect(socket, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
            if (error == EINPROGRESS) {
                pollfd wanted{socket, POLLOUT, 0};
                socklen_t size = sizeof error;
                if (::poll(&wanted, 1, kTcpMs) <= 0)
                    error = ETIMEDOUT;
                else
                    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
            }
            ::close(socket);
            if (error == 0)
                return "port " + m_port + " is open";
            lastError = error;
        }
        return fail("port " + m_port + " of " + m_host + ": " + std::strerror(lastError),
                    lastError == ETIMEDOUT
                        ? "A firewall may drop it; ask for the port to be opened."
                        : "Check that the broker runs and listens there.");
    }

    Result<std::string> askMetadata()
    {
        const std::int64_t begin = systemClock().steadyNow().ns;
        Result<KafkaHandle> client
            = makeKafkaClient(m_connection, RD_KAFKA_CONSUMER,
                              {.fixed = {}, .usual = {{"group.id", "sluice-test"}}}, m_trouble);
        if (!client)
            return client.error();
        m_client = std::move(*client);
        const rd_kafka_metadata_t* metadata = nullptr;
        rd_kafka_resp_err_t asked = RD_KAFKA_RESP_ERR__TIMED_OUT;
        for (int waited = 0; waited < kClientMs && asked && !m_isCancelled; waited += 500) {
            asked = rd_kafka_metadata(m_client.get(), 1, nullptr, &metadata, 500);
            rd_kafka_poll(m_client.get(), 0);
            if (asked && m_trouble.text().find("refused") != std::string::npos)
                break;
        }
        m_metadataSeconds = double(systemClock().steadyNow().ns - begin) * 1e-9;
        if (asked) {
            const std::string said = m_trouble.text();
            Error out = said.empty() ? kafkaError(asked, {}, m_connection.name) : fail(said, {});
            if (said.find("refused the user") != std::string::npos)
                out.code = ErrorCode::ConnectRefused;
            return out;
        }
        const std::string text = std::to_string(metadata->broker_cnt)
            + (metadata->broker_cnt == 1 ? " broker, " : " brokers, ")
            + std::to_string(metadata->topic_cnt)
            + (metadata->topic_cnt == 1 ? " topic" : " topics");
        bool hasTopic = m_topic.empty();
        for (int i = 0; i < metadata->topic_cnt; ++i)
            if (metadata->topics[i].topic == m_topic)
                hasTopic = metadata->topics[i].err == 0;
        rd_kafka_metadata_destroy(metadata);
        if (!hasTopic)
            return fail(text + ", but there is no topic \"" + m_topic + "\"",
                        "Check its name, or the user's right to see it.");
        return text;
    }

    Result<std::string> readOne()
    {
        rd_kafka_topic_t* topic = rd_kafka_topic_new(m_client.get(), m_topic.c_str(), nullptr);
        constexpr int kPartition = 0;
        rd_kafka_consume_start(topic, kPartition, RD_KAFKA_OFFSET_BEGINNING);
        rd_kafka_message_t* message = rd_kafka_consume(topic, kPartition, kTcpMs);
        Result<std::string> out = fail("nothing came within 3 s",
                                       "The topic may be empty, or the user may not read it.");
        if (message && message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            out = std::string("partition 0 is empty");
        else if (message && message->err)
            out = kafkaError(message->err, rd_kafka_message_errstr(message), m_connection.name);
        else if (message)
            out = std::to_string(message->len) + " bytes at offset "
                + std::to_string(message->offset) + " of partition 0";
        if (message)
            rd_kafka_message_destroy(message);
        rd_kafka_consume_stop(topic, kPartition);
        rd_kafka_topic_destroy(topic);
        return out;
    }

    const flow::Connection& m_connection;
    const std::string m_topic;
    const std::atomic<bool>& m_isCancelled;
    const std::function<void(const std::vector<TestStep>&)>& m_progress;
    KafkaTrouble m_trouble;
    KafkaHandle m_client;
    std::vector<TestStep> m_steps;
    bool m_hasFailed = false;
    double m_metadataSeconds = 0;
    std::string m_host, m_port;
    std::unique_ptr<addrinfo, AddressDeleter> m_addresses;
};

} // namespace

std::vector<TestStep>
testConnection(const flow::Connection& connection, const std::string& topic,
               const std::atomic<bool>& isCancelled,
               const std::function<void(const std::vector<TestStep>&)>& progress)
{
    return ConnectionTester(connection, topic, isCancelled, progress).run();
}

} // namespace sluice::connectors
