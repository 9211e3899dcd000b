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

/// The pipelines, the graph of the chosen one with everything live, its document, and the newest
/// records on the chosen edge.
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

private:
    QWidget* makeLeft();
    QWidget* makeMiddle();
    const api::PipelineSnapshot* current(const api::EngineSnapshot& snapshot) const;
    void startOrStop();
    void askRecords();
    void askDocument();

    RowsTable* m_list;
    QStackedWidget* m_stack;
    GraphView* m_graph;
    PipelineInspector* m_inspector;
    QPushButton* m_startStop;
    TextLabel* m_title;
    TextLabel* m_state;
    QTabWidget* m_dock;
    GridTable* m_records;
    TextLabel* m_recordsHint;
    QPlainTextEdit* m_document;
    QString m_edgeFrom, m_edgeTo, m_documentOf;
    int m_documentVersion = -1;
    qint64 m_recordsAskedUs = 0;
};

} // namespace sluice::ui
