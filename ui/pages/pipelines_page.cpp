// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pipelines_page.h"

#include "ui/pages/pipeline_strip.h"
#include "ui/text/units.h"
#include "ui/theme/icons.h"

#include <QHeaderView>
#include <QSplitter>

#include <algorithm>

namespace sluice::ui {

PipelinesPage::PipelinesPage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
{
    auto* content = new QWidget;
    auto* row = new QHBoxLayout(content);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(makeLeft());
    row->addWidget(makeMiddle(), 1);
    m_inspector = new PipelineInspector(bridge);
    row->addWidget(m_inspector);

    auto* empty = new EmptyState(QStringLiteral("workflow"), tr("No pipelines yet"),
                                 tr("A pipeline is a YAML document: where records come from, what is checked and computed, and which tables they go to."),
                                 tr("Open a document"));
    connect(empty, &EmptyState::actionTriggered, this, &PipelinesPage::openDocumentWanted);
    m_stack = new QStackedWidget;
    m_stack->addWidget(empty);
    m_stack->addWidget(content);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(m_stack);
}

QWidget* PipelinesPage::makeLeft()
{
    auto* left = new QWidget;
    left->setFixedWidth(216);
    auto* layout = new QVBoxLayout(left);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_list = new RowsTable({tr("pipeline"), tr("in")}, {0, 80});
    m_list->setAccessibleName(tr("Pipelines"));
    layout->addWidget(m_list, 1);
    auto* open = new QPushButton(tr("Open a document…"));
    connect(open, &QPushButton::clicked, this, &PipelinesPage::openDocumentWanted);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(12, 8, 12, 8);
    foot->addWidget(open);
    layout->addLayout(foot);
    connect(m_list, &RowsTable::keySelected, this, [this] {
        m_edgeFrom.clear();
        apply(*m_bridge.snapshot());
    });
    return left;
}

QWidget* PipelinesPage::makeMiddle()
{
    auto* middle = new QWidget;
    auto* layout = new QVBoxLayout(middle);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(12, 8, 12, 8);
    bar->setSpacing(10);
    m_title = new TextLabel({}, TextRole::BodyStrong, TextLabel::Tone::Text1);
    m_state = new TextLabel({}, TextRole::Control, TextLabel::Tone::Text2);
    m_startStop = new QPushButton;
    m_startStop->setMinimumWidth(84);
    connect(m_startStop, &QPushButton::clicked, this, &PipelinesPage::startOrStop);
    auto* fit = new QPushButton(tr("Fit"));
    fit->setProperty("kind", QStringLiteral("ghost"));
    fit->setToolTip(tr("Show the whole graph (F)"));
    bar->addWidget(m_title);
    bar->addWidget(m_state, 1);
    bar->addWidget(fit);
    bar->addWidget(m_startStop);
    layout->addLayout(bar);

    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setHandleWidth(1);
    m_graph = new GraphView;
    connect(fit, &QPushButton::clicked, m_graph, &GraphView::fit);
    splitter->addWidget(m_graph);
    m_dock = new QTabWidget;
    auto* records = new QWidget;
    auto* recordsLayout = new QVBoxLayout(records);
    recordsLayout->setContentsMargins(0, 0, 0, 0);
    m_recordsHint = new TextLabel(tr("Choose an edge of the graph to see the newest records on it."), TextRole::Control, TextLabel::Tone::Text2);
    m_records = new GridTable;
    auto* hintRow = new QHBoxLayout;
    hintRow->setContentsMargins(12, 8, 12, 4);
    hintRow->addWidget(m_recordsHint);
    recordsLayout->addLayout(hintRow);
    recordsLayout->addWidget(m_records, 1);
    m_document = new QPlainTextEdit;
    m_document->setReadOnly(true);
    m_document->setFont(fontFor(TextRole::Mono));
    m_document->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_document->setAccessibleName(tr("Document"));
    m_dock->addTab(records, tr("Records"));
    m_dock->addTab(m_document, tr("Document"));
    splitter->addWidget(m_dock);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({520, 220});
    layout->addWidget(splitter, 1);
    connect(m_graph, &GraphView::nodeSelected, this, [this](const QString& node) {
        // A node shows what comes into it; a source what it sends.
        for (const api::PipelineSnapshot& pipeline : m_bridge.snapshot()->pipelines) {
            if (qstr(pipeline.name) != m_list->currentKey())
                continue;
            for (const bool isInput : {true, false})
                for (const api::EdgeSnapshot& edge : pipeline.edges)
                    if (qstr(isInput ? edge.to : edge.from) == node) {
                        m_edgeFrom = qstr(edge.from);
                        m_edgeTo = qstr(edge.to);
                        m_recordsAskedUs = 0;
                        apply(*m_bridge.snapshot());
                        return;
                    }
        }
    });
    connect(m_graph, &GraphView::edgeSelected, this, [this](const QString& from, const QString& to) {
        m_edgeFrom = from;
        m_edgeTo = to;
        m_recordsAskedUs = 0;
        apply(*m_bridge.snapshot());
    });
    connect(m_graph, &GraphView::selectionCleared, this, [this] { apply(*m_bridge.snapshot()); });
    return middle;
}

void PipelinesPage::showPipeline(const QString& name)
{
    apply(*m_bridge.snapshot());
    m_list->selectKey(name);
}

const api::PipelineSnapshot* PipelinesPage::current(const api::EngineSnapshot& snapshot) const
{
    const auto found = std::ranges::find(snapshot.pipelines, m_list->currentKey().toStdString(), &api::PipelineSnapshot::name);
    return found == snapshot.pipelines.end() ? nullptr : &*found;
}

void PipelinesPage::startOrStop()
{
    const api::PipelineSnapshot* pipeline = current(*m_bridge.snapshot());
    if (!pipeline)
        return;
    if (pipeline->state == api::RunState::Running || pipeline->state == api::RunState::Starting)
        m_bridge.submit(api::StopPipeline{.pipeline = pipeline->name});
    else
        m_bridge.submit(api::StartPipeline{.pipeline = pipeline->name});
}

void PipelinesPage::askRecords()
{
    constexpr qint64 kEveryUs = 1'000'000;
    const qint64 now = m_bridge.snapshot()->timeUs;
    if (m_edgeFrom.isEmpty() || now - m_recordsAskedUs < kEveryUs || m_dock->currentIndex() != 0)
        return;
    m_recordsAskedUs = now;
    const QString from = m_edgeFrom, to = m_edgeTo;
    m_bridge.ask(api::RecentRecordsQuery{m_list->currentKey().toStdString(), from.toStdString(), to.toStdString()}, this, [this, from, to](const api::AnswerBody& body) {
        const auto* answer = std::get_if<api::RecentRecordsAnswer>(&body);
        if (!answer || from != m_edgeFrom || to != m_edgeTo)
            return;
        m_recordsHint->setText(tr("%1 → %2: the newest %3 records that were looked at").arg(from, to).arg(answer->grid.rows.size()));
        m_records->setGrid(answer->grid);
        m_records->scrollToBottom();
    });
}

void PipelinesPage::askDocument()
{
    const QString name = m_list->currentKey();
    m_bridge.ask(api::DocumentQuery{name.toStdString()}, this, [this, name](const api::AnswerBody& body) {
        if (const auto* answer = std::get_if<api::DocumentAnswer>(&body); answer && name == m_list->currentKey())
            m_document->setPlainText(qstr(answer->text));
    });
}

void PipelinesPage::apply(const api::EngineSnapshot& snapshot)
{
    m_stack->setCurrentIndex(snapshot.pipelines.empty() ? 0 : 1);
    std::vector<RowsModel::Row> rows;
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines)
        rows.push_back({qstr(pipeline.name), {{.text = qstr(pipeline.name), .health = pipelineHealth(pipeline), .hasGlyph = true},
                                              {.text = pipeline.state == api::RunState::Running ? rateText(pipeline.rowsInPerSecond) : stateText(pipeline.state), .isRight = true}}});
    m_list->apply(std::move(rows));
    if (m_list->currentKey().isEmpty() && !snapshot.pipelines.empty())
        m_list->selectRow(0);
    const api::PipelineSnapshot* pipeline = current(snapshot);
    if (!pipeline)
        return;
    m_title->setText(qstr(pipeline->name));
    m_state->setText(QStringLiteral("v%1 · %2").arg(pipeline->version).arg(stateText(pipeline->state)));
    const bool isRunning = pipeline->state == api::RunState::Running || pipeline->state == api::RunState::Starting;
    const bool isBusy = pipeline->state == api::RunState::Starting || pipeline->state == api::RunState::Stopping;
    m_startStop->setText(isRunning || isBusy ? tr("Stop") : tr("Start"));
    m_startStop->setEnabled(!isBusy);
    m_startStop->setToolTip(isRunning ? tr("Ends the epoch, commits it and stops; nothing is lost") : tr("Goes on from the last committed epoch"));
    m_graph->apply(*pipeline);
    m_inspector->apply(*pipeline, m_graph->selectedNode());
    if (m_documentOf != m_list->currentKey() || m_documentVersion != pipeline->version) {
        m_documentOf = m_list->currentKey();
        m_documentVersion = pipeline->version;
        m_records->setGrid({});
        m_edgeFrom.clear();
        m_recordsHint->setText(tr("Choose a node or an edge of the graph to see the newest records on it."));
        askDocument();
    }
    if (m_edgeFrom.isEmpty() && !pipeline->edges.empty()) {
        m_edgeFrom = qstr(pipeline->edges.front().from);
        m_edgeTo = qstr(pipeline->edges.front().to);
    }
    askRecords();
}

} // namespace sluice::ui
