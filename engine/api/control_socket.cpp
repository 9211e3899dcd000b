// SPDX-License-Identifier: Apache-2.0
#include "engine/api/control_socket.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace sluice::api {
namespace {

constexpr const char* kName = "control.sock";
constexpr std::size_t kLongestRequest = 16 << 20;

Error failure(const std::string& folder, const std::string& what)
{
    const int reason = errno;
    return {.code = reason == ENOENT || reason == ECONNREFUSED ? ErrorCode::NotFound
                                                               : ErrorCode::StorageFailed,
            .message = what + ": " + std::strerror(reason),
            .object = folder + "/" + kName,
            .hint = {},
            .cause = {}};
}

// The address of a socket holds 107 characters, a folder may have more: go through a descriptor
// of the folder. Calls use(address) and returns what it returned.
template <class Use> Result<int> withAddress(const std::string& folder, Use use)
{
    const int directory = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return failure(folder, "the workspace's folder cannot be opened");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = "/proc/self/fd/" + std::to_string(directory) + "/" + kName;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    Result<int> out = use(address);
    ::close(directory);
    return out;
}

} // namespace

Result<int> listenOn(const std::string& folder)
{
    return withAddress(folder, [&](const sockaddr_un& address) -> Result<int> {
        const int out = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        ::unlink(address.sun_path); // of a process that was killed: we hold the workspace's lock
        if (out < 0 || ::bind(out, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0
            || ::chmod(address.sun_path, S_IRUSR | S_IWUSR) != 0 || ::listen(out, 16) != 0) {
            const Error error = failure(folder, "the control socket cannot be opened");
            ::close(out);
            return error;
        }
        return out;
    });
}

Result<int> connectTo(const std::string& folder)
{
    return withAddress(folder, [&](const sockaddr_un& address) -> Result<int> {
        const int out = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (out < 0
            || ::connect(out, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            const Error error = failure(folder, "no process answers for the workspace");
            ::close(out);
            return error;
        }
        return out;
    });
}

Result<std::unique_ptr<ControlSocket>> ControlSocket::open(const std::string& folder,
                                                           Handler handler)
{
    SLUICE_TRY(const int listener, listenOn(folder));
    const int wakeup = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return std::unique_ptr<ControlSocket>(
        new ControlSocket(folder, listener, wakeup, std::move(handler)));
}

ControlSocket::ControlSocket(std::string folder, int listener, int wakeup, Handler handler)
    : m_folder(std::move(folder))
    , m_listener(listener)
    , m_wakeup(wakeup)
    , m_handler(std::move(handler))
    , m_thread([this] { work(); })
{
}

ControlSocket::~ControlSocket()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isStopping = true;
    }
    ::eventfd_write(m_wakeup, 1);
    m_thread.join();
    takeAnswers(); // who asked for the end hears of it
    for (auto& [id, client] : m_clients) {
        (void)send(client);
        ::close(client.descriptor);
    }
    ::unlink((m_folder + "/" + kName).c_str());
    ::close(m_listener);
    ::close(m_wakeup);
}

void ControlSocket::work()
{
    for (;;) {
        std::vector<pollfd> watched{{m_listener, POLLIN, 0}, {m_wakeup, POLLIN, 0}};
        std::vector<std::uint64_t> ids{0, 0};
        for (const auto& [id, client] : m_clients) {
            const short wanted = client.toSend.empty() ? POLLIN : POLLIN | POLLOUT;
            watched.push_back({client.descriptor, wanted, 0});
            ids.push_back(id);
        }
        if (::poll(watched.data(), nfds_t(watched.size()), -1) < 0 && errno != EINTR)
            return;
        {
            const std::lock_guard lock(m_mutex);
            if (m_isStopping)
                return;
        }
        if (watched[0].revents != 0)
            accept();
        takeAnswers();
        for (std::size_t i = 2; i < watched.size(); ++i) {
            Client& client = m_clients.at(ids[i]);
            const bool isThere = ((watched[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0
                                  || receive(ids[i], client))
                && send(client);
            if (isThere)
                continue;
            ::close(client.descriptor);
            m_clients.erase(ids[i]);
        }
    }
}

void ControlSocket::accept()
{
    const int descriptor = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor >= 0)
        m_clients[++m_lastId].descriptor = descriptor;
}

bool ControlSocket::receive(std::uint64_t id, Client& client)
{
    std::array<char, 16384> buffer{};
    const ssize_t got = ::read(client.descriptor, buffer.data(), buffer.size());
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        return false;
    client.received.append(buffer.data(), got > 0 ? std::size_t(got) : 0);
    for (std::size_t end = 0; (end = client.received.find('\n')) != std::string::npos;) {
        const std::string request = client.received.substr(0, end);
        client.received.erase(0, end + 1);
        m_handler(request, [this, id](std::string answer) { put(id, std::move(answer)); });
    }
    return client.received.size() < kLongestRequest;
}

bool ControlSocket::send(Client& client)
{
    if (client.toSend.empty())
        return true;
    const ssize_t sent
        = ::send(client.descriptor, client.toSend.data(), client.toSend.size(), MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR;
    client.toSend.erase(0, std::size_t(sent));
    return true;
}

void ControlSocket::put(std::uint64_t id, std::string answer)
{
    {
        const std::lock_guard lock(m_mutex);
        m_answers.emplace_back(id, std::move(answer));
    }
    ::eventfd_write(m_wakeup, 1);
}

void ControlSocket::takeAnswers()
{
    eventfd_t ignored = 0;
    ::eventfd_read(m_wakeup, &ignored);
    std::vector<std::pair<std::uint64_t, std::string>> answers;
    {
        const std::lock_guard lock(m_mutex);
        answers.swap(m_answers);
    }
    for (auto& [id, answer] : answers) {
        if (const auto client = m_clients.find(id); client != m_clients.end())
            client->second.toSend += answer + "\n";
    }
}

} // namespace sluice::api
