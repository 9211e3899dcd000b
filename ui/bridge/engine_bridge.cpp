// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/engine_bridge.h"

namespace sluice::ui {

EngineBridge::EngineBridge(api::Engine& engine, QObject* parent)
    : QObject(parent)
    , m_engine(engine)
    , m_snapshot(engine.snapshot())
{
    constexpr int kTickMs = 50;
    connect(&m_timer, &QTimer::timeout, this, &EngineBridge::tick);
    m_timer.start(kTickMs);
}

void EngineBridge::ask(api::Query query, QObject* context, AnswerHandler handler)
{
    const api::RequestId id = m_engine.ask(std::move(query));
    m_questions.insert(id, {context, context != nullptr, std::move(handler)});
}

void EngineBridge::submit(api::Command command, QObject* context, OutcomeHandler handler)
{
    const api::CommandId id = m_engine.submit(std::move(command));
    m_orders.insert(id, {context, context != nullptr, std::move(handler)});
}

void EngineBridge::tick()
{
    const api::EngineSnapshotPtr now = m_engine.snapshot();
    if (now->generation != m_snapshot->generation) {
        m_snapshot = now;
        emit snapshotChanged(m_snapshot);
    }
    for (const api::Answer& answer : m_engine.takeAnswers()) {
        const auto asked = m_questions.constFind(answer.id);
        if (asked == m_questions.constEnd())
            continue;
        const Waiting<AnswerHandler> waiting = *asked;
        const auto* test = std::get_if<api::ConnectionTestAnswer>(&answer.body);
        if (!test || test->isDone)
            m_questions.remove(answer.id);
        if (!waiting.hasContext || waiting.context)
            waiting.handler(answer.body);
    }
    for (const api::Outcome& outcome : m_engine.takeOutcomes()) {
        const Waiting<OutcomeHandler> waiting = m_orders.take(outcome.id);
        if (waiting.handler && (!waiting.hasContext || waiting.context))
            waiting.handler(outcome);
        const std::string text = outcome.error ? outcome.error->text() : outcome.text;
        if (outcome.id != 0)
            emit outcomeArrived(QString::fromStdString(text), outcome.error.has_value());
    }
}

} // namespace sluice::ui
