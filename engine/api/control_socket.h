// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sluice::api {

/// Opens <folder>/control.sock: to listen on it, or to talk to who does (NotFound: nobody).
/// Returns the descriptor.
Result<int> listenOn(const std::string& folder);
Result<int> connectTo(const std::string& folder);

/// The listening end of a workspace's control socket: a thread that takes requests, one a line, and
/// sends answers back whenever they are there.
class ControlSocket
{
public:
    /// Any thread may call it, once; after the socket is gone it must not be called.
    using Reply = std::function<void(std::string)>;
    /// Called on the socket's thread; must not block.
    using Handler = std::function<void(const std::string& request, Reply reply)>;

    static Result<std::unique_ptr<ControlSocket>> open(const std::string& folder, Handler handler);
    ~ControlSocket();

private:
    struct Client
    {
        int descriptor = -1;
        std::string received, toSend;
    };
    ControlSocket(std::string folder, int listener, int wakeup, Handler handler);

    void work();
    void accept();
    bool receive(std::uint64_t id, Client& client); // false: it is gone
    bool send(Client& client);
    void put(std::uint64_t id, std::string answer);
    void takeAnswers();

    const std::string m_folder;
    const int m_listener, m_wakeup;
    const Handler m_handler;
    std::map<std::uint64_t, Client> m_clients; // the thread's
    std::uint64_t m_lastId = 0;
    std::mutex m_mutex;
    std::vector<std::pair<std::uint64_t, std::string>> m_answers;
    bool m_isStopping = false;
    std::thread m_thread;
};

} // namespace sluice::api
