// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/main_window.h"

#include "ui/pages/overview_page.h"
#include "ui/pages/pipelines_page.h"
#include "ui/shell/activity_rail.h"
#include "ui/shell/status_line.h"
#include "ui/shell/top_bar.h"
#include "ui/shell/welcome.h"
#include "ui/shell/window_settings.h"
#include "ui/widgets/toast.h"

#include <QFileDialog>
#include <QScreen>
#include <QShortcut>

namespace sluice::ui {

MainWindow::MainWindow(EngineBridge& bridge, QWidget* parent)
    : QMainWindow(parent)
    , m_bridge(bridge)
    , m_rail(new ActivityRail)
    , m_topBar(new TopBar)
    , m_statusLine(new StatusLine)
    , m_stack(new QStackedWidget)
    , m_welcome(new Welcome)
{
    setWindowTitle(tr("Sluice"));
    setMinimumSize(1100, 680);
    auto* central = new QWidget;
    auto* all = new QVBoxLayout(central);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addWidget(m_topBar);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(m_rail);
    row->addWidget(m_stack, 1);
    all->addLayout(row, 1);
    all->addWidget(m_statusLine);
    setCentralWidget(central);
    m_stack->addWidget(m_welcome);
    for (const PageEntry& entry : pageList()) {
        m_pages.push_back(entry.make(bridge));
        m_stack->addWidget(m_pages.back());
        if (auto* overview = qobject_cast<OverviewPage*>(m_pages.back()))
            connect(overview, &OverviewPage::pipelineClicked, this, [this](const QString& name) {
                showPage(QStringLiteral("pipelines"));
                for (Page* page : m_pages)
                    if (auto* pipelines = qobject_cast<PipelinesPage*>(page))
                        pipelines->showPipeline(name);
            });
        if (auto* pipelines = qobject_cast<PipelinesPage*>(m_pages.back()))
            connect(pipelines, &PipelinesPage::openDocumentWanted, this,
                    &MainWindow::chooseDocument);
    }
    m_toast = new Toast(central);
    connect(m_rail, &ActivityRail::chosen, this, qOverload<int>(&MainWindow::showPage));
    connect(m_welcome, &Welcome::demoWanted, this, &MainWindow::startDemo);
    connect(m_welcome, &Welcome::connectionWanted, this,
            [this] { showPage(QStringLiteral("connections")); });
    connect(m_welcome, &Welcome::documentWanted, this, &MainWindow::chooseDocument);
    connect(m_topBar, &TopBar::themeToggled, this,
            [] { Appearance::instance().setDark(!theme().isDark); });
    connect(&bridge, &EngineBridge::snapshotChanged, this,
            [this](const api::EngineSnapshotPtr& snapshot) { applySnapshot(*snapshot); });
    connect(&bridge, &EngineBridge::outcomeArrived, m_toast, &Toast::say);
    makeShortcuts();
    const QSettings settings = windowSettings();
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    if (!settings.contains(QStringLiteral("window/geometry")))
        resize(QSize(1600, 1000).boundedTo(screen()->availableSize()));
    showPage(0);
    // An empty workspace welcomes, wherever one was last.
    if (!bridge.snapshot()->pipelines.empty())
        showPage(settings.value(QStringLiteral("window/page")).toString());
    applySnapshot(*bridge.snapshot());
}

void MainWindow::makeShortcuts()
{
    for (int i = 0; i < int(m_pages.size()); ++i) {
        auto* shortcut = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_1 + i)), this);
        connect(shortcut, &QShortcut::activated, this, [this, i] { showPage(i); });
    }
    auto* themeShortcut = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_T), this);
    connect(themeShortcut, &QShortcut::activated, m_topBar, &TopBar::themeToggled);
    auto* open = new QShortcut(QKeySequence::Open, this);
    connect(open, &QShortcut::activated, this, &MainWindow::chooseDocument);
}

int MainWindow::pageCount() const
{
    return int(m_pages.size());
}

void MainWindow::showPage(int index)
{
    if (index < 0 || index >= pageCount())
        return;
    m_current = index;
    m_rail->setCurrent(index);
    m_topBar->setPage(pageList()[std::size_t(index)].title);
    // A workspace without pipelines welcomes; connections can be set up before the first one.
    const bool isEmpty = m_bridge.snapshot()->pipelines.empty()
        && pageList()[std::size_t(index)].id == QLatin1String("overview");
    m_stack->setCurrentWidget(isEmpty ? static_cast<QWidget*>(m_welcome)
                                      : m_pages[std::size_t(index)]);
}

void MainWindow::showPage(const QString& id)
{
    for (int i = 0; i < pageCount(); ++i)
        if (pageList()[std::size_t(i)].id == id)
            showPage(i);
}

void MainWindow::startDemo()
{
    m_bridge.submit(api::StartDemoPlant{});
}

void MainWindow::openDocument(const QString& path)
{
    m_bridge.submit(api::DeployPipeline{.documentPath = path.toStdString(), .text = {}}, this,
                    [this](const api::Outcome& outcome) {
                        if (!outcome.error)
                            showPage(QStringLiteral("pipelines"));
                    });
}

void MainWindow::chooseDocument()
{
    const QString path = QFileDialog::getOpenFileName(this, tr("Open a pipeline document"), {},
                                                      tr("Pipeline documents (*.yaml *.yml)"));
    if (!path.isEmpty())
        openDocument(path);
}

void MainWindow::applySnapshot(const api::EngineSnapshot& snapshot)
{
    m_topBar->apply(snapshot);
    m_statusLine->apply(snapshot);
    if (m_stack->currentWidget() == m_welcome && !snapshot.pipelines.empty())
        showPage(m_current);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    QSettings settings = windowSettings();
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/dark"), theme().isDark);
    settings.setValue(QStringLiteral("window/page"), pageList()[std::size_t(m_current)].id);
    QMainWindow::closeEvent(event);
}

} // namespace sluice::ui
