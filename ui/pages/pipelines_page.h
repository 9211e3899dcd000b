// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/canvas/graph_view.h"
#include "ui/pages/page.h"
#include "ui/pages/pipeline_inspector.h"
#include "ui/widgets/empty_state.h"

#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabWidget>

namespace sluice::ui {

/// The pipelines, the graph of the chosen one with everything live, the newest records on the
/// chosen edge, what happened, and its document.
class PipelinesPage final : public Page
{
    Q_OBJECT

public:
    explicit PipelinesPage(EngineBridge& bridge, QWidget* parent = nullptr);
    void showPipeline(const QString& name);
    GraphView* graph() const { return m_graph; }

signals:
    void openDocumentWanted();

protected:
    void apply(const api::EngineSnapshot& snapshot) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    enum DockTab { Records, Events, Document };
    QWidget* makeLeft();
    QWidget* makeMiddle();
    QWidget* makeBar();
    QWidget* makeDock();
    const api::PipelineSnapshot* current(const api::EngineSnapshot& snapshot) const;
    void startOrStop();
    void applyList(const api::EngineSnapshot& snapshot);
    void applyBar(const api::PipelineSnapshot& pipeline);
    void applyChoice(const api::PipelineSnapshot& pipeline);
    void applyEvents(const api::EngineSnapshot& snapshot, const api::PipelineSnapshot& pipeline);
    void begin(const api::PipelineSnapshot& pipeline);
    void followNode(const QString& node);
    void followEdge(const QString& from, const QString& to);
    void askRecords();
    void showRecords(const api::AnswerBody& body);
    void askDocument();
    bool isReading() const;

    RowsTable* m_list;
    QWidget* m_left;
    QStackedWidget* m_stack;
    GraphView* m_graph;
    PipelineInspector* m_inspector;
    QPushButton* m_startStop;
    TextLabel* m_title;
    TextLabel* m_state;
    TextLabel* m_banner;
    QTabWidget* m_dock;
    GridTable* m_records;
    TextLabel* m_recordsHint;
    RowsTable* m_events;
    QPlainTextEdit* m_document;
    QString m_edgeFrom, m_edgeTo, m_documentOf; // the edge whose records are shown
    QString m_recordsOf;
    int m_documentVersion = -1;
    qint64 m_recordsAskedUs = 0;
    bool m_areRecordsWaiting = false;
};

} // namespace sluice::ui
