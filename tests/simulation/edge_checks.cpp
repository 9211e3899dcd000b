// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/edge_checks.h"

namespace sluice::test {

void EdgeChecks::see(const std::string& from, const std::string& to,
                     const runtime::Message& message)
{
    const std::lock_guard lock(m_mutex);
    Edge& edge = m_edges[{from, to}];
    const auto fail = [&](const std::string& what) {
        if (m_trouble.empty())
            m_trouble = from + " -> " + to + ": " + what;
    };
    if (const auto* batch = std::get_if<Batch>(&message)) {
        if (edge.isOver)
            fail("a batch behind the last epoch");
        if (!edge.schema)
            edge.schema = batch->columns->schema();
        else if (!edge.schema->Equals(*batch->columns->schema()))
            fail("the schema changed from " + edge.schema->ToString() + " to "
                 + batch->columns->schema()->ToString());
        if (batch->eventTimes && batch->eventTimes->length() != batch->rows())
            fail("rows and event times differ in number");
    } else if (const auto* watermark = std::get_if<EventTime>(&message)) {
        if (*watermark <= edge.watermark)
            fail("the watermark went from " + std::to_string(edge.watermark.us) + " to "
                 + std::to_string(watermark->us));
        edge.watermark = *watermark;
    } else if (const auto* idleness = std::get_if<runtime::Idleness>(&message)) {
        if (idleness->isIdle == edge.isIdle)
            fail("idleness that was said before");
        edge.isIdle = idleness->isIdle;
    } else {
        const auto& request = *std::get<runtime::EpochRequestPtr>(message);
        if (edge.epoch != 0 && request.epoch != edge.epoch + 1)
            fail("epoch " + std::to_string(request.epoch) + " follows "
                 + std::to_string(edge.epoch));
        edge.epoch = request.epoch;
        edge.isOver = request.isFinal;
    }
}

void EdgeChecks::beginRun()
{
    const std::lock_guard lock(m_mutex);
    for (auto& [name, edge] : m_edges)
        edge = Edge{.schema = edge.schema};
}

std::string EdgeChecks::trouble() const
{
    const std::lock_guard lock(m_mutex);
    return m_trouble;
}

} // namespace sluice::test
