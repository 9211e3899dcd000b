// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <QHash>
#include <QObject>
#include <QPointer>
#include <QTimer>

#include <functional>

namespace sluice::ui {

/// The one door to the engine: reads its snapshot on a tick of 50 ms, hands answers and outcomes to
/// who asked. GUI thread; never waits.
class EngineBridge final : public QObject
{
    Q_OBJECT

public:
    using AnswerHandler = std::function<void(const api::AnswerBody&)>;
    using OutcomeHandler = std::function<void(const api::Outcome&)>;

    /// The engine must outlive the bridge.
    explicit EngineBridge(api::Engine& engine, QObject* parent = nullptr);

    const api::EngineSnapshotPtr& snapshot() const { return m_snapshot; }

    /// The handler is called with each answer to the question (a connection test has several),
    /// unless context is gone by then.
    void ask(api::Query query, QObject* context, AnswerHandler handler);
    void submit(api::Command command, QObject* context = nullptr, OutcomeHandler handler = {});

    /// Does at once what the tick does; for tests.
    void tick();

signals:
    void snapshotChanged(const sluice::api::EngineSnapshotPtr& snapshot);
    /// An order was carried out or refused; every one is told, also those with a handler.
    void outcomeArrived(const QString& text, bool isError);

private:
    template <class Handler> struct Waiting
    {
        QPointer<QObject> context;
        bool hasContext = false;
        Handler handler;
    };

    api::Engine& m_engine;
    api::EngineSnapshotPtr m_snapshot;
    QHash<quint64, Waiting<AnswerHandler>> m_questions;
    QHash<quint64, Waiting<OutcomeHandler>> m_orders;
    QTimer m_timer;
};

} // namespace sluice::ui
