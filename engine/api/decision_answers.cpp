// SPDX-License-Identifier: Apache-2.0
// What nodes remember of their decisions: the half of EngineImpl that tells it, to its own clients
// and to those on the control socket.
#include "engine/api/control_requests.h"
#include "engine/api/engine_impl.h"
#include "engine/base/json_writer.h"

#include <algorithm>

namespace sluice::api {
namespace {

bool isMeant(const DecisionsQuery& query, const runtime::Decision& decision)
{
    if (query.position >= 0 && decision.position != query.position)
        return false;
    if (!query.partition.empty() && decision.partition != query.partition)
        return false;
    return query.text.empty() || decision.text.find(query.text) != std::string::npos
        || decision.values.find(query.text) != std::string::npos;
}

DecisionInfo infoOf(const std::string& node, const runtime::Decision& decision)
{
    return {.node = node,
            .partition = decision.partition,
            .position = decision.position,
            .verdict = decision.isKept              ? "kept"
                : decision.verdict == Verdict::Pass ? "pass"
                                                    : verdictName(decision.verdict),
            .rule = decision.rule,
            .text = decision.text,
            .values = decision.values,
            .version = decision.version,
            .timeUs = decision.timeUs};
}

} // namespace

AnswerBody EngineImpl::answerDecisions(const DecisionsQuery& query) const
{
    const auto slot = m_slots.find(query.pipeline);
    if (slot == m_slots.end())
        return Error{.code = ErrorCode::ConfigUnknown,
                     .message = "there is no pipeline \"" + query.pipeline + "\"",
                     .object = query.pipeline,
                     .hint = {},
                     .cause = {}};
    DecisionsAnswer out;
    const runtime::TaskGraph* graph = slot->second->run() ? slot->second->run()->graph() : nullptr;
    for (std::size_t i = 0; graph && i < graph->nodes().size(); ++i) {
        const runtime::RunNode& node = graph->nodes()[i];
        if (!query.node.empty() && node.name != query.node)
            continue;
        for (const runtime::Decision& decision : node.task->decisions().newest())
            if (isMeant(query, decision))
                out.decisions.push_back(infoOf(node.name, decision));
    }
    std::ranges::stable_sort(out.decisions, std::greater<>(), &DecisionInfo::timeUs);
    if (out.decisions.size() > query.limit)
        out.decisions.resize(query.limit);
    return out;
}

// Called by the control thread, which alone may walk the slots.
void EngineImpl::answerDecisionRequests()
{
    std::vector<std::pair<DecisionsQuery, ControlSocket::Reply>> asked;
    {
        const std::lock_guard lock(m_mutex);
        asked.swap(m_askedDecisions);
    }
    for (const auto& [query, reply] : asked)
        reply(decisionsAsJson(answerDecisions(query)));
}

} // namespace sluice::api
