// SPDX-License-Identifier: Apache-2.0
#include "engine/api/control_socket.h"

#include "tests/support/test_main.h"

#include <future>
#include <string>

#include <QDir>
#include <QTemporaryDir>

#include <sys/socket.h>
#include <unistd.h>

namespace sluice::api {
namespace {

std::string answered(int descriptor)
{
    std::string out;
    for (char next = 0; ::read(descriptor, &next, 1) == 1 && next != '\n';)
        out += next;
    return out;
}

// Sends bytes and reads a line.
std::string asked(int descriptor, const std::string& bytes)
{
    if (::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL) != ssize_t(bytes.size()))
        return "not sent";
    return answered(descriptor);
}

} // namespace

class ControlSocketTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    // Longer than the address of a socket may be.
    std::string folder() const
    {
        const QString path = m_folder.path() + QLatin1Char('/') + QString(120, QLatin1Char('w'));
        QDir().mkpath(path);
        return path.toStdString();
    }
    static std::unique_ptr<ControlSocket> echoing(const std::string& folder)
    {
        auto socket
            = ControlSocket::open(folder,
                                  [](const std::string& request, ControlSocket::Reply reply) {
                                      reply("got " + request);
                                  });
        return socket ? std::move(*socket) : nullptr;
    }

private slots:
    void requestsAreAnsweredOneALine()
    {
        const auto socket = echoing(folder());
        QVERIFY(socket);
        const auto one = connectTo(folder()), two = connectTo(folder());
        QVERIFY(one && two);
        QCOMPARE(asked(*one, "a\n"), std::string("got a"));
        QCOMPARE(asked(*two, "b\nc\n"), std::string("got b"));
        QCOMPARE(asked(*two, ""), std::string("got c"));
        const std::string large(3 << 20, 'x'); // in many pieces, both ways
        QCOMPARE(asked(*one, large + "\n").size(), large.size() + 4);
        ::close(*one);
        QCOMPARE(asked(*two, "d\n"), std::string("got d"));
        ::close(*two);
    }

    // The process ends as soon as it has answered that it stops.
    void whatIsAnsweredIsSentBeforeItCloses()
    {
        for (int i = 0; i < 50; ++i) {
            std::promise<ControlSocket::Reply> waiting;
            auto socket = ControlSocket::open(folder(),
                                              [&](const std::string&, ControlSocket::Reply reply) {
                                                  waiting.set_value(std::move(reply));
                                              });
            QVERIFY(socket);
            const auto client = connectTo(folder());
            QVERIFY(client);
            QCOMPARE(::send(*client, "stop\n", 5, MSG_NOSIGNAL), ssize_t(5));
            waiting.get_future().get()("stopped");
            socket->reset();
            QCOMPARE(answered(*client), std::string("stopped"));
            ::close(*client);
        }
    }

    void nobodyListens()
    {
        const auto none = connectTo(folder());
        QVERIFY(!none);
        QCOMPARE(none.error().code, ErrorCode::NotFound);
    }

    void aSocketThatAKilledProcessLeftIsReplaced()
    {
        const auto left = listenOn(folder());
        QVERIFY(bool(left));
        ::close(*left); // its name stays
        QVERIFY(!connectTo(folder()));
        const auto socket = echoing(folder());
        QVERIFY(socket);
        const auto client = connectTo(folder());
        QVERIFY(bool(client));
        QCOMPARE(asked(*client, "a\n"), std::string("got a"));
        ::close(*client);
    }
};

} // namespace sluice::api

SLUICE_TEST(sluice::api::ControlSocketTest)
#include "control_socket_test.moc"
