// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pipelines_page.h"

#include "ui/pages/pipeline_strip.h"
#include "ui/text/units.h"

#include <QScrollBar>
#include <QShortcut>
#include <QSplitter>

#include <algorithm>

namespace sluice::ui {
namespace {

constexpr int kSmallWidth = 1300; // of the page; below it the sides are narrower

} // namespace

PipelinesPage::PipelinesPage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
    , m_left(makeLeft())
{
    auto* content = new QWidget;
    auto* row = new QHBoxLayout(content);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_left);
    row->addWidget(makeMiddle(), 1);
    m_inspector = new PipelineInspector(bridge);
    row->addWidget(m_inspector);

    auto* empty = new EmptyState(QStringLiteral("workflow"), tr("No pipelines yet"),
                                 tr("A pipeline is a YAML document: where records come from, what "
                                    "is checked and computed, and which tables they go to."),
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
    auto* layout = new QVBoxLayout(left);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_list = new RowsTable({tr("pipeline"), tr("in")}, {0, 76});
    m_list->setAccessibleName(tr("Pipelines"));
    layout->addWidget(m_list, 1);
    auto* open = new QPushButton(tr("Open a document…"));
    connect(open, &QPushButton::clicked, this, &PipelinesPage::openDocumentWanted);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(12, 8, 12, 8);
    foot->addWidget(open);
    layout->addLayout(foot);
    connect(m_list, &RowsTable::keySelected, this, [this] { apply(*m_bridge.snapshot()); });
    return left;
}

QWidget* PipelinesPage::makeBar()
{
    auto* out = new QWidget;
    auto* bar = new QHBoxLayout(out);
    bar->setContentsMargins(12, 8, 12, 8);
    bar->setSpacing(10);
    m_title = new TextLabel({}, TextRole::BodyStrong, TextLabel::Tone::Text1);
    m_state = new TextLabel({}, TextRole::Control, TextLabel::Tone::Text2);
    m_startStop = new QPushButton;
    m_startStop->setMinimumWidth(84);
    connect(m_startStop, &QPushButton::clicked, this, &PipelinesPage::startOrStop);
    bar->addWidget(m_title);
    bar->addWidget(m_state, 1);
    bar->addWidget(m_startStop);
    return out;
}

QWidget* PipelinesPage::makeDock()
{
    m_dock = new QTabWidget;
    auto* records = new QWidget;
    auto* layout = new QVBoxLayout(records);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_recordsHint = new TextLabel({}, TextRole::Control, TextLabel::Tone::Text2);
    m_recordsHint->setContentsMargins(12, 8, 12, 6);
    m_records = new GridTable;
    m_records->setAccessibleName(tr("Newest records"));
    layout->addWidget(m_recordsHint);
    layout->addWidget(m_records, 1);
    auto* follow = new QShortcut(QKeySequence(Qt::Key_Escape), m_records);
    follow->setContext(Qt::WidgetShortcut);
    connect(follow, &QShortcut::activated, this, [this] {
        m_records->clearSelection();
        m_records->scrollToBottom();
    });
    m_events = new RowsTable({tr("time"), tr("object"), tr("event")}, {100, 200, 0});
    m_events->setAccessibleName(tr("Events"));
    m_document = new QPlainTextEdit;
    m_document->setReadOnly(true);
    m_document->setFont(fontFor(TextRole::Mono));
    m_document->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_document->setAccessibleName(tr("Document"));
    m_dock->addTab(records, tr("Records"));
    m_dock->addTab(m_events, tr("Events"));
    m_dock->addTab(m_document, tr("Document"));
    return m_dock;
}

QWidget* PipelinesPage::makeMiddle()
{
    auto* middle = new QWidget;
    auto* layout = new QVBoxLayout(middle);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeBar());
    m_banner = new TextLabel({}, TextRole::Control, TextLabel::Tone::Critical);
    m_banner->setContentsMargins(12, 0, 12, 8);
    m_banner->setWordWrap(true);
    m_banner->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_banner->hide();
    layout->addWidget(m_banner);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setHandleWidth(1);
    m_graph = new GraphView;
    splitter->addWidget(m_graph);
    splitter->addWidget(makeDock());
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({520, 220});
    layout->addWidget(splitter, 1);
    connect(m_graph, &GraphView::nodeSelected, this, &PipelinesPage::followNode);
    connect(m_graph, &GraphView::edgeSelected, this, &PipelinesPage::followEdge);
    connect(m_graph, &GraphView::selectionCleared, this, [this] { apply(*m_bridge.snapshot()); });
    return middle;
}

void PipelinesPage::resizeEvent(QResizeEvent*)
{
    const bool isSmall = width() < kSmallWidth;
    m_left->setFixedWidth(isSmall ? 180 : 184);
    m_inspector->setFixedWidth(isSmall ? 280 : 304);
}

void PipelinesPage::showPipeline(const QString& name)
{
    apply(*m_bridge.snapshot());
    m_list->selectKey(name);
}

const api::PipelineSnapshot* PipelinesPage::current(const api::EngineSnapshot& snapshot) const
{
    const auto found = std::ranges::find(snapshot.pipelines, m_list->currentKey().toStdString(),
                                         &api::PipelineSnapshot::name);
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

// A node shows what comes into it; a source what it sends.
void PipelinesPage::followNode(const QString& node)
{
    if (const api::PipelineSnapshot* pipeline = current(*m_bridge.snapshot()))
        for (const bool isInput : {true, false})
            for (const api::EdgeSnapshot& edge : pipeline->edges)
                if (qstr(isInput ? edge.to : edge.from) == node) {
                    followEdge(qstr(edge.from), qstr(edge.to));
                    return;
                }
    apply(*m_bridge.snapshot());
}

void PipelinesPage::followEdge(const QString& from, const QString& to)
{
    m_edgeFrom = from;
    m_edgeTo = to;
    m_recordsAskedUs = 0;
    m_areRecordsWaiting = false;
    apply(*m_bridge.snapshot());
}

// A chosen row, or one scrolled to, is being read: it stays until the end is shown again.
bool PipelinesPage::isReading() const
{
    const QScrollBar* bar = m_records->verticalScrollBar();
    return m_records->selectionModel()->hasSelection() || bar->value() < bar->maximum();
}

void PipelinesPage::askRecords()
{
    constexpr qint64 kEveryUs = 1'000'000;
    const qint64 now = m_bridge.snapshot()->timeUs;
    if (m_edgeFrom.isEmpty() || m_areRecordsWaiting || now - m_recordsAskedUs < kEveryUs
        || m_dock->currentIndex() != Records)
        return;
    m_recordsAskedUs = now;
    m_areRecordsWaiting = true;
    const QString asked = m_list->currentKey() + m_edgeFrom + QStringLiteral("->") + m_edgeTo;
    m_bridge.ask(api::RecentRecordsQuery{m_list->currentKey().toStdString(),
                                         m_edgeFrom.toStdString(), m_edgeTo.toStdString()},
                 this, [this, asked](const api::AnswerBody& body) {
                     if (asked
                         != m_list->currentKey() + m_edgeFrom + QStringLiteral("->") + m_edgeTo)
                         return;
                     m_areRecordsWaiting = false;
                     const bool isSame = m_recordsOf == asked;
                     m_recordsOf = asked;
                     if (isSame && isReading())
                         m_recordsHint->setText(
                             tr("%1 → %2: held while you read; Escape in the list follows again")
                                 .arg(m_edgeFrom, m_edgeTo));
                     else
                         showRecords(body);
                 });
}

void PipelinesPage::showRecords(const api::AnswerBody& body)
{
    const QString edge = QStringLiteral("%1 → %2").arg(m_edgeFrom, m_edgeTo);
    const auto* answer = std::get_if<api::RecentRecordsAnswer>(&body);
    if (!answer) {
        const auto* error = std::get_if<Error>(&body);
        m_recordsHint->setText(
            tr("%1: no records to show%2")
                .arg(edge, error ? QStringLiteral(", ") + qstr(error->message) : QString()));
        m_records->setGrid({});
        return;
    }
    m_recordsHint->setText(answer->grid.rows.empty()
                               ? tr("%1: no record has been looked at yet").arg(edge)
                               : tr("%1: the newest %2 records that were looked at")
                                     .arg(edge)
                                     .arg(answer->grid.rows.size()));
    m_records->setGrid(answer->grid);
    m_records->scrollToBottom();
}

void PipelinesPage::askDocument()
{
    const QString name = m_list->currentKey();
    m_bridge.ask(api::DocumentQuery{name.toStdString()}, this,
                 [this, name](const api::AnswerBody& body) {
                     if (name != m_list->currentKey())
                         return;
                     if (const auto* answer = std::get_if<api::DocumentAnswer>(&body))
                         m_document->setPlainText(qstr(answer->text));
                     else if (const auto* error = std::get_if<Error>(&body))
                         m_document->setPlainText(qstr(error->text()));
                 });
}

void PipelinesPage::applyList(const api::EngineSnapshot& snapshot)
{
    std::vector<RowsModel::Row> rows;
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines)
        rows.push_back(
            {qstr(pipeline.name),
             {{.text = qstr(pipeline.name), .health = pipelineHealth(pipeline), .hasGlyph = true},
              {.text = pipeline.state == api::RunState::Running ? rateText(pipeline.rowsInPerSecond)
                                                                : stateText(pipeline.state),
               .isRight = true}}});
    m_list->apply(std::move(rows));
    if (m_list->currentKey().isEmpty() && !snapshot.pipelines.empty()) {
        const QSignalBlocker blocker(m_list);
        m_list->selectRow(0);
    }
}

void PipelinesPage::applyBar(const api::PipelineSnapshot& pipeline)
{
    m_title->setText(qstr(pipeline.name));
    m_state->setText(
        QStringLiteral("v%1 · %2").arg(pipeline.version).arg(stateText(pipeline.state)));
    const bool isRunning
        = pipeline.state == api::RunState::Running || pipeline.state == api::RunState::Starting;
    const bool isBusy
        = pipeline.state == api::RunState::Starting || pipeline.state == api::RunState::Stopping;
    m_startStop->setText(isRunning || isBusy ? tr("Stop") : tr("Start"));
    m_startStop->setEnabled(!isBusy);
    m_startStop->setToolTip(isRunning ? tr("Ends the epoch, commits it and stops; nothing is lost")
                                      : tr("Goes on from the last committed epoch"));
    m_banner->setText(qstr(pipeline.stateReason));
    m_banner->setVisible(pipeline.state == api::RunState::Failed && !pipeline.stateReason.empty());
}

void PipelinesPage::applyChoice(const api::PipelineSnapshot& pipeline)
{
    const auto node = std::ranges::find(pipeline.nodes, m_graph->selectedNode().toStdString(),
                                        &api::NodeSnapshot::name);
    const auto edge = std::ranges::find_if(pipeline.edges, [this](const auto& each) {
        return qstr(each.from) == m_graph->selectedFrom() && qstr(each.to) == m_graph->selectedTo();
    });
    if (node != pipeline.nodes.end())
        m_inspector->showNode(pipeline, *node);
    else if (edge != pipeline.edges.end())
        m_inspector->showEdge(pipeline, *edge);
    else
        m_inspector->showPipeline(pipeline);
}

void PipelinesPage::applyEvents(const api::EngineSnapshot& snapshot,
                                const api::PipelineSnapshot& pipeline)
{
    std::vector<RowsModel::Row> rows;
    for (const api::EventSnapshot& event : snapshot.events) {
        if (event.object != pipeline.name && !event.object.starts_with(pipeline.name + "/"))
            continue;
        using Level = api::EventSnapshot::Level;
        const Health health = event.level == Level::Critical ? Health::Critical
            : event.level == Level::Warning                  ? Health::Warning
                                                             : Health::Ok;
        rows.insert(rows.begin(),
                    {QString::number(event.timeUs) + qstr(event.object + event.text),
                     {{.text = clockText(event.timeUs), .health = health, .hasGlyph = true},
                      {.text = qstr(event.object)},
                      {.text = qstr(event.text), .health = health}}});
    }
    m_dock->setTabText(Events, rows.empty() ? tr("Events") : tr("Events %1").arg(rows.size()));
    m_events->apply(std::move(rows));
}

// Another pipeline, or another version of it.
void PipelinesPage::begin(const api::PipelineSnapshot& pipeline)
{
    m_documentOf = m_list->currentKey();
    m_documentVersion = pipeline.version;
    m_records->setGrid({});
    m_recordsOf.clear();
    m_recordsAskedUs = 0;
    m_areRecordsWaiting = false;
    m_edgeFrom.clear();
    m_recordsHint->setText(
        tr("Choose a node or an edge of the graph to see the newest records on it."));
    if (!pipeline.edges.empty()) {
        m_edgeFrom = qstr(pipeline.edges.front().from);
        m_edgeTo = qstr(pipeline.edges.front().to);
    }
    askDocument();
}

void PipelinesPage::apply(const api::EngineSnapshot& snapshot)
{
    m_stack->setCurrentIndex(snapshot.pipelines.empty() ? 0 : 1);
    applyList(snapshot);
    const api::PipelineSnapshot* pipeline = current(snapshot);
    if (!pipeline)
        return;
    applyBar(*pipeline);
    m_graph->apply(*pipeline);
    applyChoice(*pipeline);
    applyEvents(snapshot, *pipeline);
    if (m_documentOf != m_list->currentKey() || m_documentVersion != pipeline->version
        || (m_edgeFrom.isEmpty() && !pipeline->edges.empty()))
        begin(*pipeline);
    askRecords();
}

} // namespace sluice::ui
