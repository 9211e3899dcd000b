// SPDX-License-Identifier: Apache-2.0
// How commands come in and outcomes go out: the half of EngineImpl that serves its own clients and
// those on the control socket.
#include "engine/api/control_requests.h"
#include "engine/api/engine_impl.h"
#include "engine/api/status_json.h"
#include "engine/base/log.h"

namespace sluice::api {

CommandId EngineImpl::submit(Command command, ControlSocket::Reply reply)
{
    CommandId id = 0;
    {
        const std::lock_guard lock(m_mutex);
        id = ++m_lastCommand;
        if (reply)
            m_replies[id] = std::move(reply);
        m_commands.emplace_back(id, std::move(command));
    }
    wake();
    return id;
}

void EngineImpl::openControl()
{
    if (m_options.isReadOnly)
        return;
    auto opened
        = ControlSocket::open(m_workspace->folder(),
                              [this](const std::string& request, ControlSocket::Reply reply) {
                                  if (isStatusRequest(request)) {
                                      reply(statusAsJson(*snapshot()));
                                      return;
                                  }
                                  if (auto query = decisionsQueryOf(request)) {
                                      {
                                          const std::lock_guard lock(m_mutex);
                                          m_askedDecisions.emplace_back(std::move(*query),
                                                                        std::move(reply));
                                      }
                                      wake();
                                      return;
                                  }
                                  Result<Command> command = commandOf(request);
                                  if (command)
                                      submit(std::move(*command), std::move(reply));
                                  else
                                      reply(answerOf({.error = command.error()}));
                              });
    if (opened)
        m_control = std::move(*opened);
    else // a file system without sockets: everything else works
        log(LogLevel::Warning, opened.error().text());
}

// Called behind the snapshot: who sees an outcome sees what it changed.
void EngineImpl::handOut()
{
    std::vector<std::pair<ControlSocket::Reply, Outcome>> answers;
    {
        const std::lock_guard lock(m_mutex);
        for (Outcome& outcome : m_settled) {
            const auto reply = m_replies.find(outcome.id);
            if (reply == m_replies.end()) {
                m_outcomes.push_back(std::move(outcome));
                continue;
            }
            answers.emplace_back(std::move(reply->second), std::move(outcome));
            m_replies.erase(reply);
        }
        m_settled.clear();
    }
    for (const auto& [reply, outcome] : answers)
        reply(answerOf(outcome));
}

} // namespace sluice::api
